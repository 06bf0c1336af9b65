//! Which rows DuckLake keeps in the catalog.

use domain::{Column, ColumnType};
use service::Change;

use super::attempt::{Attempt, Failed};

/// Says it for this attempt. Not in ATTACH, which a table could not be taken out of; as `set_option` it crashes once
/// the lake holds a view (FACTS 5).
///
/// DuckLake 1.0 keeps a STRUCT as a text that is not read back as it was: quotes are lost from `{'s': 'it''s'}`,
/// and a DATE in one makes the table unreadable. So tables with one get files, whatever the number of rows.
pub(super) fn limit(attempt: &Attempt<'_>) -> Result<(), Failed> {
    let rows = match columns(&attempt.write.change) {
        columns if columns.iter().any(|column| has_struct(&column.r#type)) => 0,
        _ => attempt.settings.ducklake().data_inlining_row_limit,
    };
    let set = format!("SET SESSION ducklake_default_data_inlining_row_limit = {rows}");
    Ok(attempt.connection.execute(&set).map(drop)?)
}

fn columns(change: &Change) -> &[Column] {
    match change {
        Change::CreateTable(create) => &create.definition.columns,
        Change::Append(append) => &append.columns,
        _ => &[],
    }
}

fn has_struct(r#type: &ColumnType) -> bool {
    match r#type {
        ColumnType::Plain(_) | ColumnType::Decimal(..) => false,
        ColumnType::List(element) => has_struct(element),
        ColumnType::Struct(_) => true,
        ColumnType::Map(key, value) => has_struct(key) || has_struct(value),
    }
}
