//! Jobs: work that is done again and again, each time by a run.

use std::fmt;

use crate::{Error, Result, TableName, Timestamp, limits};

/// Whether a job ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JobType {
    /// A run does its work and ends.
    #[default]
    Batch,
    /// A run goes on until it is stopped.
    Streaming,
}

impl JobType {
    /// The name, as OpenLineage's job type facet has it (`processingType`).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Batch => "BATCH",
            Self::Streaming => "STREAMING",
        }
    }

    /// The type of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Batch, Self::Streaming].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What people say of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobDefinition {
    /// Its name.
    pub name: JobName,
    /// Whether it ends by itself.
    pub kind: JobType,
    /// What it does.
    pub description: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What it is expected to read.
    pub inputs: Vec<DatasetName>,
    /// What it is expected to write.
    pub outputs: Vec<DatasetName>,
    /// Words to find it by; none twice.
    pub tags: Vec<Tag>,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id: not its next namesake's.
    pub id: uuid::Uuid,
    /// What people say of it.
    pub definition: JobDefinition,
    /// Since when it is there.
    pub created_at: Timestamp,
}

/// What a job reads or writes: a table of the lake (`schema.table`, without the default schema), or anything else by its URI
/// (`s3://bucket/key`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatasetName(String);

impl DatasetName {
    /// Reads the name of a table, or a URI.
    pub fn parse(text: &str) -> Result<Self> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return Ok(Self(TableName::parse(text)?.to_string()));
        };
        let fits = !rest.is_empty()
            && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
            && !text.chars().any(|c| c.is_control() || c.is_whitespace())
            && text.len() <= limits::DATASET_URI_BYTES;
        if fits {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::invalid(
            "INVALID_NAME",
            format!(
                "A dataset is a table (`schema.table`) or a URI of at most {} bytes without spaces, as in \
                 s3://bucket/key.",
                limits::DATASET_URI_BYTES
            ),
        ))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the name of a table.
    pub fn is_table(&self) -> bool {
        !self.0.contains("://")
    }
}

impl From<&TableName> for DatasetName {
    fn from(name: &TableName) -> Self {
        Self(name.to_string())
    }
}

/// A word to find a job by: 1 to 128 characters, none of them a control character.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);

impl Tag {
    /// Reads a tag; space around it is dropped.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let characters = text.chars().count();
        if (1..=limits::TAG_CHARACTERS).contains(&characters) && !text.chars().any(char::is_control)
        {
            return Ok(Self(text.to_owned()));
        }
        let most = limits::TAG_CHARACTERS;
        Err(Error::invalid(
            "INVALID_NAME",
            format!("A tag is 1 to {most} characters, none of them a control character."),
        ))
    }

    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

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
    fn a_dataset_is_a_table_or_a_uri() {
        for (text, name) in [
            ("main.sales", "sales"),
            ("a.b", "a.b"),
            ("s3://bucket/a key".replace(' ', "-").as_str(), "s3://bucket/a-key"),
            ("postgres://db:5432/x.y", "postgres://db:5432/x.y"),
        ] {
            assert_eq!(DatasetName::parse(text).expect(text).as_str(), name);
        }
        let long = format!("s3://{}", "a".repeat(limits::DATASET_URI_BYTES));
        for text in ["", "s3://", "://x", "3s://x", "s3://a b", "s3://a\n", "a.b.c.d", &long] {
            assert_eq!(DatasetName::parse(text).expect_err(text).error_code, "INVALID_NAME");
        }
    }

    #[test]
    fn a_tag_is_a_word_of_any_letters() {
        assert_eq!(Tag::parse(" täglich ").expect("a tag").as_str(), "täglich");
        for text in ["", "  ", "a\u{7}b", "ä".repeat(129).as_str()] {
            assert_eq!(Tag::parse(text).expect_err(text).error_code, "INVALID_NAME");
        }
    }

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
