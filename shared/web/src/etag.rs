//! Validators (RFC 9110, 8.8.3): a table's is its last snapshot, that of rows says the format too.

use axum::response::{IntoResponse, Response};
use domain::{Error, IfMatch, Result, SnapshotId};
use formats::Format;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::rows;

/// What stands for a state of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// Of the table's document.
    pub fn of_table(last: SnapshotId) -> Self {
        Self(format!("\"{last}\""))
    }

    /// Of the table's rows in a format. Weak: the same rows may come in another order.
    pub fn of_rows(last: SnapshotId, format: Format) -> Self {
        Self(format!("W/\"{last}-{}\"", format.name()))
    }

    /// Puts it on the answer.
    pub fn on(&self, mut response: Response) -> Response {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            response.headers_mut().insert(header::ETAG, value);
        }
        response
    }

    /// 304, if the client has this already: `If-None-Match` compares weakly. Rows vary as their answer would.
    pub fn not_modified(&self, headers: &HeaderMap) -> Result<Option<Response>> {
        let mut has = false;
        for tag in tags(headers, "if-none-match")? {
            has |= tag == "*" || opaque(&tag) == opaque(&self.0);
        }
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        if self.0.starts_with("W/") {
            response.headers_mut().insert(header::VARY, HeaderValue::from_static(rows::VARY));
        }
        Ok(has.then(|| self.on(response)))
    }
}

/// The condition on a write. `If-Match` compares strongly, so a weak tag is never met.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<IfMatch>> {
    let tags = tags(headers, "if-match")?;
    if tags.is_empty() {
        return Ok(None);
    }
    if tags.iter().any(|tag| tag == "*") {
        return Ok(Some(IfMatch::Any));
    }
    let snapshot = |tag: &String| tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok();
    Ok(Some(IfMatch::Snapshots(tags.iter().filter_map(snapshot).map(SnapshotId).collect())))
}

fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// The tags of a header, `*` among them; none where there is no header.
fn tags(headers: &HeaderMap, name: &'static str) -> Result<Vec<String>> {
    let mut tags = Vec::new();
    for value in headers.get_all(name) {
        let text = value.to_str().map_err(|_| unreadable(name))?;
        let mut rest = text.trim();
        while !rest.is_empty() {
            let tag = tag(rest).ok_or_else(|| unreadable(name))?;
            tags.push(tag.to_owned());
            rest = rest[tag.len()..].trim_start();
            rest = match rest.strip_prefix(',') {
                Some(rest) => rest.trim_start(),
                None if rest.is_empty() => rest,
                None => return Err(unreadable(name)),
            };
        }
    }
    Ok(tags)
}

/// `*`, `"…"` or `W/"…"` at the start of a text.
fn tag(text: &str) -> Option<&str> {
    if text.starts_with('*') {
        return Some(&text[..1]);
    }
    let quoted = opaque(text).strip_prefix('"')?;
    let end = quoted.find('"')?;
    Some(&text[..text.len() - quoted.len() + end + 1])
}

fn unreadable(name: &str) -> Error {
    let detail =
        format!("The header {name} is not `*` or a list of ETags, as in `\"12\", \"13\"`.");
    Error::malformed("INVALID_HEADER", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().expect("a header"));
        headers
    }

    #[test]
    fn a_write_is_conditional_on_strong_tags_only() {
        let read = |value| if_match(&headers("if-match", value)).expect(value);
        let snapshots =
            |ids: &[u64]| Some(IfMatch::Snapshots(ids.iter().copied().map(SnapshotId).collect()));
        assert_eq!(if_match(&HeaderMap::new()).expect("none"), None);
        assert_eq!(read("*"), Some(IfMatch::Any));
        assert_eq!(read("\"12\" ,\"13\""), snapshots(&[12, 13]));
        assert_eq!(read("W/\"12\", \"x\""), snapshots(&[]));
        for odd in ["12", "\"12", "\"1\" \"2\"", "W/12"] {
            assert!(if_match(&headers("if-match", odd)).is_err(), "{odd}");
        }
    }

    #[test]
    fn what_the_client_has_is_not_sent_again() {
        let tag = ETag::of_rows(SnapshotId(12), Format::Csv);
        let has =
            |value| tag.not_modified(&headers("if-none-match", value)).expect(value).is_some();
        assert!(has("*") && has("W/\"12-csv\"") && has("\"1\", \"12-csv\""));
        assert!(!has("\"12\"") && !has("W/\"12-json\""));
        assert!(tag.not_modified(&HeaderMap::new()).expect("none").is_none());
    }
}
