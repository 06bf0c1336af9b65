//! JSON bodies: of the right type, whole, with known fields only.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use domain::{Code, Error};
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use service::Spool;

use crate::body::{self, Limits};
use crate::{Failure, RequestContext};

/// A body of `application/json`; `T` denies unknown fields.
#[derive(Debug)]
pub struct Json<T> {
    /// The value.
    pub value: T,
    /// SHA-256 of the body's bytes: the payload under an idempotency key.
    pub digest: String,
}

/// Bytes of a body of JSON at most: it is a definition or a query, a larger one is a mistake.
pub const JSON_BYTES: u64 = 1 << 20;

/// A body of JSON as it came, whole: for another process of ours, which reads it. `None` where the head
/// says that it is none; that is refused there.
#[derive(Debug)]
pub struct JsonBytes(pub Option<Bytes>);

impl<S: Sync> FromRequest<S> for JsonBytes {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let context = RequestContext::of(request.extensions())?;
        if check_type(request.headers()).is_err() {
            return Ok(Self(None));
        }
        let spool = spool(request.into_body(), &context, false).await?;
        Ok(Self(Some(spool.bytes()?)))
    }
}

async fn spool(body: Body, context: &RequestContext, digest: bool) -> Result<Spool, Error> {
    let limits = Limits {
        bytes: JSON_BYTES.min(context.edge.server.max_body_bytes),
        digest,
        instead: "JSON holds definitions and queries; rows go to PUT /tables/{table_name}.",
    };
    body::receive(body, context, limits).await
}

/// The same where the body may be left out: then it is `{}`.
#[derive(Debug)]
pub struct JsonOrNothing<T>(pub Json<T>);

impl<S: Sync, T: DeserializeOwned + Default> FromRequest<S> for JsonOrNothing<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let is_none = !request.headers().contains_key(header::CONTENT_TYPE)
            && http_body::Body::is_end_stream(request.body());
        if is_none {
            return Ok(Self(Json { value: T::default(), digest: String::new() }));
        }
        Json::from_request(request, state).await.map(Self)
    }
}

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let context = RequestContext::of(request.extensions())?;
        check_type(request.headers())?;
        Ok(Self::receive(request.into_body(), &context).await?)
    }
}

impl<T: DeserializeOwned> Json<T> {
    /// Receives the body and reads it; that it is JSON was seen before.
    pub(crate) async fn receive(body: Body, context: &RequestContext) -> Result<Self, Error> {
        let spool = spool(body, context, true).await?;
        let bytes = spool.bytes()?;
        let mut deserializer = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let path = error.path().to_string();
            refuse(&error.into_inner(), &path)
        })?;
        deserializer.end().map_err(|error| refuse(&error, "."))?;
        Ok(Self { value, digest: spool.digest })
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), Error> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = given.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let found = given.unwrap_or("nothing");
    Err(Error::new(
        Code::UnsupportedMedia,
        "UNSUPPORTED_MEDIA_TYPE",
        format!("The body must be application/json; Content-Type says {found}."),
    ))
}

fn refuse(error: &serde_json::Error, path: &str) -> Error {
    let message = error.to_string();
    // serde_json ends its sentences with the place; the sentence alone is for the field.
    let sentence = message.split(" at line ").next().unwrap_or(&message);
    let place = format!("line {}, column {}", error.line(), error.column());
    if !error.is_data() {
        return Error::malformed(
            "INVALID_JSON",
            format!("The body is not JSON: {sentence} at {place}."),
        );
    }
    if let Some((name, known)) = unknown_field(sentence) {
        let detail = format!("The body has the unknown field `{name}` at {place}; {known}.");
        return Error::malformed("UNKNOWN_FIELD", detail).field(name, "is not known here");
    }
    if let Some(name) = sentence.strip_prefix("missing field ") {
        let name = name.trim_matches('`');
        let detail = format!("The body lacks the field `{name}` at {place}.");
        return Error::malformed("MISSING_FIELD", detail).field(name, "is missing");
    }
    if let Some(name) = sentence.strip_prefix("duplicate field ") {
        let name = name.trim_matches('`');
        let detail = format!("The body has the field `{name}` twice, at {place} again.");
        return Error::malformed("INVALID_FIELD", detail).field(name, "is there twice");
    }
    // Of the body as a whole; what serde says of it names types of ours.
    if path == "." {
        let detail = format!("The body must be a JSON object of the route's fields; see {place}.");
        return Error::malformed("INVALID_FIELD", detail);
    }
    let detail = format!("The field `{path}` cannot be read: {sentence} at {place}.");
    Error::malformed("INVALID_FIELD", detail).field(path, sentence)
}

/// The name out of serde's sentence about an unknown field, and what it says is known.
pub(crate) fn unknown_field(message: &str) -> Option<(String, String)> {
    let rest = message.strip_prefix("unknown field `")?;
    let end = rest.rfind("`, expected ").or_else(|| rest.rfind("`, there are no fields"))?;
    Some((rest[..end].to_owned(), rest[end + "`, ".len()..].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[expect(dead_code, reason = "only its reading is tested")]
        name: String,
        #[expect(dead_code, reason = "only its reading is tested")]
        items: Vec<u8>,
    }

    fn check(text: &str) -> (String, &'static str, String) {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let error =
            serde_path_to_error::deserialize::<_, Sample>(&mut deserializer).expect_err(text);
        let path = error.path().to_string();
        let error = refuse(error.inner(), &path);
        let field = error.fields.first().map(|f| f.field.clone()).unwrap_or_default();
        (field, error.error_code, error.detail)
    }

    #[test]
    fn each_mistake_has_its_name_and_place() {
        assert_eq!(check("{\"name\": ").1, "INVALID_JSON");
        assert_eq!(check("").1, "INVALID_JSON");
        let (field, code, _) = check(r#"{"name": "a"}"#);
        assert_eq!((field.as_str(), code), ("items", "MISSING_FIELD"));
        let (field, code, _) = check(r#"{"name": "a", "items": [1, 300]}"#);
        assert_eq!((field.as_str(), code), ("items[1]", "INVALID_FIELD"));
        let (field, code, _) = check(r#"{"name": "a", "name": "b"}"#);
        assert_eq!((field.as_str(), code), ("name", "INVALID_FIELD"));
        for text in ["[]", "7", "null"] {
            let (field, code, detail) = check(text);
            assert_eq!((field.as_str(), code), ("", "INVALID_FIELD"));
            assert!(detail.contains("JSON object"), "{detail}");
        }
        let (field, code, detail) = check(r#"{"nmae": "a"}"#);
        assert_eq!((field.as_str(), code), ("nmae", "UNKNOWN_FIELD"));
        assert!(detail.contains("expected `name` or `items`"), "{detail}");
        assert!(detail.contains("line 1"), "{detail}");
    }
}
