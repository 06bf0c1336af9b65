//! The lake's views, as they are in the query's own transaction, or were at a snapshot that it asks for: any client of the lake may have written
//! them, so the guard reads their bodies.

use domain::{SnapshotId, TableName};

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
    body(views.iter(), name)
}

fn is_named(view: &View, name: &TableName) -> bool {
    name.schema.as_str().eq_ignore_ascii_case(&view.schema)
        && name.name.as_str().eq_ignore_ascii_case(&view.name)
}

fn body<'v>(mut views: impl Iterator<Item = &'v View>, name: &TableName) -> Option<ViewBody> {
    let found = views.find(|view| is_named(view, name));
    // A definition that is not as DuckDB writes it stands for a body that does not pass.
    let unread = || ViewBody { sql: String::new(), column_aliases: Vec::new() };
    found.map(|view| guard::view_body(&view.definition).unwrap_or_else(unread))
}

/// A view that stood for a while.
pub(super) struct Stood {
    view: View,
    from: u64,
    /// The first snapshot without it.
    until: Option<u64>,
}

impl Stood {
    fn stands_at(&self, SnapshotId(at): SnapshotId) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

/// The view of this name, if it was one at that snapshot.
pub(super) fn find_at(views: &[Stood], name: &TableName, at: SnapshotId) -> Option<ViewBody> {
    body(views.iter().filter(|stood| stood.stands_at(at)).map(|stood| &stood.view), name)
}

/// Whether it was ever one.
pub(super) fn ever_stood(views: &[Stood], name: &TableName) -> bool {
    views.iter().any(|stood| is_named(&stood.view, name))
}

/// All that ever stood, by the statement that asks for them, in the transaction that is open.
pub(super) fn read_ever(connection: &Connection, sql: &str) -> Result<Vec<Stood>, Failure> {
    let rows = values::texts(connection, sql)?;
    Ok(rows.into_iter().filter_map(stood).collect())
}

fn stood(row: Vec<Option<String>>) -> Option<Stood> {
    let [schema, name, sql, aliases, begin, end, schema_begin, schema_end] = row.try_into().ok()?;
    let number = |text: Option<String>| text.and_then(|text| text.parse::<u64>().ok());
    let aliases = aliases.filter(|aliases| !aliases.is_empty());
    let aliases = aliases.map(|aliases| format!(" ({aliases})")).unwrap_or_default();
    // As DuckDB writes one that stands: what is read of it is what passes the guard, whatever it was.
    let definition = format!("CREATE VIEW v{aliases} AS {};", sql.unwrap_or_default());
    Some(Stood {
        view: View { schema: schema?, name: name?, definition },
        from: number(begin)?.max(number(schema_begin)?),
        until: [number(end), number(schema_end)].into_iter().flatten().min(),
    })
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
