//! The lake's views, as they are in the query's own transaction: any client of the lake may have written
//! them, so the guard reads their bodies.

use domain::TableName;

use crate::guard::{self, ViewBody};
use crate::raw::{Connection, Failure};
use crate::sql::LAKE;
use crate::values;

/// A view as DuckDB shows it.
pub(crate) struct View {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) definition: String,
}

/// The view of this name, if it is one.
///
/// Names are compared here, as DuckDB resolves them: without the case of ASCII letters only, where
/// SQL's `lower()` knows every letter.
pub(super) fn find(views: &[View], name: &TableName) -> Option<ViewBody> {
    let found = views.iter().find(|view| {
        name.schema.as_str().eq_ignore_ascii_case(&view.schema)
            && name.name.as_str().eq_ignore_ascii_case(&view.name)
    });
    // A definition that is not as DuckDB writes it stands for a body that does not pass.
    let unread = || ViewBody { sql: String::new(), column_aliases: Vec::new() };
    found.map(|view| guard::view_body(&view.definition).unwrap_or_else(unread))
}

/// All of them, in the transaction that is open.
pub(super) fn read(connection: &Connection) -> Result<Vec<View>, Failure> {
    let sql = format!(
        "SELECT schema_name::VARCHAR, view_name::VARCHAR, sql::VARCHAR FROM duckdb_views() \
         WHERE database_name = '{LAKE}'"
    );
    let rows = values::texts(connection, &sql)?;
    let views = rows.into_iter().filter_map(|row| match <[Option<String>; 3]>::try_from(row) {
        Ok([Some(schema), Some(name), definition]) => {
            Some(View { schema, name, definition: definition.unwrap_or_default() })
        }
        _ => None,
    });
    Ok(views.collect())
}
