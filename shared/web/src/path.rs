//! The table that a path names.

use axum::extract::{FromRequestParts, RawPathParams};
use domain::{Error, TableName};
use http::request::Parts;

use crate::Failure;

/// `{table_name}` of the path, percent-decoded once and parsed.
#[derive(Debug)]
pub struct TablePath(pub TableName);

impl<S: Send + Sync> FromRequestParts<S> for TablePath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| {
            Error::malformed(
                "INVALID_PATH",
                "The path does not decode to UTF-8; percent-encode the bytes of its UTF-8 form.",
            )
        })?;
        let (_, text) = params
            .iter()
            .find(|(name, _)| *name == "table_name")
            .ok_or_else(|| Error::internal("a route with TablePath lacks {table_name}"))?;
        Ok(Self(TableName::parse(text)?))
    }
}
