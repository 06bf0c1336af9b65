//! From DuckLake's rows of columns, nested ones below their parents, to the domain's columns.

use domain::{Code, Column, ColumnType, Error, Literal, Name, Result, TableName};
use serde::Deserialize;

/// One row of `ducklake_column`, in the order of `column_order`.
#[derive(Debug, Deserialize)]
pub(crate) struct ColumnDocument {
    id: u64,
    parent: Option<u64>,
    name: String,
    r#type: String,
    default: Option<String>,
    default_type: Option<String>,
    nullable: bool,
    comment: Option<String>,
}

/// The columns of `table`. 409 where one is of a type, or has a name, that Eider does not take:
/// another client made it.
pub(crate) fn build(table: &TableName, rows: Vec<ColumnDocument>) -> Result<Vec<Column>> {
    let top = rows.iter().filter(|row| row.parent.is_none());
    top.map(|row| column(&rows, row).ok_or_else(|| unsupported(table, row))).collect()
}

fn column(rows: &[ColumnDocument], row: &ColumnDocument) -> Option<Column> {
    let r#type = column_type(rows, row)?;
    Some(Column {
        name: Name::parse("column", &row.name).ok()?,
        default: default(&r#type, row),
        r#type,
        nullable: row.nullable,
        comment: row.comment.clone(),
    })
}

fn column_type(rows: &[ColumnDocument], row: &ColumnDocument) -> Option<ColumnType> {
    let mut children = rows.iter().filter(|child| child.parent == Some(row.id));
    match row.r#type.to_ascii_lowercase().as_str() {
        "list" => Some(ColumnType::List(Box::new(column_type(rows, children.next()?)?))),
        "map" => {
            let key = column_type(rows, children.next()?)?;
            let value = column_type(rows, children.next()?)?;
            Some(ColumnType::Map(Box::new(key), Box::new(value)))
        }
        "struct" => children
            .map(|child| {
                Some((Name::parse("struct field", &child.name).ok()?, column_type(rows, child)?))
            })
            .collect::<Option<Vec<_>>>()
            .map(ColumnType::Struct),
        _ => ColumnType::from_ducklake(&row.r#type),
    }
}

/// The default as a literal; `None` for NULL, for none, and for an expression (`now()`), which only
/// another client can have set.
fn default(r#type: &ColumnType, row: &ColumnDocument) -> Option<Literal> {
    let text = row.default.as_deref()?;
    if row.default_type.as_deref() == Some("expression") {
        // What DuckDB makes of the keywords TRUE and FALSE.
        return match text {
            "CAST('t' AS BOOLEAN)" => Some(Literal::Boolean(true)),
            "CAST('f' AS BOOLEAN)" => Some(Literal::Boolean(false)),
            _ => None,
        };
    }
    // DuckLake writes the text NULL for no default, and reads it so for a VARCHAR too.
    if text == "NULL" {
        return None;
    }
    Some(match r#type {
        ColumnType::Plain("BOOLEAN") => match text.to_ascii_lowercase().as_str() {
            "t" | "true" | "1" => Literal::Boolean(true),
            "f" | "false" | "0" => Literal::Boolean(false),
            _ => Literal::Text(text.to_owned()),
        },
        r#type if is_number(r#type) && is_json_number(text) => Literal::Number(text.to_owned()),
        _ => Literal::Text(text.to_owned()),
    })
}

fn is_number(r#type: &ColumnType) -> bool {
    const NUMBERS: [&str; 12] = [
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "UHUGEINT",
        "FLOAT",
        "DOUBLE",
    ];
    match r#type {
        ColumnType::Decimal(..) => true,
        ColumnType::Plain(name) => NUMBERS.contains(name),
        _ => false,
    }
}

/// `nan` and `inf` are numbers to DuckDB, not to JSON.
fn is_json_number(text: &str) -> bool {
    serde_json::from_str::<serde_json::Number>(text).is_ok()
}

fn unsupported(table: &TableName, row: &ColumnDocument) -> Error {
    let shown: String = row.name.chars().filter(|c| !c.is_control()).take(128).collect();
    Error::new(
        Code::Conflict,
        "UNSUPPORTED_COLUMN",
        format!(
            "The column `{shown}` of the table `{table}` has a name or a type ({}) that Eider does not \
             take; another client made it. Change it with DuckDB.",
            row.r#type
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Id, parent, name, type, default and its kind.
    type Row<'a> = (u64, Option<u64>, &'a str, &'a str, Option<&'a str>, &'a str);

    fn rows(rows: &[Row]) -> Vec<ColumnDocument> {
        let row = |row: &Row| ColumnDocument {
            id: row.0,
            parent: row.1,
            name: row.2.to_owned(),
            r#type: row.3.to_owned(),
            default: row.4.map(str::to_owned),
            default_type: Some(row.5.to_owned()),
            nullable: true,
            comment: None,
        };
        rows.iter().map(row).collect()
    }

    fn table() -> TableName {
        TableName::parse("t").expect("a name")
    }

    #[test]
    fn nested_types_are_put_together() {
        let built = build(
            &table(),
            rows(&[
                (1, None, "c", "struct", Some("NULL"), ""),
                (2, Some(1), "x \"y\"", "int32", None, ""),
                (3, Some(1), "l", "list", None, ""),
                (4, Some(3), "element", "map", None, ""),
                (5, Some(4), "key", "varchar", None, ""),
                (6, Some(4), "value", "decimal(10,2)", None, ""),
            ]),
        )
        .expect("columns");
        assert_eq!(built.len(), 1);
        let expected = r#"STRUCT("x ""y""" INTEGER, "l" MAP(VARCHAR, DECIMAL(10,2))[])"#;
        assert_eq!(built[0].r#type.to_string(), expected);
        assert_eq!(built[0].default, None);
    }

    #[test]
    fn defaults_are_literals_of_their_columns_type() {
        let cases = [
            ("int32", "-5", "literal", Some(Literal::Number("-5".into()))),
            ("float64", "1e+300", "literal", Some(Literal::Number("1e+300".into()))),
            ("float64", "nan", "literal", Some(Literal::Text("nan".into()))),
            ("decimal(38,2)", "-1.50", "literal", Some(Literal::Number("-1.50".into()))),
            ("varchar", "5", "literal", Some(Literal::Text("5".into()))),
            ("varchar", "", "literal", Some(Literal::Text(String::new()))),
            ("varchar", "NULL", "literal", None),
            ("boolean", "t", "literal", Some(Literal::Boolean(true))),
            ("boolean", "CAST('f' AS BOOLEAN)", "expression", Some(Literal::Boolean(false))),
            ("timestamp", "now()", "expression", None),
            ("date", "2020-01-01", "literal", Some(Literal::Text("2020-01-01".into()))),
        ];
        for (r#type, text, kind, expected) in cases {
            let built = build(&table(), rows(&[(1, None, "a", r#type, Some(text), kind)]));
            assert_eq!(built.expect(text)[0].default, expected, "{type} {text}");
        }
    }

    #[test]
    fn what_eider_does_not_take_is_named() {
        let error = build(&table(), rows(&[(1, None, "g", "geometry", None, "")])).expect_err("no");
        assert_eq!(error.error_code, "UNSUPPORTED_COLUMN");
        assert!(error.detail.contains("`g`") && error.detail.contains("geometry"));
    }
}
