//! CREATE TABLE from a definition.

use domain::{Column, ColumnType, Error, Layout, Literal, PartitionKey, SortKey, TableDefinition};
use service::CreateTable;

use super::attempt::{Attempt, Done, Failed};
use super::rows::Incoming;
use crate::error;
use crate::raw::{Connection, Failure};
use crate::sql::{LAKE, literal, table};

/// Makes the table, and puts its first rows in.
pub(super) fn run(attempt: &Attempt<'_>, create: &CreateTable) -> Result<Done, Failed> {
    let definition = &create.definition;
    check_defaults(&attempt.connection, definition)?;
    let incoming = create.rows.as_ref();
    let incoming = incoming.map(|rows| Incoming::open(attempt, rows, &definition.columns));
    let incoming = incoming.transpose()?;
    let made = attempt.define(|| {
        for statement in statements(definition) {
            attempt.connection.execute(&statement)?;
        }
        match &incoming {
            Some(rows) => rows.insert(&definition.name),
            None => Ok(0),
        }
    });
    match incoming {
        Some(rows) => rows.finish(made),
        None => made,
    }
}

/// Everything that makes the table, its schema where it is the first in it, and the comments.
pub(super) fn statements(definition: &TableDefinition) -> Vec<String> {
    let name = table(&definition.name);
    let columns: Vec<_> = definition.columns.iter().map(column).collect();
    let mut statements = vec![
        format!("CREATE SCHEMA IF NOT EXISTS {LAKE}.{}", definition.name.schema.quoted()),
        format!("CREATE TABLE {name} ({})", columns.join(", ")),
    ];
    statements.extend(layout(&name, &definition.layout));
    if let Some(comment) = &definition.comment {
        statements.push(format!("COMMENT ON TABLE {name} IS {}", literal(comment)));
    }
    statements.extend(definition.columns.iter().filter_map(|column| comment(&name, column)));
    statements
}

/// The comment of a column, if it has one. `table` is quoted.
pub(super) fn comment(table: &str, column: &Column) -> Option<String> {
    let comment = column.comment.as_ref()?;
    let (column, comment) = (column.name.quoted(), literal(comment));
    Some(format!("COMMENT ON COLUMN {table}.{column} IS {comment}"))
}

/// The statements that lay out a table. `table` is quoted.
pub(super) fn layout(table: &str, layout: &Layout) -> Vec<String> {
    let partition: Vec<_> = layout.partition_by.iter().map(PartitionKey::sql).collect();
    let sort: Vec<_> = layout.sort_by.iter().map(SortKey::sql).collect();
    let set = |what: &str, keys: Vec<String>| {
        (!keys.is_empty())
            .then(|| format!("ALTER TABLE {table} SET {what} BY ({})", keys.join(", ")))
    };
    [set("PARTITIONED", partition), set("SORTED", sort)].into_iter().flatten().collect()
}

pub(super) fn column(column: &Column) -> String {
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
pub(super) fn default_text(default: &Literal) -> Option<String> {
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
    let mut columns = definition.columns.iter().enumerate();
    columns.try_for_each(|(index, column)| {
        check_default(connection, column, &format!("columns[{index}]"))
    })
}

/// 422 where the column, which the request has in this field, has a default that is not of its type.
pub(super) fn check_default(
    connection: &Connection,
    column: &Column,
    field: &str,
) -> Result<(), Failed> {
    let Some(default) = &column.default else { return Ok(()) };
    let refused = |what| Err(invalid(format!("{field}.default"), column, what).into());
    let Some(text) = default_text(default) else {
        return if column.nullable {
            Ok(())
        } else {
            refused("is null, but the column takes none")
        };
    };
    if text == "NULL" {
        return refused("may not be the text NULL, which the catalog keeps as no default");
    }
    if is_nested(&column.r#type) {
        return refused("may only be null for a nested type");
    }
    let sql = format!("SELECT CAST({} AS {})", literal(&text), column.r#type);
    let fits = match connection.execute(&sql) {
        Ok(_) => !loses(&column.r#type, default),
        Err(failure) if is_of_the_default(&failure) => false,
        Err(failure) => return Err(failure.into()),
    };
    if fits { Ok(()) } else { refused("is not a value of the column's type") }
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
