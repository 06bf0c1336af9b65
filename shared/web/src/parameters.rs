//! Query parameters: those that a route knows, and no others.

use axum::extract::FromRequestParts;
use domain::Error;
use http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Failure;

/// The parameters of a route; `T` denies unknown fields, so one that it does not know is 400 by name.
#[derive(Debug)]
pub struct Parameters<T>(pub T);

/// For routes that know none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoParameters {}

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let query = parts.uri.query().unwrap_or_default();
        let deserializer = serde_urlencoded::Deserializer::new(form_urlencoded(query));
        serde_path_to_error::deserialize(deserializer).map(Self).map_err(|error| {
            let path = error.path().to_string();
            refuse(&error.into_inner().to_string(), path).into()
        })
    }
}

fn form_urlencoded(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
}

fn refuse(message: &str, path: String) -> Error {
    if let Some((name, known)) = crate::json::unknown_field(message) {
        let detail = format!("This route does not know the query parameter `{name}`; {known}.");
        return Error::malformed("UNKNOWN_PARAMETER", detail).field(name, "is not known here");
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        let name = name.trim_matches('`');
        let detail = format!("The query parameter `{name}` is missing; this route needs it.");
        return Error::malformed("INVALID_PARAMETER", detail).field(name, "is missing");
    }
    let name = match message.split('`').nth(1) {
        Some(name) if message.starts_with("duplicate field") => name.to_owned(),
        _ => path,
    };
    let detail = format!("The query parameter `{name}` cannot be read: {message}.");
    Error::malformed("INVALID_PARAMETER", detail).field(name, message)
}
