//! How texts become parts of SQL: quoted here and nowhere else.

use domain::TableName;

/// The lake's name inside DuckDB.
pub(crate) const LAKE: &str = "lake";

/// The name of the database that holds the lake's catalog, inside DuckDB.
pub(crate) const METADATA: &str = "__ducklake_metadata_lake";

/// A text as an SQL literal.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text as an SQL identifier.
pub(crate) fn identifier(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A table of the lake with all parts of its name.
pub(crate) fn table(name: &TableName) -> String {
    format!("{LAKE}.{}", name.quoted())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_doubled() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(identifier("a\"b"), "\"a\"\"b\"");
        let name = TableName::parse(r#"raw."ü ""q""""#).expect("a name");
        assert_eq!(table(&name), r#"lake."raw"."ü ""q""""#);
    }
}
