//! How a table's rows are laid out in files: by which values they are partitioned and sorted.
//!
//! The transforms are DuckLake's (its specification, `ducklake_partition_column`).

use std::fmt;

use crate::{Error, Name, Result};

/// What is done to a column's value before rows are parted by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transform {
    /// The value itself.
    Identity,
    /// A part of a date or a timestamp: `year`, `month`, `day` or `hour`.
    Part(&'static str),
    /// One of so many buckets, by a hash.
    Bucket(u32),
}

const PARTS: [&str; 4] = ["year", "month", "day", "hour"];

/// Buckets at most: each may be a file of every append.
const BUCKETS: u32 = 10_000;

/// One key of a partitioning: `a`, `year(ts)`, `bucket(16, id)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionKey {
    /// What is done to its values.
    pub transform: Transform,
    /// The column.
    pub column: Name,
}

impl PartitionKey {
    /// Reads `a`, `month(a)` or `bucket(16, a)`; a name with anything but letters, digits and `_` stands
    /// in double quotes.
    pub fn parse(text: &str) -> Result<Self> {
        let unreadable = || {
            invalid(
                "partition_by",
                text,
                "is none of `column`, `year(column)`, `month(column)`, `day(column)`, `hour(column)` \
                 and `bucket(n, column)`",
            )
        };
        let mut rest = text.trim();
        let Some((word, inner)) = call(rest) else {
            let column = read_name(&mut rest).ok_or_else(unreadable)?;
            return if rest.is_empty() {
                Ok(Self::of(Transform::Identity, column))
            } else {
                Err(unreadable())
            };
        };
        let mut inner = inner;
        let transform = if word.eq_ignore_ascii_case("bucket") {
            let (count, after) = inner.split_once(',').ok_or_else(unreadable)?;
            inner = after.trim();
            let count = count.trim().parse().ok().filter(|n| (1..=BUCKETS).contains(n));
            Transform::Bucket(count.ok_or_else(|| {
                invalid("partition_by", text, &format!("needs 1 to {BUCKETS} buckets"))
            })?)
        } else {
            let part = PARTS.iter().find(|part| word.eq_ignore_ascii_case(part));
            Transform::Part(part.ok_or_else(unreadable)?)
        };
        let column = read_name(&mut inner).filter(|_| inner.is_empty()).ok_or_else(unreadable)?;
        Ok(Self::of(transform, column))
    }

    fn of(transform: Transform, column: Name) -> Self {
        Self { transform, column }
    }

    /// As DuckDB's SQL has it.
    pub fn sql(&self) -> String {
        self.written(&self.column.quoted())
    }

    /// The transform that DuckLake's catalog calls `text`.
    pub fn from_ducklake(text: &str, column: Name) -> Option<Self> {
        let transform = match text {
            "identity" => Transform::Identity,
            text => match text.strip_prefix("bucket(").and_then(|rest| rest.strip_suffix(')')) {
                Some(count) => Transform::Bucket(count.parse().ok()?),
                None => Transform::Part(PARTS.into_iter().find(|part| *part == text)?),
            },
        };
        Some(Self::of(transform, column))
    }

    fn written(&self, column: &str) -> String {
        match self.transform {
            Transform::Identity => column.to_owned(),
            Transform::Part(part) => format!("{part}({column})"),
            Transform::Bucket(count) => format!("bucket({count}, {column})"),
        }
    }
}

impl fmt::Display for PartitionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(&shown(&self.column)))
    }
}

/// One key of a sort order: `a`, `a DESC`, `a ASC NULLS FIRST`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// The column.
    pub column: Name,
    /// Large values first.
    pub descending: bool,
    /// NULLs before all values.
    pub nulls_first: bool,
}

impl SortKey {
    /// Reads `column [ASC|DESC] [NULLS FIRST|LAST]`; NULLs come last unless told, as DuckDB has it.
    pub fn parse(text: &str) -> Result<Self> {
        let unreadable = || {
            invalid("sort_by", text, "is not of the form `column [ASC|DESC] [NULLS FIRST|LAST]`")
        };
        let mut rest = text.trim();
        let column = read_name(&mut rest).ok_or_else(unreadable)?;
        let words: Vec<String> = rest.split_whitespace().map(str::to_ascii_uppercase).collect();
        let mut words: &[String] = &words;
        let mut key = Self { column, descending: false, nulls_first: false };
        if let [first @ ("ASC" | "DESC"), rest @ ..] = as_strs(words).as_slice() {
            key.descending = *first == "DESC";
            words = &words[words.len() - rest.len()..];
        }
        match as_strs(words).as_slice() {
            [] | ["NULLS", "LAST"] => Ok(key),
            ["NULLS", "FIRST"] => Ok(Self { nulls_first: true, ..key }),
            _ => Err(unreadable()),
        }
    }

