//! Rows are added to a table: all or none, once per key.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{Access, Caller, Result, RunId, SnapshotId, Table, TableName};

use crate::{
    Append, BodyRows, Catalog, Change, Lake, Mode, Origin, RecordedWrite, Write, fit, get_table,
};

/// What an append asks.
pub struct AppendTable {
    /// The table.
    pub table: TableName,
    /// Its key, its run, its time.
    pub origin: Origin,
    /// What becomes of the rows that are there.
    pub mode: Mode,
    /// The table, if it was looked at while the body came.
    pub seen: Option<SeenTable>,
}

/// A table and when it was looked at.
pub struct SeenTable {
    table: Arc<Table>,
    at: Instant,
}

/// So long what was seen of a table holds, for a slow body may outlive it; the writer itself goes by the
/// table's id.
const FRESH: Duration = Duration::from_secs(1);

/// What an append answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The table.
    pub table: TableName,
    /// Rows added.
    pub rows: u64,
    /// Bytes of the body.
    pub bytes: u64,
    /// The snapshot it became; for no rows the table's last.
    pub snapshot: SnapshotId,
    /// The run it belongs to.
    pub run: Option<RunId>,
    /// The same request had added them before.
    pub replayed: bool,
    /// Whether the snapshot stands for the table as this append made it: no other shares it.
    pub alone: bool,
}

/// Looks at what can be known while a body is received: rights, and then the table. Not under a key: that
/// may be one of an append to a table that is gone since.
pub async fn may_append(
    catalog: &dyn Catalog,
    caller: &Caller,
    table: &TableName,
    has_key: bool,
) -> Result<Option<SeenTable>> {
    get_table::check_access(caller, table, Access::Write)?;
    if has_key {
        return Ok(None);
    }
    let at = Instant::now();
    let table = get_table::require_writable(catalog, caller, table).await?;
    Ok(Some(SeenTable { table, at }))
}

/// Appends what `open` makes of the body for the table, or puts it in place of what is there. The body is
/// opened only after rights, key, table and what the caller saw of it were looked at.
pub async fn append_table(
    catalog: &dyn Catalog,
    lake: &dyn Lake,
    caller: &Caller,
    request: AppendTable,
    open: impl AsyncFnOnce(&Table) -> Result<BodyRows>,
) -> Result<Appended> {
    get_table::check_access(caller, &request.table, Access::Write)?;
    if let Some(recorded) = request.origin.begin(catalog).await? {
        return Ok(appended(recorded, true));
    }
    let table = match request.seen {
        Some(seen) if seen.at.elapsed() < FRESH => seen.table,
        _ => get_table::require_writable(catalog, caller, &request.table).await?,
    };
    // A caller who saw another table is told before the body is read.
    let if_match = match &request.origin.if_match {
        None => None,
        Some(_) => {
            let now = get_table::require(catalog, caller, &request.table, Access::Write).await?;
            request.origin.check(&now)?
        }
    };
    let BodyRows { source, bytes } = open(&table).await?;
    fit::check_mode(&table.columns, &source.schema(), &request.mode)?;
    if !source.is_fitted() {
        fit::check(&table.columns, &source.schema())?;
    }
    let append = Append { mode: request.mode, ..Append::to(&table, source, bytes) };
    let change = Change::Append(append);
    let write = Write { if_match, ..request.origin.write(change) };
    let outcome = lake.write(write).await?;
    Ok(appended(outcome.write, outcome.replayed))
}

fn appended(recorded: RecordedWrite, replayed: bool) -> Appended {
    Appended {
        table: recorded.table,
        rows: recorded.rows,
        bytes: recorded.bytes,
        snapshot: recorded.snapshot,
        run: recorded.run,
        replayed,
        alone: recorded.alone,
    }
}
