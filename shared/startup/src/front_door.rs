//! Whether a request came through the front door: one of two secrets is in its header.

use std::sync::Arc;

use axum::response::Response;
use config::{Secret, ServerConfig};
use domain::{Code, Error};
use http::{HeaderMap, Request};

use crate::path;

/// The header that the front door adds.
pub(crate) const SECRET: &str = "x-eider-front-door";
/// The header that holds the path as the client sent it.
pub(crate) const PATH: &str = "x-eider-path";

/// `Ok(true)`: through the front door. `Ok(false)`: there is none (development). `Err`: past it.
pub(crate) fn check(headers: &HeaderMap, secrets: &[Secret]) -> Result<bool, Error> {
    if secrets.is_empty() {
        return Ok(false);
    }
    let given = headers.get(SECRET).map(http::HeaderValue::as_bytes).unwrap_or_default();
    // Every secret is compared, so that the time taken tells nothing.
    let matched = secrets
        .iter()
        .fold(false, |matched, secret| same(given, secret.reveal().as_bytes()) | matched);
    if matched {
        return Ok(true);
    }
    Err(Error::new(
        Code::Forbidden,
        "NOT_THROUGH_FRONT_DOOR",
        "This address is not for callers; use the address of the front door.",
    ))
}

/// The path to route by: as the client sent it, if the front door says so.
pub(crate) fn sent_path(headers: &HeaderMap, through: bool, raw_path: &str) -> String {
    let sent = headers.get(PATH).and_then(|value| value.to_str().ok());
    path::legal(sent.filter(|_| through).unwrap_or(raw_path))
}

/// The answer to a request that came past the front door.
pub(crate) fn refused(error: &Error, request_id: &str, raw_path: &str, debug: bool) -> Response {
    // Legal in a URI, it cannot break the line.
    let path = path::legal(raw_path);
    tracing::warn!(request_id, path, error_code = error.error_code, "refused");
    web::problem_response(error, request_id, raw_path, debug)
}

/// The front door before a socket; none where no secret is set.
#[derive(Clone)]
pub(crate) struct FrontDoor {
    secrets: Arc<[Secret]>,
    debug: bool,
}

impl FrontDoor {
    pub(crate) fn of(config: &ServerConfig) -> Self {
        Self { secrets: config.front_door_secrets.clone().into(), debug: config.debug }
    }

    /// The request as the router must see it, or the answer to one that is refused.
    #[expect(clippy::result_large_err, reason = "one a request, moved once")]
    pub(crate) fn pass<B>(&self, mut request: Request<B>) -> Result<Request<B>, Response> {
        match check(request.headers(), &self.secrets) {
            // `OPTIONS *` has no path that could be given again.
            Ok(true) if request.uri().path() == "*" => {}
            Ok(true) => {
                let uri = request.uri();
                let path = sent_path(request.headers(), true, uri.path());
                *request.uri_mut() = path::target(&path, uri.query());
            }
            Ok(false) => {}
            Err(error) => {
                let id = web::request_id(request.headers());
                return Err(refused(&error, id.as_str(), request.uri().path(), self.debug));
            }
        }
        request.headers_mut().remove(SECRET);
        request.headers_mut().remove(PATH);
        Ok(request)
    }
}

/// Compares in time that depends on the lengths only.
fn same(left: &[u8], right: &[u8]) -> bool {
    let different = left.iter().zip(right).fold(0, |sum, (a, b)| sum | (a ^ b));
    left.len() == right.len() && std::hint::black_box(different) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_of_two_secrets_opens_and_nothing_else_does() {
        let secrets = [Secret::new("first secret 123"), Secret::new("second secret 12")];
        let with = |value: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                headers.insert(SECRET, value.parse().expect("a header"));
            }
            check(&headers, &secrets).map_err(|error| error.error_code)
        };
        assert_eq!(with(Some("first secret 123")), Ok(true));
        assert_eq!(with(Some("second secret 12")), Ok(true));
        for wrong in [None, Some(""), Some("first secret 12"), Some("first secret 1234")] {
            assert_eq!(with(wrong), Err("NOT_THROUGH_FRONT_DOOR"), "{wrong:?}");
        }
        assert_eq!(check(&HeaderMap::new(), &[]).ok(), Some(false));
    }
}
