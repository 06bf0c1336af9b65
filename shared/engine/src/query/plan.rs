//! From what is asked to a prepared statement that gives what Arrow holds.

use domain::SnapshotId;
use service::{Parameters, ResultColumn, Select};

use super::run::{Stop, Work};
use super::{casts, parameters};
use crate::raw::{Connection, Prepared, Type};
use crate::sql::{LAKE, table};
use crate::values;

/// A statement that is ready to run.
pub(super) struct Plan<'c> {
    pub(super) prepared: Prepared<'c>,
    pub(super) columns: Vec<ResultColumn>,
    pub(super) snapshot: Option<SnapshotId>,
}

/// Checks and prepares the query. Where it touches tables, a transaction is open after that, in
/// which the snapshot was read.
pub(super) fn plan(work: &Work) -> Result<Plan<'_>, Stop> {
    let connection = &work.connection;
    let none = Parameters::Positional(Vec::new());
    let (sql, given, touches) = match &work.query.select {
        Select::Table(name) => (format!("SELECT * FROM {}", table(name)), &none, true),
        Select::Sql { text, parameters, this } => {
            let guarded = super::guarded::check(work, text, this.as_ref())?;
            (guarded.sql, parameters, !guarded.tables.is_empty())
        }
    };
    if touches {
        connection.execute("BEGIN")?;
    }
    let (prepared, columns) = prepare(connection, &sql, given, work.query.limit)?;
    let snapshot = if touches { Some(snapshot(connection)?) } else { None };
    Ok(Plan { prepared, columns, snapshot })
}

/// Binding has fetched it, so this costs no question to the catalog.
fn snapshot(connection: &Connection) -> Result<SnapshotId, Stop> {
    let sql = format!("SELECT id::BIGINT FROM ducklake_current_snapshot('{LAKE}')");
    let id = values::number(connection, &sql)?.unwrap_or(0);
    Ok(SnapshotId(u64::try_from(id).unwrap_or(0)))
}

fn prepare<'c>(
    connection: &'c Connection,
    sql: &str,
    given: &Parameters,
    limit: Option<u64>,
) -> Result<(Prepared<'c>, Vec<ResultColumn>), Stop> {
    let first = connection.prepare(sql)?;
    let names = first.parameters();
    let arguments = if names.is_empty() && parameters::is_empty(given) {
        None
    } else {
        Some(parameters::arguments(&names, given)?)
    };
    let first = match &arguments {
        None => first,
        Some(arguments) => execute(connection, "eider_first", sql, arguments)?,
    };
    let columns: Vec<(String, Type)> =
        first.columns().into_iter().map(|(name, r#type)| (name, r#type.read())).collect();
    let types: Vec<_> = columns.iter().map(|(_, r#type)| r#type.clone()).collect();
    let prepared = match (casts::wrap(sql, &types, limit), &arguments) {
        (None, _) => first,
        (Some(wrapped), None) => connection.prepare(&wrapped)?,
        (Some(wrapped), Some(arguments)) => {
            execute(connection, "eider_wrapped", &wrapped, arguments)?
        }
    };
    let columns = columns
        .into_iter()
        .map(|(name, r#type)| ResultColumn { name, r#type: casts::text(&r#type) });
    Ok((prepared, columns.collect()))
}

/// The statement with its parameters: see [`parameters`].
fn execute<'c>(
    connection: &'c Connection,
    name: &str,
    sql: &str,
    arguments: &str,
) -> Result<Prepared<'c>, Stop> {
    connection.execute(&format!("PREPARE {name} AS {sql}"))?;
    Ok(connection.prepare(&format!("EXECUTE {name}({arguments})"))?)
}
