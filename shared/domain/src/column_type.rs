//! The closed grammar of column types: what DuckLake keeps, under DuckDB's names.
//!
//! Source: the DuckLake specification's data types, and DuckDB's type aliases. Text from outside
//! becomes one of these variants or an error; SQL is written from the variant, never from the text.

use std::fmt;

use crate::{Error, Name, Result, limits};

/// The type of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnType {
    /// A type without parameters, by its canonical DuckDB name.
    Plain(&'static str),
    /// `DECIMAL(width, scale)`: width 1 to 38, scale up to width.
    Decimal(u8, u8),
    /// `T[]`
    List(Box<ColumnType>),
    /// `STRUCT(a T, …)`
    Struct(Vec<(Name, ColumnType)>),
    /// `MAP(K, V)`
    Map(Box<ColumnType>, Box<ColumnType>),
}

/// Canonical name, DuckLake's name in the catalog, and the aliases callers may write.
const PLAIN: &[(&str, &str, &[&str])] = &[
    ("BOOLEAN", "boolean", &["BOOL", "LOGICAL"]),
    ("TINYINT", "int8", &["INT1"]),
    ("SMALLINT", "int16", &["INT2", "SHORT"]),
    ("INTEGER", "int32", &["INT", "INT4", "SIGNED"]),
    ("BIGINT", "int64", &["INT8", "LONG"]),
    ("HUGEINT", "int128", &["INT128"]),
    ("UTINYINT", "uint8", &["UINT8"]),
    ("USMALLINT", "uint16", &["UINT16"]),
    ("UINTEGER", "uint32", &["UINT32"]),
    ("UBIGINT", "uint64", &["UINT64"]),
    ("UHUGEINT", "uint128", &["UINT128"]),
    ("FLOAT", "float32", &["FLOAT4", "REAL"]),
    ("DOUBLE", "float64", &["FLOAT8"]),
    ("VARCHAR", "varchar", &["TEXT", "STRING", "CHAR", "BPCHAR"]),
    ("BLOB", "blob", &["BYTEA", "BINARY", "VARBINARY"]),
    ("UUID", "uuid", &["GUID"]),
    ("JSON", "json", &[]),
    ("DATE", "date", &[]),
    ("TIME", "time", &[]),
    ("TIMETZ", "timetz", &["TIME WITH TIME ZONE"]),
    ("TIMESTAMP", "timestamp", &["DATETIME", "TIMESTAMP_US"]),
    ("TIMESTAMP_S", "timestamp_s", &[]),
    ("TIMESTAMP_MS", "timestamp_ms", &[]),
    ("TIMESTAMP_NS", "timestamp_ns", &[]),
    ("TIMESTAMPTZ", "timestamptz", &["TIMESTAMP WITH TIME ZONE"]),
    ("INTERVAL", "interval", &[]),
    ("VARIANT", "variant", &[]),
];

/// What DuckDB has and DuckLake does not, so that the error can say so.
const NOT_IN_DUCKLAKE: [&str; 6] = ["ENUM", "UNION", "BIT", "BITSTRING", "BIGNUM", "VARINT"];

impl ColumnType {
    /// Reads a type as DuckDB writes it, case and inner white space free.
    pub fn parse(text: &str) -> Result<Self> {
        let mut parser = Parser { text, rest: text };
        let parsed = parser.read_type(0)?;
        parser.skip_space();
        if parser.rest.is_empty() { Ok(parsed) } else { Err(parser.fail("is not understood")) }
    }

    /// The type that DuckLake's catalog calls `text`, for all but nested types (whose children are
    /// rows of their own): `int32`, `decimal(10,2)`.
    pub fn from_ducklake(text: &str) -> Option<Self> {
        let folded = text.to_ascii_lowercase();
        if let Some((canonical, ..)) = PLAIN.iter().find(|(_, ducklake, _)| *ducklake == folded) {
            return Some(Self::Plain(canonical));
        }
        folded.starts_with("decimal").then(|| Self::parse(&folded).ok()).flatten()
    }

    /// Whether JSON or VARIANT is it, or within it.
    pub fn holds_documents(&self) -> bool {
        match self {
            Self::Plain(name) => matches!(*name, "JSON" | "VARIANT"),
            Self::Decimal(..) => false,
            Self::List(element) => element.holds_documents(),
            Self::Map(key, value) => key.holds_documents() || value.holds_documents(),
            Self::Struct(fields) => fields.iter().any(|(_, field)| field.holds_documents()),
        }
    }

