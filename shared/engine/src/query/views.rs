//! The lake's views, as they are in the query's own transaction: any client of the lake may have written
//! them, so the guard reads their bodies.

use domain::TableName;

use crate::guard::{self, ViewBody};
use crate::raw::{Connection, Failure};
use crate::sql::LAKE;
use crate::values;

/// The views, read when the first name is asked for.
pub(super) struct Views<'c> {
    connection: &'c Connection,
    known: Option<Vec<View>>,
}

struct View {
    schema: String,
    name: String,
    definition: String,
}

impl<'c> Views<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self { connection, known: None }
    }

    /// Whether any name was asked for, and with that the transaction began.
    pub(super) fn has_begun(&self) -> bool {
        self.known.is_some()
    }

    /// Begins the transaction and reads the views, once.
    pub(super) fn begin(&mut self) -> Result<(), Failure> {
        if self.known.is_none() {
            self.known = Some(read(self.connection)?);
        }
        Ok(())
    }

    /// Schema, name and definition of each.
    pub(super) fn all(
        &mut self,
    ) -> Result<impl Iterator<Item = (&str, &str, &str)> + use<'_, 'c>, Failure> {
        self.begin()?;
        let known = self.known.iter().flatten();
        Ok(known.map(|view| (view.schema.as_str(), view.name.as_str(), view.definition.as_str())))
    }

    /// The view of this name, if it is one.
    ///
    /// Names are compared here, as DuckDB resolves them: without the case of ASCII letters only, where
    /// SQL's `lower()` knows every letter.
    pub(super) fn find(&mut self, name: &TableName) -> Result<Option<ViewBody>, Failure> {
        self.begin()?;
        let found = self.known.iter().flatten().find(|view| {
            name.schema.as_str().eq_ignore_ascii_case(&view.schema)
                && name.name.as_str().eq_ignore_ascii_case(&view.name)
        });
        // A definition that is not as DuckDB writes it stands for a body that does not pass.
        let unread = || ViewBody { sql: String::new(), column_aliases: Vec::new() };
        Ok(found.map(|view| guard::view_body(&view.definition).unwrap_or_else(unread)))
    }
}

fn read(connection: &Connection) -> Result<Vec<View>, Failure> {
    connection.execute("BEGIN")?;
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
