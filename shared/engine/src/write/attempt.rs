//! One try of one write, from BEGIN to COMMIT, on one connection.

use domain::{Error, SnapshotId};
use service::{Change, RecordedWrite, Write};

use super::{append, create, ledger};
use crate::instance::Instance;
use crate::raw::{Connection, Failure};
use crate::settings::EngineSettings;
use crate::sql::{LAKE, literal, table};
use crate::values;

/// How a try ended well.
pub(crate) enum Done {
    /// It is committed; the ledger has its words.
    Committed,
    /// There was nothing to commit.
    Nothing(RecordedWrite),
}

/// How a try ended ill. Nothing of it is in the lake, but for a commit that was cut off.
pub(crate) enum Failed {
    /// The caller's fault, or ours, in our words.
    Known(Error),
    /// What DuckDB says.
    Engine(Failure),
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self::Engine(failure)
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Known(error)
    }
}

/// Runs the write once.
pub(crate) fn run(
    instance: &Instance,
    settings: &EngineSettings,
    write: &Write,
) -> Result<Done, Failed> {
    let connection = instance.connect()?;
    match &write.change {
        Change::CreateTable(definition) => {
            create::check_defaults(&connection, definition)?;
            one_commit(&connection)?;
            in_transaction(&connection, write, || {
                for statement in create::statements(definition) {
                    connection.execute(&statement)?;
                }
                Ok(0)
            })
        }
        Change::DropTable(name) => {
            one_commit(&connection)?;
            in_transaction(&connection, write, || {
                connection.execute(&format!("DROP TABLE {}", table(name)))?;
                Ok(0)
            })
        }
        Change::Append(rows) => append::run(&connection, settings, write, rows),
    }
}

/// DuckLake tries a commit again with a schema that it has freed, so a change of definitions must
/// fail at the first conflict; it is run again as a whole, which costs nothing. An append is left to
/// DuckLake, which keeps the files that it has written.
fn one_commit(connection: &Connection) -> Result<(), Failure> {
    connection.execute("SET SESSION ducklake_max_retry_count = 0").map(drop)
}

/// BEGIN, the work, the ledger's entry, COMMIT. After a failed statement COMMIT would answer
/// success without committing anything: ROLLBACK on every other way.
pub(super) fn in_transaction(
    connection: &Connection,
    write: &Write,
    work: impl FnOnce() -> Result<u64, Failed>,
) -> Result<Done, Failed> {
    let done = begin(connection).and_then(|()| work()).and_then(|rows| {
        let message = literal(&ledger::message(&write.change));
        let extra = literal(&ledger::extra_info(write, rows));
        connection.execute(&format!(
            "CALL {LAKE}.set_commit_message('eider', {message}, extra_info => {extra})"
        ))?;
        connection.execute("COMMIT")?;
        Ok(Done::Committed)
    });
    if done.is_err() {
        rollback(connection);
    }
    done
}

pub(super) fn begin(connection: &Connection) -> Result<(), Failed> {
    Ok(connection.execute("BEGIN").map(drop)?)
}

/// After a failed COMMIT there is no transaction any more, which is just as well.
pub(super) fn rollback(connection: &Connection) {
    if let Err(failure) = connection.execute("ROLLBACK") {
        tracing::debug!(%failure, "nothing to roll back");
    }
}

/// The snapshot that this transaction stands on.
pub(super) fn current_snapshot(connection: &Connection) -> Result<SnapshotId, Failure> {
    let sql = format!("SELECT id::BIGINT FROM ducklake_current_snapshot('{LAKE}')");
    let id = values::number(connection, &sql)?;
    Ok(SnapshotId(u64::try_from(id.unwrap_or(0)).unwrap_or(0)))
}
