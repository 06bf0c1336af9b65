//! Which rows DuckLake keeps in the catalog.

use domain::{Column, ColumnType};
use service::Change;

use super::attempt::{Attempt, Failed};
use crate::raw::{Connection, Failure};

/// Keeps a table with a STRUCT out of the catalog, in this attempt: its rows get files, whatever their number.
///
/// DuckLake 1.0 keeps a STRUCT as a text that is not read back as it was: quotes are lost from `{'s': 'it''s'}`,
/// and a DATE in one makes the table unreadable.
pub(super) fn keep_structs_out(attempt: &Attempt<'_>) -> Result<(), Failed> {
    if have_struct(columns(&attempt.write.change)) {
        keep_up_to(&attempt.connection, 0)?;
    }
    Ok(())
}

/// From now on this connection's INSERTs of up to so many rows are kept in the catalog.
pub(super) fn keep_up_to(connection: &Connection, rows: u64) -> Result<(), Failure> {
    let set = format!("SET SESSION ducklake_default_data_inlining_row_limit = {rows}");
    connection.execute(&set).map(drop)
}

/// Whether any of these is a STRUCT, or holds one.
pub(super) fn have_struct(columns: &[Column]) -> bool {
    columns.iter().any(|column| has_struct(&column.r#type))
}

fn columns(change: &Change) -> &[Column] {
    match change {
        Change::CreateTable(create) => &create.definition.columns,
        Change::Append(append) => &append.columns,
        _ => &[],
    }
}

/// Whether a STRUCT is in it.
pub(crate) fn has_struct(r#type: &ColumnType) -> bool {
    match r#type {
        ColumnType::Plain(_) | ColumnType::Decimal(..) => false,
        ColumnType::List(element) => has_struct(element),
        ColumnType::Struct(_) => true,
        ColumnType::Map(key, value) => has_struct(key) || has_struct(value),
    }
}
