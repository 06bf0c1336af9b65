//! Rows of a body into a table: beside what is there, or in its place.

use domain::Error;
use service::{Append, Mode};

use super::attempt::{Attempt, Done, Failed};
use super::rows::Incoming;
use super::{nothing, upsert};
use crate::sql::table;

/// Writes the rows in one transaction.
pub(super) fn run(attempt: &Attempt<'_>, append: &Append) -> Result<Done, Failed> {
    let incoming = Incoming::open(attempt, &append.rows, &append.columns)?;
    match &append.mode {
        Mode::Append => insert(attempt, append, incoming, None),
        Mode::Overwrite => {
            let empty = format!("TRUNCATE {}", table(&append.table));
            insert(attempt, append, incoming, Some(&empty))
        }
        Mode::Upsert(keys) => upsert::run(attempt, append, keys, incoming),
    }
}

/// The INSERT, after the statement that takes away what is there. Nothing is committed where nothing changes.
///
/// What takes the place of a table is committed only if that is as this transaction saw it: of an empty one
/// DuckLake sees nothing go, and would keep the rows of each of two.
fn insert(
    attempt: &Attempt<'_>,
    append: &Append,
    incoming: Incoming<'_>,
    empty: Option<&str>,
) -> Result<Done, Failed> {
    let mut nothing = false;
    let done = attempt.in_transaction_if(|| {
        let snapshot = attempt.check_table(&append.table, append.table_id)?;
        let (gone, seen) = match empty {
            Some(empty) => {
                let seen = attempt.last_change(append.table_id, snapshot)?;
                (attempt.connection.execute(empty)?, seen)
            }
            None => (0, None),
        };
        let rows = incoming.insert(&append.table)?;
        nothing = gone == 0 && rows == 0;
        // Known, not an engine's failure: it only leads out of the transaction.
        let wanted = attempt.write.if_match.or(seen);
        if nothing { Err(Error::internal("no rows").into()) } else { Ok((rows, wanted)) }
    });
    let done = incoming.finish(done);
    if nothing { nothing::record(attempt, append.table_snapshot) } else { done }
}