    /// As DuckDB's SQL has it.
    pub fn sql(&self) -> String {
        self.written(&self.column.quoted())
    }

    fn written(&self, column: &str) -> String {
        let direction = if self.descending { "DESC" } else { "ASC" };
        let nulls = if self.nulls_first { "FIRST" } else { "LAST" };
        format!("{column} {direction} NULLS {nulls}")
    }
}

impl fmt::Display for SortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(&shown(&self.column)))
    }
}

/// How the rows of a table are laid out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// Files hold rows of one value of each of these.
    pub partition_by: Vec<PartitionKey>,
    /// Files are sorted by these, the first above all.
    pub sort_by: Vec<SortKey>,
}

impl Layout {
    /// The columns of its keys, by the name of the list that they stand in.
    pub fn columns(&self) -> [(&'static str, Vec<&Name>); 2] {
        [
            ("partition_by", self.partition_by.iter().map(|key| &key.column).collect()),
            ("sort_by", self.sort_by.iter().map(|key| &key.column).collect()),
        ]
    }
}

fn as_strs(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

/// `word(inner)`, where the whole text is that.
fn call(text: &str) -> Option<(&str, &str)> {
    let (word, rest) = text.split_once('(')?;
    let inner = rest.strip_suffix(')')?;
    let is_word = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic());
    is_word.then(|| (word, inner.trim()))
}

/// A column's name at the start of `rest`, which is moved behind it and the white space that follows.
fn read_name(rest: &mut &str) -> Option<Name> {
    let (name, behind) = match rest.strip_prefix('"') {
        Some(quoted) => {
            let mut end = 0;
            loop {
                end += quoted[end..].find('"')?;
                if !quoted[end + 1..].starts_with('"') {
                    break (quoted[..end].replace("\"\"", "\""), &quoted[end + 1..]);
                }
                end += 2;
            }
        }
        None => {
            let end = rest.find(|c: char| !is_plain(c)).unwrap_or(rest.len());
            (rest[..end].to_owned(), &rest[end..])
        }
    };
    *rest = behind.trim();
    Name::parse("column", &name).ok()
}

fn is_plain(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The name as it is read back.
fn shown(name: &Name) -> String {
    if name.as_str().chars().all(is_plain) { name.as_str().to_owned() } else { name.quoted() }
}

fn invalid(field: &str, text: &str, what: &str) -> Error {
    let shown: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
    Error::invalid("INVALID_LAYOUT", format!("`{shown}` in `{field}` {what}.")).field(field, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_and_written_back() {
        for (text, written, sql) in [
            ("a", "a", "\"a\""),
            (" Year( ts ) ", "year(ts)", "year(\"ts\")"),
            ("bucket(16, \"a b\")", "bucket(16, \"a b\")", "bucket(16, \"a b\")"),
            ("\"x \"\"y\"\"(1)\"", "\"x \"\"y\"\"(1)\"", "\"x \"\"y\"\"(1)\""),
        ] {
            let key = PartitionKey::parse(text).expect(text);
            assert_eq!((key.to_string().as_str(), key.sql().as_str()), (written, sql));
            assert_eq!(PartitionKey::parse(&key.to_string()).ok(), Some(key));
        }
        for (text, written) in [
            ("a", "a ASC NULLS LAST"),
            ("a desc", "a DESC NULLS LAST"),
            ("\"a.b\" nulls first", "\"a.b\" ASC NULLS FIRST"),
            ("desc DESC NULLS LAST", "desc DESC NULLS LAST"),
        ] {
            let key = SortKey::parse(text).expect(text);
            assert_eq!(key.to_string(), written);
            assert_eq!(SortKey::parse(&key.to_string()).ok(), Some(key));
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in [
            "",
            "a b",
            "week(a)",
            "bucket(a)",
            "bucket(0, a)",
            "bucket(99999, a)",
            "year(a) x",
            "\"a",
            "a; DROP",
        ] {
            assert!(PartitionKey::parse(text).is_err(), "{text}");
        }
        for text in ["", "a up", "a DESC ASC", "a NULLS", "a + 1", "a, b", "lower(a)"] {
            assert!(SortKey::parse(text).is_err(), "{text}");
        }
    }
}
