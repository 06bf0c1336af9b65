//! Names of jobs.

use std::fmt;

use crate::{Error, Result, limits};

/// 1 to 128 of ASCII's letters, digits, `.`, `_` and `-`. A UUID is no job's name: it names a run, or a query,
/// where a job's name might stand too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobName(String);

impl JobName {
    /// Reads a name that a job may have.
    pub fn parse(text: &str) -> Result<Self> {
        let fits = (1..=limits::JOB_NAME_CHARACTERS).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        // A path segment of dots alone means a folder to clients.
        if !fits || text.bytes().all(|byte| byte == b'.') {
            return Err(invalid(format!(
                "A job's name is 1 to {} of the characters A-Z, a-z, 0-9, `.`, `_` and `-`, not dots alone; \
                 `{}` is not.",
                limits::JOB_NAME_CHARACTERS,
                text.chars().take(limits::JOB_NAME_CHARACTERS).collect::<String>().escape_debug()
            )));
        }
        if uuid::Uuid::try_parse(text).is_ok() {
            return Err(invalid(format!(
                "`{text}` is a UUID, which names a run; choose another name."
            )));
        }
        if text.eq_ignore_ascii_case("events") {
            let detail = "`events` is reserved as the name of a job; choose another.";
            return Err(Error::invalid("RESERVED_NAME", detail).field("name", "is reserved"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn invalid(detail: String) -> Error {
    Error::invalid("INVALID_NAME", detail).field("name", "is no name of a job")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_letters_digits_and_three_marks() {
        for text in ["a", "daily.load_2-b", "A".repeat(128).as_str(), "018f4e9c", ".a", "-"] {
            assert_eq!(JobName::parse(text).expect(text).as_str(), text);
        }
        let long = "a".repeat(129);
        for text in ["", "a b", "a/b", "ä", "a\n", ".", "..", "%41", &long] {
            assert_eq!(JobName::parse(text).expect_err(text).error_code, "INVALID_NAME", "{text}");
        }
    }

    #[test]
    fn what_means_something_else_in_a_path_is_refused() {
        for text in ["018f4e9c-9f8e-7c3a-b0f5-3d1c5a7e9b21", "018F4E9C9F8E7C3AB0F53D1C5A7E9B21"] {
            assert_eq!(JobName::parse(text).expect_err(text).error_code, "INVALID_NAME");
        }
        for text in ["events", "Events"] {
            assert_eq!(JobName::parse(text).expect_err(text).error_code, "RESERVED_NAME");
        }
    }
}
