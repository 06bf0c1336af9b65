//! What a path names.

use axum::extract::{FromRequestParts, RawPathParams};
use domain::{Error, Result, TableName};
use http::request::Parts;

use crate::Failure;

/// `{table_name}` of the path, percent-decoded once and parsed.
#[derive(Debug)]
pub struct TablePath(pub TableName);

/// The first parameter of the path as it is, percent-decoded once.
#[derive(Debug)]
pub struct TextPath(pub String);

impl<S: Send + Sync> FromRequestParts<S> for TablePath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        Ok(Self(TableName::parse(&first(parts, state).await?)?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for TextPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        Ok(Self(first(parts, state).await?))
    }
}

async fn first<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<String> {
    let parameters = RawPathParams::from_request_parts(parts, state).await.map_err(|_| {
        Error::malformed(
            "INVALID_PATH",
            "The path does not decode to UTF-8; percent-encode the bytes of its UTF-8 form.",
        )
    })?;
    let first = parameters.iter().next();
    let (_, text) = first.ok_or_else(|| Error::internal("the route has no parameter"))?;
    Ok(text.to_owned())
}
