//! Objects that are in storage already.

use std::fmt;

use crate::{Error, Result};

/// `s3://bucket/key`, of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectUri {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
}

/// S3's limit, in bytes.
const KEY_BYTES: usize = 1_024;

impl ObjectUri {
    /// Reads the URI of one object: no pattern, and no key with a segment `.` or `..`, which some stores
    /// take for a way up.
    pub fn parse(text: &str) -> Result<Self> {
        let unreadable = |what: &str| {
            let detail = format!("`source` {what}; it must be s3://bucket/key, of one object.");
            Error::invalid("INVALID_SOURCE", detail).field("source", what)
        };
        let rest =
            text.strip_prefix("s3://").ok_or_else(|| unreadable("does not begin with s3://"))?;
        let (bucket, key) = rest.split_once('/').ok_or_else(|| unreadable("names no key"))?;
        if bucket.is_empty() || key.is_empty() || key.ends_with('/') {
            return Err(unreadable("names no object"));
        }
        if key.contains(['*', '?', '[']) {
            return Err(unreadable("is a pattern, which is not taken yet"));
        }
        if key.len() > KEY_BYTES || key.chars().any(char::is_control) {
            return Err(unreadable("has a key that no object can have"));
        }
        if key.split('/').any(|segment| segment == "." || segment == "..") {
            return Err(unreadable("has a segment `.` or `..`"));
        }
        Ok(Self { bucket: bucket.to_owned(), key: key.to_owned() })
    }

    /// Whether it is under `prefix`, an `s3://bucket/path/` that ends in a slash.
    pub fn is_under(&self, prefix: &str) -> bool {
        prefix.ends_with('/') && self.to_string().starts_with(prefix)
    }
}

impl fmt::Display for ObjectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_object_is_named_and_no_way_around() {
        let uri = ObjectUri::parse("s3://in/2026/a b.parquet").expect("one object");
        assert_eq!((uri.bucket.as_str(), uri.key.as_str()), ("in", "2026/a b.parquet"));
        assert!(uri.is_under("s3://in/") && uri.is_under("s3://in/2026/"));
        assert!(
            !uri.is_under("s3://in") && !uri.is_under("s3://in/2027/") && !uri.is_under("s3://i")
        );
        for text in [
            "",
            "in/a",
            "http://in/a",
            "s3://in",
            "s3://in/",
            "s3:///a",
            "s3://in/a/",
            "s3://in/*.parquet",
            "s3://in/../x",
            "s3://in/a/./b",
            "s3://in/a\n",
            &format!("s3://in/{}", "x".repeat(1_025)),
        ] {
            assert_eq!(ObjectUri::parse(text).expect_err(text).error_code, "INVALID_SOURCE");
        }
    }
}
