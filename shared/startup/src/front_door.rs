//! Whether a request came through the front door: one of two secrets is in its header.

use config::Secret;
use domain::{Code, Error};
use http::HeaderMap;

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
