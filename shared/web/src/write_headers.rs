//! What the head of a write says: its key, its run.

use axum::extract::FromRequestParts;
use axum::response::Response;
use domain::{Caller, Error, IdempotencyKey, IfMatch, RunId, limits};
use http::{HeaderMap, HeaderValue, header, request::Parts};
use service::{Origin, WriteKey};
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};

use crate::{Failure, RequestContext, ambient, etag};

/// `Idempotency-Key`, `X-Run-Id` and `If-Match`, with the method and path that scope the key.
pub struct WriteHeaders {
    key: Option<IdempotencyKey>,
    run: Option<RunId>,
    if_match: Option<IfMatch>,
    method: String,
    path: String,
    context: RequestContext,
}

impl<S: Sync> FromRequestParts<S> for WriteHeaders {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let key = single(&parts.headers, "idempotency-key")?;
        let run = single(&parts.headers, "x-run-id")?;
        if parts.headers.contains_key(header::IF_NONE_MATCH) {
            return Err(none_match().into());
        }
        Ok(Self {
            key: key.map(IdempotencyKey::parse).transpose()?,
            run: run.map(RunId::parse).transpose()?,
            if_match: etag::if_match(&parts.headers)?,
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            context: RequestContext::of(&parts.extensions)?,
        })
    }
}

impl WriteHeaders {
    /// Whether the caller gave a key.
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// What is created is in no state that If-Match could name: 400.
    pub fn refuse_if_match(&self) -> Result<(), Error> {
        if self.if_match.is_none() {
            return Ok(());
        }
        let detail = "If-Match is for a table that is there; POST creates only what is not there.";
        Err(Error::malformed("INVALID_HEADER", detail))
    }

    /// What the write comes with, for a body of this digest; asked once the body is here.
    pub fn origin(&self, caller: &Caller, digest: String) -> Origin {
        let fresh = || ambient::new_id().to_string();
        let key = WriteKey::new(caller, &self.method, &self.path, self.key.as_ref(), digest, fresh);
        let (run, if_match) = (self.run, self.if_match.clone());
        Origin { key, run, deadline: self.context.deadline(), if_match }
    }
}

fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Error> {
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

/// For OpenAPI: the headers that every write takes.
impl IntoParams for WriteHeaders {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let string = || ObjectBuilder::new().schema_type(Type::String);
        let header = |name: &str, schema: ObjectBuilder, text: &str| {
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Header)
                .required(Required::False)
                .description(Some(text))
                .schema(Some(schema))
                .build()
        };
        vec![
            header(
                "Idempotency-Key",
                string()
                    .min_length(Some(1))
                    .max_length(Some(limits::IDEMPOTENCY_KEY_CHARACTERS))
                    .pattern(Some("^[ -~]+$")),
                "Sending the same write again under the same key acts once.",
            ),
            header(
                "X-Run-Id",
                string().format(Some(SchemaFormat::Custom("uuid".to_owned()))),
                "The run that this write belongs to: a UUID.",
            ),
            header(
                "If-Match",
                string(),
                "The table's ETag as it was read: the write is made only if the table is as it was then \
                 (412), also when others write at the same moment.",
            ),
        ]
    }
}
