//! The one extractor that says who is calling.

use async_trait::async_trait;
use axum::extract::FromRequestParts;
use domain::{Caller, Error, Result};
use http::{header, request::Parts};
use service::Authenticator;

use crate::{Failure, RequestContext};

/// The caller of the request.
#[derive(Debug)]
pub struct Authenticated(pub Caller);

impl<S: Sync> FromRequestParts<S> for Authenticated {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let context = RequestContext::of(&parts.extensions)?;
        let authorization = match parts.headers.get(header::AUTHORIZATION) {
            None => None,
            Some(value) => Some(value.to_str().map_err(|_| {
                Error::malformed("INVALID_HEADER", "The Authorization header is not ASCII.")
            })?),
        };
        Ok(Self(context.edge.authenticator.authenticate(authorization).await?))
    }
}

/// Everyone is the anonymous caller; configuration decides where that is accepted.
pub struct Anonymous;

#[async_trait]
impl Authenticator for Anonymous {
    async fn authenticate(&self, _: Option<&str>) -> Result<Caller> {
        Ok(Caller::anonymous())
    }
}