    /// A type within it that Parquet files, as DuckDB writes them, cannot keep there: VARIANT not at all, of
    /// integers of 128 bits only 53.
    pub(crate) fn not_kept_within(&self) -> Option<&'static str> {
        let within = |inner: &Self| match inner {
            Self::Plain(name @ ("VARIANT" | "HUGEINT" | "UHUGEINT")) => Some(*name),
            inner => inner.not_kept_within(),
        };
        match self {
            Self::Plain(_) | Self::Decimal(..) => None,
            Self::List(element) => within(element),
            Self::Map(key, value) => within(key).or_else(|| within(value)),
            Self::Struct(fields) => fields.iter().find_map(|(_, field)| within(field)),
        }
    }

    /// Whether values of it have this part (`year`, `month`, `day`, `hour`).
    pub(crate) fn has_part(&self, part: &str) -> bool {
        match self {
            Self::Plain("DATE") => part != "hour",
            Self::Plain(name) => name.starts_with("TIMESTAMP"),
            _ => false,
        }
    }

    /// Whether a column of it may become one of `to` without its files being written anew: DuckLake's
    /// specification, "type promotion".
    pub fn widens_to(&self, to: &Self) -> bool {
        const WIDER: [&[&str]; 3] = [
            &["TINYINT", "SMALLINT", "INTEGER", "BIGINT"],
            &["UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"],
            &["FLOAT", "DOUBLE"],
        ];
        let (Self::Plain(from), Self::Plain(to)) = (self, to) else { return self == to };
        let place = |family: &[&str], name: &str| family.iter().position(|own| *own == name);
        from == to
            || WIDER.iter().any(|family| match (place(family, from), place(family, to)) {
                (Some(from), Some(to)) => from < to,
                _ => false,
            })
    }
}

impl fmt::Display for ColumnType {
    /// The canonical SQL text, safe to splice: names inside are quoted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(name) => f.write_str(name),
            Self::Decimal(width, scale) => write!(f, "DECIMAL({width},{scale})"),
            Self::List(element) => write!(f, "{element}[]"),
            Self::Map(key, value) => write!(f, "MAP({key}, {value})"),
            Self::Struct(fields) => {
                f.write_str("STRUCT(")?;
                for (index, (name, r#type)) in fields.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{} {type}", name.quoted())?;
                }
                f.write_str(")")
            }
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
}

impl Parser<'_> {
    fn read_type(&mut self, depth: usize) -> Result<ColumnType> {
        if depth > limits::TYPE_DEPTH {
            return Err(self.fail("nests too deep"));
        }
        let word = self.read_word()?;
        let mut parsed = match word.as_str() {
            "DECIMAL" | "NUMERIC" | "DEC" => self.read_decimal()?,
            "STRUCT" | "ROW" => self.read_struct(depth)?,
            "MAP" => self.read_map(depth)?,
            "TIME" | "TIMESTAMP" => self.read_zone(&word)?,
            _ => self.plain(&word)?,
        };
        // Each is a level, as any other type around it.
        let mut levels = depth;
        while self.take("[") {
            levels += 1;
            if levels > limits::TYPE_DEPTH {
                return Err(self.fail("nests too deep"));
            }
            if !self.take("]") {
                return Err(
                    self.fail("has an array of fixed length; DuckLake keeps lists: write T[]")
                );
            }
            parsed = ColumnType::List(Box::new(parsed));
        }
        Ok(parsed)
    }

    fn read_decimal(&mut self) -> Result<ColumnType> {
        if !self.take("(") {
            return Ok(ColumnType::Decimal(18, 3));
        }
        let width = self.read_number()?;
        let scale = if self.take(",") { self.read_number()? } else { 0 };
        self.expect(")")?;
        if !(1..=38).contains(&width) || scale > width {
            return Err(self.fail("needs a width of 1 to 38 and a scale up to the width"));
        }
        Ok(ColumnType::Decimal(width, scale))
    }

    fn read_struct(&mut self, depth: usize) -> Result<ColumnType> {
        self.expect("(")?;
        let mut fields: Vec<(Name, ColumnType)> = Vec::new();
        loop {
            let name = self.read_field_name()?;
            if fields.iter().any(|(other, _)| *other == name) {
                return Err(self.fail(&format!("has the field `{name}` twice")));
            }
            fields.push((name, self.read_type(depth + 1)?));
            if !self.take(",") {
                self.expect(")")?;
                return Ok(ColumnType::Struct(fields));
            }
        }
    }

    fn read_map(&mut self, depth: usize) -> Result<ColumnType> {
        self.expect("(")?;
        let key = self.read_type(depth + 1)?;
        self.expect(",")?;
        let value = self.read_type(depth + 1)?;
        self.expect(")")?;
        Ok(ColumnType::Map(Box::new(key), Box::new(value)))
    }

