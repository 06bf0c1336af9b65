//! What the head of a write says: its key, its run.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::Response;
use domain::{Caller, Error, IdempotencyKey, IfMatch, RunId, limits};
use http::{HeaderMap, HeaderValue, header, request::Parts};
use service::jobs::{Jobs, StateChange, Tagged};
use service::{Origin, WriteKey};
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::run_header::{RunHeader, run_id};
use crate::{Failure, RequestContext, ambient, etag};

/// `Idempotency-Key`, with the method and path that scope it: what the head of a change of state says.
pub struct KeyHeader {
    key: Option<IdempotencyKey>,
    method: String,
    path: String,
    context: RequestContext,
}

/// `Idempotency-Key`, `X-Run-Id` and `If-Match`: what the head of a write to the lake says.
pub struct WriteHeaders {
    key: KeyHeader,
    run: Option<RunId>,
    if_match: Option<IfMatch>,
}

impl<S: Sync> FromRequestParts<S> for KeyHeader {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let key = single(&parts.headers, "idempotency-key")?;
        Ok(Self {
            key: key.map(IdempotencyKey::parse).transpose()?,
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            context: RequestContext::of(&parts.extensions)?,
        })
    }
}

impl KeyHeader {
    /// What a change of state comes with, for a body of this digest.
    pub fn change(&self, caller: &Caller, digest: String) -> StateChange {
        StateChange { key: self.write_key(caller, digest), at: self.context.now() }
    }

    fn write_key(&self, caller: &Caller, digest: String) -> WriteKey {
        let fresh = || ambient::new_id().to_string();
        WriteKey::new(caller, &self.method, &self.path, self.key.as_ref(), digest, fresh)
    }
}

impl<S: Sync> FromRequestParts<S> for WriteHeaders {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let key = KeyHeader::from_request_parts(parts, state).await?;
        let run = run_id(&parts.headers)?;
        if parts.headers.contains_key(header::IF_NONE_MATCH) {
            return Err(none_match().into());
        }
        Ok(Self { key, run, if_match: etag::if_match(&parts.headers)? })
    }
}

impl WriteHeaders {
    /// Whether the caller gave a key.
    pub fn has_key(&self) -> bool {
        self.key.key.is_some()
    }

    /// What is created is in no state that If-Match could name: 400.
    pub fn refuse_if_match(&self) -> Result<(), Error> {
        if self.if_match.is_none() {
            return Ok(());
        }
        let detail = "If-Match is for a table that is there; POST creates only what is not there.";
        Err(Error::malformed("INVALID_HEADER", detail))
    }

    /// What the write comes with, for a body of this digest; asked once the body is here. Its run is one of
    /// `jobs`.
    pub fn origin(&self, caller: &Caller, digest: String, jobs: &Arc<Jobs>) -> Origin {
        let at = self.key.context.now();
        let run = self.run.map(|run| Tagged::new(Arc::clone(jobs), run, at));
        let if_match = self.if_match.clone();
        let deadline = self.key.context.deadline();
        Origin { key: self.key.write_key(caller, digest), run, deadline, if_match }
    }
}

pub(crate) fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Error> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| odd(name, "is not ASCII")),
        (Some(_), Some(_)) => Err(odd(name, "is given twice")),
    }
}

/// What is written to is there: a condition that wants it not to be can never hold, and one on its states is
/// said by If-Match.
fn none_match() -> Error {
    let detail = "If-None-Match is for reads; POST creates only what is not there, and If-Match makes a \
                  write conditional.";
    Error::malformed("INVALID_HEADER", detail)
}

fn odd(name: &str, what: &str) -> Error {
    Error::malformed("INVALID_HEADER", format!("The header {name} {what}; send it once, in ASCII."))
}

/// Marks an answer that was given before, under the same key.
pub fn replayed(mut response: Response, before: bool) -> Response {
    if before {
        let value = HeaderValue::from_static("true");
        response.headers_mut().insert("idempotent-replayed", value);
    }
    response
}

/// For OpenAPI: the header that every change takes.
impl IntoParams for KeyHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let schema = string()
            .min_length(Some(1))
            .max_length(Some(limits::IDEMPOTENCY_KEY_CHARACTERS))
            .pattern(Some("^[ -~]+$"));
        let text = "Sending the same write again under the same key acts once.";
        vec![parameter("Idempotency-Key", schema, text)]
    }
}

/// For OpenAPI: the headers that every write to the lake takes.
impl IntoParams for WriteHeaders {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut all = KeyHeader::into_params(&place);
        all.extend(RunHeader::into_params(place));
        let text = "The table's ETag as it was read: the write is made only if the table is as it was then \
                    (412), also when others write at the same moment.";
        all.push(parameter("If-Match", string(), text));
        all
    }
}

pub(crate) fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

pub(crate) fn parameter(name: &str, schema: ObjectBuilder, text: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(text))
        .schema(Some(schema))
        .build()
}
