//! The path as the client sent it, as far as it can be had.
//!
//! HTTP APIs hand over a decoded path and split it at `%2F`; function URLs hand over the encoded
//! one; lambda_http makes a URL of it, in which `..` collapses. So the front door copies the path
//! into `x-eider-path`, which is believed only if the front door proved itself.

use http::Uri;

/// What is asked for: a legal path and the query. Should it be none after all, the router's 404 is
/// the answer.
pub(crate) fn target(path: &str, query: Option<&str>) -> Uri {
    let target = match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    target.parse().unwrap_or_else(|_| Uri::from_static("/-"))
}

/// A path that is legal in a URI: what is illegal in it is percent-encoded, `%` is left alone.
pub(crate) fn legal(path: &str) -> String {
    let mut legal = String::with_capacity(path.len() + 1);
    if !path.starts_with('/') {
        legal.push('/');
    }
    for byte in path.bytes() {
        if is_legal(byte) {
            legal.push(char::from(byte));
        } else {
            legal.push_str(&format!("%{byte:02X}"));
        }
    }
    legal
}

/// RFC 3986's pchar, `/`, and `%` of escapes that are there already.
fn is_legal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/%-._~!$&'()*+,;=:@".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::legal;

    #[test]
    fn odd_bytes_are_encoded_and_escapes_kept() {
        for (raw, expected) in [
            ("/tables/a b", "/tables/a%20b"),
            ("/tables/ü", "/tables/%C3%BC"),
            ("/tables/a%2Fb", "/tables/a%2Fb"),
            ("/tables/a?b#c", "/tables/a%3Fb%23c"),
            ("/tables/../x", "/tables/../x"),
            ("", "/"),
        ] {
            assert_eq!(legal(raw), expected);
        }
    }
}
