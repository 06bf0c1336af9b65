//! Rows of a body into a table: beside what is there, or in its place.

use domain::{Error, SnapshotId};
use service::{Append, Mode};

use super::attempt::{Attempt, Done, Failed};
use super::rows::Incoming;
use super::{nothing, upsert};
use crate::sql::table;

/// Writes the rows in one transaction.
pub(super) fn run(attempt: &Attempt<'_>, append: &Append) -> Result<Done, Failed> {
    let incoming = Incoming::open(attempt, &append.rows, &append.columns)?;
    match &append.mode {
        Mode::Append => insert(attempt, append, incoming, || Ok(0)),
        Mode::Overwrite => {
            let empty = format!("TRUNCATE {}", table(&append.table));
            insert(attempt, append, incoming, || Ok(attempt.connection.execute(&empty)?))
        }
        Mode::Upsert(keys) => upsert::run(attempt, append, keys, incoming),
    }
}

/// The INSERT, after `before`, which says how many rows it took away. Nothing is committed where nothing
/// changes.
fn insert(
    attempt: &Attempt<'_>,
    append: &Append,
    incoming: Incoming<'_>,
    before: impl FnOnce() -> Result<u64, Failed>,
) -> Result<Done, Failed> {
    let mut nothing = false;
    let done = attempt.in_transaction(|| {
        attempt.check_table(&append.table, append.table_id)?;
        let gone = before()?;
        let rows = incoming.insert(&append.table)?;
        nothing = gone == 0 && rows == 0;
        // Known, not an engine's failure: it only leads out of the transaction.
        if nothing { Err(Error::internal("no rows").into()) } else { Ok(rows) }
    });
    let done = incoming.finish(done);
    if nothing { record_nothing(attempt, append.table_snapshot) } else { done }
}

/// Only the key is kept.
pub(super) fn record_nothing(attempt: &Attempt<'_>, last: SnapshotId) -> Result<Done, Failed> {
    nothing::record(attempt, last)
}
