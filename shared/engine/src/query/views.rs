//! Views of the lake are refused: their bodies, which any client of the lake may have written, pass no
//! guard yet.

use domain::{Error, TableName};

use super::run::Stop;
use crate::raw::Connection;
use crate::sql::LAKE;
use crate::values;

/// Fails if one of `tables` is a view. Asked in the query's own transaction, before it is bound.
///
/// Names are compared here, as DuckDB resolves them: without the case of ASCII letters only, where SQL's
/// `lower()` knows every letter.
pub(super) fn refuse(connection: &Connection, tables: &[TableName]) -> Result<(), Stop> {
    let sql = format!(
        "SELECT schema_name::VARCHAR, view_name::VARCHAR FROM duckdb_views() \
         WHERE database_name = '{LAKE}'"
    );
    let views = values::texts(connection, &sql)?;
    let found = views.iter().find_map(|view| match view.as_slice() {
        [Some(schema), Some(name)] => {
            tables.iter().any(|table| is(table, schema, name)).then_some(name)
        }
        _ => None,
    });
    match found {
        None => Ok(()),
        Some(view) => Err(Stop::Known(Error::invalid(
            "VIEW_NOT_ALLOWED",
            format!(
                "`{view}` is a view; views of the lake are not read here yet. Query its tables."
            ),
        ))),
    }
}

fn is(table: &TableName, schema: &str, name: &str) -> bool {
    table.schema.as_str().eq_ignore_ascii_case(schema)
        && table.name.as_str().eq_ignore_ascii_case(name)
}
