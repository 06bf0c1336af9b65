//! Names of schemas, tables and columns: any Unicode, compared without case as DuckDB does.

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::{Error, Result, limits};

/// The schema that may be left out of a table's name.
pub const DEFAULT_SCHEMA: &str = "main";

/// Schemas that belong to DuckDB, DuckLake or the engine.
const RESERVED_SCHEMAS: [&str; 6] =
    ["information_schema", "pg_catalog", "temp", "system", "memory", "lake"];

/// Prefix of DuckLake's own catalog databases inside DuckDB.
const RESERVED_PREFIX: &str = "__ducklake_";

/// One part of a name: 1 to 128 characters, no control characters. Equal without regard to case.
#[derive(Debug, Clone)]
pub struct Name(String);

impl Name {
    /// Checks `text`; `what` says in the error what it names ("column", "table").
    pub fn parse(what: &str, text: &str) -> Result<Self> {
        let characters = text.chars().count();
        if characters == 0 {
            return Err(invalid(format!("A {what} name is empty; give it 1 to 128 characters.")));
        }
        if characters > limits::NAME_CHARACTERS {
            return Err(invalid(format!(
                "A {what} name has {characters} characters; at most {} are taken.",
                limits::NAME_CHARACTERS
            )));
        }
        if let Some(control) = text.chars().find(|c| c.is_control()) {
            return Err(invalid(format!(
                "A {what} name holds the control character U+{:04X}; leave it out.",
                control as u32
            )));
        }
        Ok(Self(text.to_owned()))
    }

    /// Reads names with commas between them; one that holds a comma or a quote stands in double quotes.
    pub fn parse_list(what: &str, text: &str) -> Result<Vec<Self>> {
        let parts = split_quoted(text, ',')?;
        parts.iter().map(|part| Self::parse(what, part)).collect()
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as an SQL identifier: always in double quotes, inner quotes doubled.
    pub fn quoted(&self) -> String {
        format!("\"{}\"", self.0.replace('"', "\"\""))
    }

    /// The form under which names are equal: DuckDB folds ASCII letters only.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().hash(state);
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = !self.0.contains(['.', '"']);
        if plain { f.write_str(&self.0) } else { f.write_str(&self.quoted()) }
    }
}

/// `schema.table`. Written with the schema only where it is not `main`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TableName {
    /// The schema; `main` where none was given.
    pub schema: Name,
    /// The table within it.
    pub name: Name,
}

impl TableName {
    /// Reads `name` or `schema.name`; a part that holds a dot or a quote stands in double quotes,
    /// quotes inside it doubled: `"a.b".t`.
    pub fn parse(text: &str) -> Result<Self> {
        let mut parts = split_quoted(text, '.')?;
        let (schema, name) = match (parts.pop(), parts.pop(), parts.pop()) {
            (Some(name), None, _) => (DEFAULT_SCHEMA.to_owned(), name),
            (Some(name), Some(schema), None) => (schema, name),
            _ => {
                return Err(invalid(format!(
                    "`{text}` has too many dots for a table name; write `table` or `schema.table`, \
                     and a dot inside a name in double quotes."
                )));
            }
        };
        Ok(Self { schema: Name::parse("schema", &schema)?, name: Name::parse("table", &name)? })
    }

    /// Whether this table may be made: reserved schemas and the name `events` are not for callers.
    pub fn check_creatable(&self) -> Result<()> {
        if is_reserved_schema(&self.schema) {
            return Err(Error::invalid(
                "RESERVED_NAME",
                format!("The schema `{}` is reserved; choose another.", self.schema),
            ));
        }
        if self.name.folded() == "events" {
            return Err(Error::invalid(
                "RESERVED_NAME",
                "`events` is reserved as the name of a table; choose another.",
            ));
        }
        Ok(())
    }

    /// `"schema"."table"`, for SQL.
    pub fn quoted(&self) -> String {
        format!("{}.{}", self.schema.quoted(), self.name.quoted())
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.schema.folded() == DEFAULT_SCHEMA {
            return self.name.fmt(f);
        }
        write!(f, "{}.{}", self.schema, self.name)
    }
}

fn is_reserved_schema(schema: &Name) -> bool {
    let folded = schema.folded();
    RESERVED_SCHEMAS.contains(&folded.as_str()) || folded.starts_with(RESERVED_PREFIX)
}

/// Splits outside double quotes and takes the quotes off.
fn split_quoted(text: &str, at: char) -> Result<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars().peekable();
    let mut at_start = true;
    while let Some(character) = characters.next() {
        match character {
            '"' if at_start => {
                let part = read_quoted(&mut characters).ok_or_else(|| {
                    invalid(format!("`{text}` opens a double quote and does not close it."))
                })?;
                if characters.peek().is_some_and(|next| *next != at) {
                    return Err(invalid(format!("`{text}` goes on after a closing double quote.")));
                }
                if let Some(last) = parts.last_mut() {
                    *last = part;
                }
            }
            other if other == at => parts.push(String::new()),
            other => {
                if let Some(last) = parts.last_mut() {
                    last.push(other);
                }
            }
        }
        at_start = character == at;
    }
    Ok(parts)
}

fn read_quoted(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<String> {
    let mut part = String::new();
    while let Some(character) = characters.next() {
        match character {
            '"' if characters.peek() == Some(&'"') => {
                characters.next();
                part.push('"');
            }
            '"' => return Some(part),
            other => part.push(other),
        }
    }
    None
}

fn invalid(detail: String) -> Error {
    Error::invalid("INVALID_NAME", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String) {
        let name = TableName::parse(text).expect("a name");
        (name.schema.as_str().to_owned(), name.name.as_str().to_owned())
    }

    #[test]
    fn the_schema_may_be_left_out() {
        assert_eq!(parts("flights"), ("main".into(), "flights".into()));
        assert_eq!(parts("raw.flights"), ("raw".into(), "flights".into()));
    }

    #[test]
    fn a_dot_or_a_quote_inside_a_name_is_quoted_and_comes_back_so() {
        for (text, schema, name) in [
            (r#""a.b".t"#, "a.b", "t"),
            (r#""ü ""q""".x/y"#, r#"ü "q""#, "x/y"),
            ("50%", "main", "50%"),
        ] {
            assert_eq!(parts(text), (schema.into(), name.into()));
            let again = TableName::parse(text).expect("a name").to_string();
            assert_eq!(parts(&again), (schema.into(), name.into()), "{again}");
        }
    }

    #[test]
    fn a_list_has_commas_between_its_names() {
        let names = Name::parse_list("column", r#"a,"b,c",d e"#).expect("names");
        assert_eq!(names.iter().map(Name::as_str).collect::<Vec<_>>(), ["a", "b,c", "d e"]);
        assert!(Name::parse_list("column", "a,,b").is_err());
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", ".", "a.", ".a", "a.b.c", "\"a", "\"a\"b", "a\nb", &"x".repeat(129)] {
            assert!(TableName::parse(text).is_err(), "{text:?}");
        }
        assert!(TableName::parse(&"ü".repeat(128)).is_ok());
    }

    #[test]
    fn names_are_equal_without_case_and_reserved_ones_are_not_made() {
        assert_eq!(TableName::parse("A.b").ok(), TableName::parse("a.B").ok());
        for text in ["events", "EVENTS", "temp.x", "__ducklake_metadata_lake.x", "Lake.t"] {
            assert!(TableName::parse(text).expect("a name").check_creatable().is_err(), "{text}");
        }
    }
}
