//! A table's rows, and what happened to them.

use domain::{
    Access, Caller, Code, Error, Kind, Name, Point, Result, SnapshotId, Table, TableName,
};
use futures::StreamExt;

use crate::{Catalog, Query, QueryEngine, Rows, Select, get_table};

/// Which rows of a table.
#[derive(Debug, Clone)]
pub struct ReadTable {
    /// Only these columns, in this order; empty is all of them.
    pub columns: Vec<Name>,
    /// Only rows for which this holds: hostile.
    pub filter: Option<String>,
    /// As of when.
    pub point: Point,
}

/// Streams rows of `table`, which was looked at as of `request.point`; and the last snapshot that had
/// changed it in what is read. `query` says who asks and how long it may take.
pub async fn read_table(
    catalog: &dyn Catalog,
    engine: &dyn QueryEngine,
    caller: &Caller,
    table: Table,
    request: ReadTable,
    query: impl FnOnce(Select) -> Query,
) -> Result<(Rows, SnapshotId)> {
    let ReadTable { columns, filter, point } = request;
    check_columns(&table, &columns)?;
    let name = table.summary.name.clone();
    let mut query = query(Select::Table { name: name.clone(), columns, filter });
    query.snapshot = (point != Point::Newest).then_some(table.read_at);
    let rows = engine.query(query).await?;
    // Another commit may have come between.
    let read = rows.snapshot.unwrap_or(table.read_at);
    let last = if read == table.read_at {
        table.summary.snapshot
    } else {
        let then = get_table(catalog, caller, &name, Point::Snapshot(read)).await?;
        then.summary.snapshot
    };
    Ok((rows, last))
}

/// The catalog keeps no columns of views: of these the engine says what is missing.
fn check_columns(table: &Table, columns: &[Name]) -> Result<()> {
    if table.summary.kind == Kind::View {
        return Ok(());
    }
    let mut error = Error::invalid(
        "UNKNOWN_COLUMN",
        format!("The table `{}` has no such columns; `errors` names each.", table.summary.name),
    );
    for name in columns {
        if !table.columns.iter().any(|column| column.name == *name) {
            error = error.field(name.as_str(), "is not a column of the table");
        }
    }
    if error.fields.is_empty() { Ok(()) } else { Err(error) }
}

/// Streams what happened to the rows of a table between two points, both included.
pub async fn read_changes(
    catalog: &dyn Catalog,
    engine: &dyn QueryEngine,
    caller: &Caller,
    name: TableName,
    (from, to): (Point, Point),
    query: impl FnOnce(Select) -> Query,
) -> Result<Rows> {
    get_table::check_access(caller, &name, Access::Read)?;
    let last = catalog.find_snapshot(to).await.map_err(|error| named(error, "to"))?;
    let first = match from {
        // At a time the table was as the snapshot before it had left it: that one is not among the changes.
        Point::Time(_) => catalog.find_snapshot(from).await.map(|before| SnapshotId(before.0 + 1)),
        // Who has seen all so far asks for what comes next.
        Point::Snapshot(next) if to == Point::Newest && next.0 == last.0 + 1 => Ok(next),
        point => catalog.find_snapshot(point).await,
    };
    let first = first.map_err(|error| named(error, "from"))?;
    let is_none =
        first.0 == last.0 + 1 && !matches!((from, to), (Point::Snapshot(_), Point::Snapshot(_)));
    let (from, to) = (if is_none { last } else { first }, last);
    let table = get_table(catalog, caller, &name, Point::Snapshot(to)).await?;
    if table.summary.kind == Kind::View {
        let detail =
            format!("`{name}` is a view; ask for the changes of the tables that it reads.");
        return Err(Error::new(Code::Conflict, "IS_A_VIEW", detail));
    }
    const OURS: [&str; 3] = ["snapshot_id", "rowid", "change_type"];
    let taken = |column: &&domain::Column| OURS.contains(&column.name.folded().as_str());
    if let Some(column) = table.columns.iter().find(taken) {
        let detail = format!(
            "The column `{}` of `{name}` has the name of one that the changes have; rename it to see them.",
            column.name
        );
        return Err(Error::invalid("CHANGES_HIDDEN", detail)
            .field(column.name.as_str(), "hides a column of the changes"));
    }
    if from > to {
        let detail = format!("`from` (snapshot {from}) is after `to` (snapshot {to}).");
        return Err(Error::invalid("INVALID_RANGE", detail).field("from", "is after `to`"));
    }
    let rows = engine.query(query(Select::Changes { name: table.summary.name, from, to })).await?;
    if !is_none {
        return Ok(rows);
    }
    // Nothing came after: columns without rows.
    Ok(Rows { batches: futures::stream::empty().boxed(), ..rows })
}

/// The error as one of that parameter.
fn named(mut error: Error, parameter: &str) -> Error {
    for field in &mut error.fields {
        field.field = parameter.to_owned();
    }
    error
}
