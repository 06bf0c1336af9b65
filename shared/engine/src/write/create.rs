//! CREATE TABLE from a definition.

use domain::{Column, ColumnType, Error, Literal, TableDefinition};

use super::attempt::Failed;
use crate::error;
use crate::raw::{Connection, Failure};
use crate::sql::{LAKE, literal, table};

/// Everything that makes the table, its schema where it is the first in it, and the comments.
pub(super) fn statements(definition: &TableDefinition) -> Vec<String> {
    let name = table(&definition.name);
    let columns: Vec<_> = definition.columns.iter().map(column).collect();
    let mut statements = vec![
        format!("CREATE SCHEMA IF NOT EXISTS {LAKE}.{}", definition.name.schema.quoted()),
        format!("CREATE TABLE {name} ({})", columns.join(", ")),
    ];
    if let Some(comment) = &definition.comment {
        statements.push(format!("COMMENT ON TABLE {name} IS {}", literal(comment)));
    }
    for column in &definition.columns {
        if let Some(comment) = &column.comment {
            let (column, comment) = (column.name.quoted(), literal(comment));
            statements.push(format!("COMMENT ON COLUMN {name}.{column} IS {comment}"));
        }
    }
    statements
}

fn column(column: &Column) -> String {
    let mut sql = format!("{} {}", column.name.quoted(), column.r#type);
    // DuckLake takes no default at all for nested types; NULL is what there is without one.
    if let Some(default) = column.default.as_ref().and_then(default_text) {
        sql.push_str(&format!(" DEFAULT {}", literal(&default)));
    }
    if !column.nullable {
        sql.push_str(" NOT NULL");
    }
    sql
}

/// Always a text, which DuckLake casts to the column's type and keeps as a literal; a CAST it would
/// keep as an expression, which other readers do not evaluate.
fn default_text(default: &Literal) -> Option<String> {
    match default {
        Literal::Null => None,
        Literal::Boolean(value) => Some(value.to_string()),
        Literal::Number(text) | Literal::Text(text) => Some(text.clone()),
    }
}

/// 422 naming the first default that is not one of its column's type.
pub(super) fn check_defaults(
    connection: &Connection,
    definition: &TableDefinition,
) -> Result<(), Failed> {
    for (index, column) in definition.columns.iter().enumerate() {
        let Some(default) = &column.default else { continue };
        let field = || format!("columns[{index}].default");
        let Some(text) = default_text(default) else {
            if column.nullable {
                continue;
            }
            return Err(invalid(field(), column, "is null, but the column takes none").into());
        };
        if text == "NULL" {
            let what = "may not be the text NULL, which the catalog keeps as no default";
            return Err(invalid(field(), column, what).into());
        }
        if is_nested(&column.r#type) {
            return Err(invalid(field(), column, "may only be null for a nested type").into());
        }
        let sql = format!("SELECT CAST({} AS {})", literal(&text), column.r#type);
        let fits = match connection.execute(&sql) {
            Ok(_) => !loses(&column.r#type, default),
            Err(failure) if is_of_the_default(&failure) => false,
            Err(failure) => return Err(failure.into()),
        };
        if !fits {
            return Err(invalid(field(), column, "is not a value of the column's type").into());
        }
    }
    Ok(())
}

/// Whatever else there is says nothing of the default: the time may be over, or the engine broken.
fn is_of_the_default(failure: &Failure) -> bool {
    error::is_of_a_value(failure) || failure.is("Invalid Input")
}

fn is_nested(r#type: &ColumnType) -> bool {
    match r#type {
        ColumnType::Plain(name) => *name == "VARIANT",
        ColumnType::Decimal(..) => false,
        ColumnType::List(_) | ColumnType::Struct(_) | ColumnType::Map(..) => true,
    }
}

/// DuckDB rounds 1.5 to 2 where it casts it to an integer.
fn loses(r#type: &ColumnType, default: &Literal) -> bool {
    let integer =
        matches!(r#type, ColumnType::Plain(name) if name.ends_with("INT") || *name == "INTEGER");
    match default {
        Literal::Number(text) | Literal::Text(text) if integer => {
            text.trim().bytes().any(|byte| !byte.is_ascii_digit() && byte != b'-' && byte != b'+')
        }
        Literal::Boolean(_) => integer,
        _ => false,
    }
}

fn invalid(field: String, column: &Column, what: &str) -> Error {
    let detail = format!("The default of the column `{}` {what} ({}).", column.name, column.r#type);
    Error::invalid("INVALID_DEFAULT", detail).field(field, what)
}

#[cfg(test)]
mod tests {
    use domain::{Code, Name, TableName};

    use super::*;
    use crate::raw::Database;

    fn with_default(r#type: &str, default: &str) -> TableDefinition {
        let column = Column {
            name: Name::parse("column", "a").expect("a name"),
            r#type: ColumnType::parse(r#type).expect("a type"),
            nullable: true,
            default: Some(Literal::Text(default.to_owned())),
            comment: None,
        };
        let name = TableName::parse("t").expect("a name");
        TableDefinition::new(name, vec![column], None).expect("a definition")
    }

    #[test]
    fn only_what_is_said_of_the_default_is_its_fault() {
        let database = Database::open(&[], None).expect("a database");
        let connection = Connection::open(&database).expect("a connection");
        for (r#type, default) in [
            ("INTEGER", "x"),
            ("TINYINT", "1000"),
            ("INTERVAL", "99999999999999999999999999999999999999999999"),
        ] {
            match check_defaults(&connection, &with_default(r#type, default)) {
                Err(Failed::Known(error)) => assert_eq!(error.code, Code::Invalid, "{default}"),
                _ => panic!("{default:?} as {type} was not refused in our words"),
            }
        }
        connection.execute("BEGIN").expect("begun");
        connection.execute("SELECT 'x'::INTEGER").expect_err("aborted");
        let failed = check_defaults(&connection, &with_default("INTEGER", "1"));
        assert!(matches!(failed, Err(Failed::Engine(_))), "an engine that fails is its own fault");
    }
}
