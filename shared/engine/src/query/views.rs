//! Views of the lake are refused: their bodies, which any client of the lake may have written, pass no
//! guard yet.

use domain::{Error, TableName};

use super::run::Stop;
use crate::raw::Connection;
use crate::sql::{LAKE, literal};
use crate::values;

/// Fails if one of `tables` is a view. Asked in the query's own transaction, before it is bound.
pub(super) fn refuse(connection: &Connection, tables: &[TableName]) -> Result<(), Stop> {
    let names: Vec<String> = tables
        .iter()
        .map(|table| {
            format!("({}, {})", literal(&table.schema.folded()), literal(&table.name.folded()))
        })
        .collect();
    let sql = format!(
        "SELECT view_name::VARCHAR FROM duckdb_views() WHERE database_name = '{LAKE}' \
         AND (lower(schema_name), lower(view_name)) IN ({})",
        names.join(", ")
    );
    match values::texts(connection, &sql)?.into_iter().flatten().flatten().next() {
        None => Ok(()),
        Some(view) => Err(Stop::Known(Error::invalid(
            "VIEW_NOT_ALLOWED",
            format!(
                "`{view}` is a view; views of the lake are not read here yet. Query its tables."
            ),
        ))),
    }
}