    /// `TIMESTAMP` may go on with `WITH TIME ZONE` or `WITHOUT TIME ZONE`.
    fn read_zone(&mut self, word: &str) -> Result<ColumnType> {
        let before = self.rest;
        let with = match self.read_word().unwrap_or_default().as_str() {
            "WITH" => true,
            "WITHOUT" => false,
            _ => {
                self.rest = before;
                return self.plain(word);
            }
        };
        if self.read_word()? != "TIME" || self.read_word()? != "ZONE" {
            return Err(self.fail("is not understood"));
        }
        if with { self.plain(&format!("{word} WITH TIME ZONE")) } else { self.plain(word) }
    }

    fn plain(&self, word: &str) -> Result<ColumnType> {
        if NOT_IN_DUCKLAKE.contains(&word) {
            return Err(self.fail("is a type of DuckDB that DuckLake does not keep"));
        }
        PLAIN
            .iter()
            .find(|(canonical, _, aliases)| *canonical == word || aliases.contains(&word))
            .map(|(canonical, ..)| ColumnType::Plain(canonical))
            .ok_or_else(|| self.fail(&format!("holds `{word}`, which is not a type")))
    }

    fn read_word(&mut self) -> Result<String> {
        self.skip_space();
        let end = self
            .rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(self.rest.len());
        if end == 0 {
            return Err(self.fail("lacks a type's name"));
        }
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(word.to_ascii_uppercase())
    }

    fn read_field_name(&mut self) -> Result<Name> {
        self.skip_space();
        if !self.rest.starts_with('"') {
            let end = self
                .rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(self.rest.len());
            let (name, rest) = self.rest.split_at(end);
            self.rest = rest;
            return self.field_name(name);
        }
        let mut name = String::new();
        let mut characters = self.rest.char_indices().skip(1).peekable();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' if matches!(characters.peek(), Some((_, '"'))) => {
                    characters.next();
                    name.push('"');
                }
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return self.field_name(&name);
                }
                other => name.push(other),
            }
        }
        Err(self.fail("opens a double quote and does not close it"))
    }

    fn field_name(&self, text: &str) -> Result<Name> {
        Name::parse("struct field", text)
            .map_err(|error| self.fail(&format!("cannot be: {}", error.detail)))
    }

    fn read_number(&mut self) -> Result<u8> {
        self.skip_space();
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        digits.parse().map_err(|_| self.fail("needs a number up to 38 there"))
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_space();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Result<()> {
        if self.take(token) { Ok(()) } else { Err(self.fail(&format!("lacks a `{token}`"))) }
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn fail(&self, what: &str) -> Error {
        let at = self.text.len() - self.rest.len();
        let shown: String = self.text.chars().take(200).collect();
        Error::invalid("INVALID_TYPE", format!("The type `{shown}` {what} (at byte {at})."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, canonical: &str) {
        let parsed = ColumnType::parse(text).expect(text);
        assert_eq!(parsed.to_string(), canonical);
        assert_eq!(ColumnType::parse(canonical).expect(canonical), parsed);
    }

    #[test]
    fn aliases_and_nesting_become_canonical() {
        check("int", "INTEGER");
        check(" int8 ", "BIGINT");
        check("decimal", "DECIMAL(18,3)");
        check("numeric( 10 )", "DECIMAL(10,0)");
        check("timestamp with time zone", "TIMESTAMPTZ");
        check("TIMESTAMP without time zone[]", "TIMESTAMP[]");
        check("text[][]", "VARCHAR[][]");
        check(
            r#"struct(a int, "b ""c""" map(varchar, decimal(4,2)[]))"#,
            r#"STRUCT("a" INTEGER, "b ""c""" MAP(VARCHAR, DECIMAL(4,2)[]))"#,
        );
    }

    #[test]
    fn what_is_no_type_of_ducklake_is_refused() {
        let deep = format!("{}int{}", "struct(a ".repeat(40), ")".repeat(40));
        for text in [
            "",
            "integer; DROP TABLE t",
            "int)",
            "enum('a')",
            "union(a int)",
            "int[3]",
            "bit",
            "decimal(39,0)",
            "decimal(3,4)",
            "decimal(300)",
            "struct()",
            "struct(a int, A int)",
            "map(int)",
            "int int",
            "\"int\"",
            "struct(\"a int)",
            &deep,
        ] {
            assert!(ColumnType::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn ducklakes_own_names_are_read() {
        for (ducklake, canonical) in
            [("int8", "TINYINT"), ("float32", "FLOAT"), ("decimal(10,2)", "DECIMAL(10,2)")]
        {
            let parsed = ColumnType::from_ducklake(ducklake).expect(ducklake);
            assert_eq!(parsed.to_string(), canonical);
        }
        assert_eq!(ColumnType::from_ducklake("list"), None);
    }
}
