//! SHOW TABLES, from what the caller may read: DuckDB's own shows every catalog, and binds views that any
//! client may have written.

use domain::{Access, DEFAULT_SCHEMA, Grants, Name, TableName};
use service::{Query, Select};

use crate::guard::Kind;
use crate::raw::{Connection, Failure};
use crate::sql::{LAKE, literal};
use crate::values;

/// A statement of ours that answers with the names of tables and views: of the query's default schema `name`, of all
/// `schema` and `name`. In the transaction that is open.
pub(super) fn statement(
    connection: &Connection,
    kind: Kind,
    query: &Query,
) -> Result<String, Failure> {
    let schema = match &query.select {
        Select::Sql { default_schema: Some(schema), .. } => schema.folded(),
        _ => DEFAULT_SCHEMA.to_owned(),
    };
    let listed = format!(
        "SELECT schema_name::VARCHAR, table_name::VARCHAR FROM duckdb_tables() \
         WHERE database_name = '{LAKE}' UNION ALL \
         SELECT schema_name::VARCHAR, view_name::VARCHAR FROM duckdb_views() \
         WHERE database_name = '{LAKE}' ORDER BY ALL"
    );
    let rows = values::texts(connection, &listed)?;
    let names = rows
        .iter()
        .filter_map(|row| readable(row, &query.grants))
        .filter(|table| kind == Kind::AllTables || table.schema.folded() == schema);
    let rows: Vec<_> =
        names.map(|table| format!("({}, {})", text(&table.schema), text(&table.name))).collect();
    let columns = if kind == Kind::AllTables { "schema, name" } else { "name" };
    let none = "SELECT NULL::VARCHAR, NULL::VARCHAR WHERE false".to_owned();
    let rows = if rows.is_empty() { none } else { format!("VALUES {}", rows.join(", ")) };
    Ok(format!("SELECT {columns} FROM ({rows}) AS t(schema, name)"))
}

fn readable(row: &[Option<String>], grants: &Grants) -> Option<TableName> {
    let [Some(schema), Some(name)] = row else { return None };
    let schema = Name::parse("schema", schema).ok()?;
    let table = TableName { schema, name: Name::parse("table", name).ok()? };
    grants.allow(&table, Access::Read).then_some(table)
}

fn text(name: &Name) -> String {
    literal(name.as_str())
}
