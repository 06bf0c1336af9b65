//! What the head of a write says: its key, its run.

use axum::extract::{FromRequestParts, OriginalUri};
use domain::{Caller, Error, IdempotencyKey, RunId};
use http::{HeaderMap, request::Parts};
use service::WriteKey;

use crate::Failure;

/// `Idempotency-Key` and `X-Run-Id`, with the method and path that scope the key.
#[derive(Debug)]
pub struct WriteHeaders {
    key: Option<IdempotencyKey>,
    method: String,
    path: String,
    /// The run that the request belongs to.
    pub run: Option<RunId>,
}

impl<S: Sync> FromRequestParts<S> for WriteHeaders {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let key = single(&parts.headers, "idempotency-key")?;
        let run = single(&parts.headers, "x-run-id")?;
        let path = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0).path();
        Ok(Self {
            key: key.map(IdempotencyKey::parse).transpose()?,
            run: run.map(RunId::parse).transpose()?,
            method: parts.method.to_string(),
            path: path.to_owned(),
        })
    }
}

impl WriteHeaders {
    /// The write's name in the ledger, for a body of this digest.
    pub fn write_key(&self, caller: &Caller, digest: String) -> WriteKey {
        let fresh = || uuid::Uuid::now_v7().to_string();
        WriteKey::new(caller, &self.method, &self.path, self.key.as_ref(), digest, fresh)
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

fn odd(name: &str, what: &str) -> Error {
    Error::malformed("INVALID_HEADER", format!("The header {name} {what}; send it once, in ASCII."))
}
