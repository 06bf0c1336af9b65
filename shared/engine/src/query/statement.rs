//! From what is asked to the SQL that answers it.

use domain::{Error, Name, SnapshotId, TableName};
use service::{Parameters, Select};

use super::reading::Reading;
use super::run::{Stop, Work};
use super::{guarded, listing};
use crate::guard::{Guarded, Kind};
use crate::sql::{LAKE, identifier, literal, table};

/// SQL that may run.
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) kind: Kind,
    /// The tables that it reads.
    pub(super) tables: Vec<TableName>,
    /// What of it the caller wrote.
    pub(super) guarded: Option<Guarded>,
    /// Bytes that stand before that.
    pub(super) before: usize,
}

impl Statement {
    fn ours(sql: String, tables: Vec<TableName>) -> Self {
        Self { sql, kind: Kind::Rows, tables, guarded: None, before: 0 }
    }
}

/// Checks what is the caller's. Where tables are touched, a transaction is open after that.
pub(super) fn statement(work: &Work, reading: &mut Reading<'_>) -> Result<Statement, Stop> {
    match &work.query.select {
        Select::Table { name, columns, filter } => {
            rows_of(work, name, columns, filter.as_deref(), reading)
        }
        Select::Changes { name, from, to } => {
            reading.begin()?;
            Ok(Statement::ours(changes(name, *from, *to), vec![name.clone()]))
        }
        Select::Sql { text, this, default_schema, .. } => {
            let guarded =
                guarded::check(work, text, this.as_ref(), default_schema.as_ref(), reading)?;
            of_guarded(work, guarded, reading)
        }
    }
}

/// The values of the caller's placeholders.
pub(super) fn parameters(select: &Select) -> Parameters {
    match select {
        Select::Sql { parameters, .. } => parameters.clone(),
        Select::Table { .. } | Select::Changes { .. } => Parameters::Positional(Vec::new()),
    }
}

fn of_guarded(work: &Work, guarded: Guarded, reading: &mut Reading<'_>) -> Result<Statement, Stop> {
    let kind = guarded.kind;
    let (sql, before) = match kind {
        Kind::Rows => (guarded.sql.clone(), 0),
        Kind::Explain => (format!("EXPLAIN {}", guarded.sql), "EXPLAIN ".len()),
        Kind::Tables | Kind::AllTables => {
            if work.query.snapshot.is_some() {
                return Err(Stop::Known(shown_now()));
            }
            reading.begin()?;
            (listing::statement(&work.session.connection, kind, &work.query)?, 0)
        }
    };
    let tables = guarded.tables.clone();
    Ok(Statement { sql, kind, tables, guarded: Some(guarded), before })
}

fn shown_now() -> Error {
    let detail = "SHOW TABLES shows what is there now; leave out `snapshot` and `as_of`.";
    Error::invalid("SQL_NOT_ALLOWED", detail).field("snapshot", "stands beside SHOW TABLES")
}

/// A table's rows; a view, or a table of the past, is read as a caller's SQL that reads it.
fn rows_of(
    work: &Work,
    name: &TableName,
    columns: &[Name],
    filter: Option<&str>,
    reading: &mut Reading<'_>,
) -> Result<Statement, Stop> {
    let is_plain = reading.find(name)?.is_none() && work.query.snapshot.is_none();
    let whole = columns.is_empty() && filter.is_none();
    let (from, mut tables) = match is_plain {
        true => (format!("SELECT * FROM {}", table(name)), vec![name.clone()]),
        false => {
            let guarded = guarded::check(work, "FROM this", Some(name), None, reading)?;
            if whole {
                return of_guarded(work, guarded, reading);
            }
            (guarded.sql, guarded.tables)
        }
    };
    if whole {
        return Ok(Statement::ours(from, tables));
    }
    let columns: Vec<_> = columns.iter().map(Name::quoted).collect();
    let columns = if columns.is_empty() { "*".to_owned() } else { columns.join(", ") };
    // In a subquery it has no columns of DuckLake's own.
    let mut sql = format!("SELECT {columns} FROM ({from}) AS {}", identifier(name.name.as_str()));
    let Some(filter) = filter else { return Ok(Statement::ours(sql, tables)) };
    let guarded = guarded::filter(work, filter, reading)?;
    sql.push_str(" WHERE (\n");
    let before = sql.len();
    sql.push_str(&guarded.sql);
    sql.push_str("\n)");
    tables.extend(guarded.tables.iter().cloned());
    Ok(Statement { sql, kind: Kind::Rows, tables, guarded: Some(guarded), before })
}

/// In order, so that a reader can follow: what a row was stands before what it became.
fn changes(name: &TableName, SnapshotId(from): SnapshotId, SnapshotId(to): SnapshotId) -> String {
    let (schema, table) = (literal(name.schema.as_str()), literal(name.name.as_str()));
    format!(
        "SELECT * FROM ducklake_table_changes('{LAKE}', {schema}, {table}, {from}, {to}) \
         ORDER BY snapshot_id, rowid, change_type = 'update_postimage', change_type"
    )
}
