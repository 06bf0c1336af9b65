//! A write that changes nothing makes no snapshot, so its key goes into the ledger alone.

use domain::{Error, SnapshotId, Timestamp};
use service::RecordedWrite;

use super::attempt::{Attempt, Done, Failed};
use super::ledger;
use crate::{metadata, values};

/// Records the key, if the caller gave one. `snapshot` is the table's last.
pub(super) fn record(attempt: &Attempt<'_>, snapshot: SnapshotId) -> Result<Done, Failed> {
    let write = attempt.write;
    let snapshot = still(attempt, snapshot)?;
    let micros = values::number(&attempt.connection, "SELECT epoch_us(now())::BIGINT")?;
    let micros = micros.unwrap_or_default();
    if write.key.by_caller {
        let recorded = insert(attempt, snapshot, micros);
        if recorded.is_err() {
            attempt.rollback();
        }
        recorded?;
    }
    Ok(Done::Nothing(RecordedWrite {
        payload: write.key.payload.clone(),
        changed: false,
        snapshot,
        table: write.change.table().clone(),
        rows: 0,
        bytes: ledger::bytes(&write.change),
        run: write.run,
        at: Timestamp::from_microsecond(micros).map_err(Error::internal)?,
        answer: write.change.answer().map(ToOwned::to_owned),
        alone: true,
    }))
}

/// The table's last snapshot as it is now, which must be the one that the caller saw, where that is asked: no
/// trigger looks at a write that makes no commit. `seen` where there is no table to ask for.
fn still(attempt: &Attempt<'_>, seen: SnapshotId) -> Result<SnapshotId, Failed> {
    let Some(table) = attempt.write.change.table_id() else { return Ok(seen) };
    attempt.begin()?;
    let last = values::current_snapshot(&attempt.connection).map_err(Failed::from);
    let last = last.and_then(|snapshot| attempt.last_change(table, snapshot));
    attempt.rollback();
    let last = last?.unwrap_or(seen);
    match attempt.write.if_match {
        Some(wanted) if wanted != last => {
            Err(service::precondition_failed(attempt.write.change.table(), Some(last)).into())
        }
        _ => Ok(last),
    }
}

fn insert(attempt: &Attempt<'_>, snapshot: SnapshotId, micros: i64) -> Result<(), Failed> {
    attempt.begin()?;
    for statement in metadata::record_alone(attempt.settings, attempt.write, snapshot, micros) {
        attempt.connection.execute(&statement)?;
    }
    attempt.commit()
}
