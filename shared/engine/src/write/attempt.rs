//! One try of one write, from BEGIN to COMMIT, on one connection.

use domain::{Error, Kind, Name, SnapshotId, TableName};
use service::{Change, CreateView, DropTable, RecordedWrite, Write};

use super::{alter, append, create, culprit, inlining, ledger, nothing};
use crate::instance::Instance;
use crate::raw::{Connection, Failure};
use crate::settings::EngineSettings;
use crate::sql::{LAKE, literal, table};
use crate::watchdog::{Watch, Watchdog};
use crate::{answer, error, metadata, values};

/// What a try works with.
pub(super) struct Attempt<'a> {
    pub(super) connection: Connection,
    pub(super) settings: &'a EngineSettings,
    pub(super) write: &'a Write,
    /// Stops it when it is late, until it commits.
    watched: Watch,
}

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
    /// What DuckDB says before the commit.
    Engine(Failure),
    /// What DuckDB says of the commit: refused, or cut off.
    Commit(Failure),
}

impl Failed {
    /// Whether the catalog was lost while the commit was on its way.
    pub(crate) fn is_commit_lost(&self) -> bool {
        matches!(self, Self::Commit(failure) if error::is_connection_lost(failure))
    }
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
    watchdog: &Watchdog,
    write: &Write,
) -> Result<Done, Failed> {
    let attempt = Attempt::new(instance, settings, watchdog, write)?;
    let done = inlining::keep_structs_out(&attempt).and_then(|()| attempt.change());
    done.map_err(|failed| match failed {
        Failed::Engine(failure) if failure.is("INTERRUPT") && attempt.is_late() => {
            Failed::Known(answer::write_timed_out().because(failure))
        }
        failed => culprit::named(failed, &attempt, watchdog),
    })
}

impl<'a> Attempt<'a> {
    /// On a connection of its own, under watch from now on.
    pub(super) fn new(
        instance: &Instance,
        settings: &'a EngineSettings,
        watchdog: &Watchdog,
        write: &'a Write,
    ) -> Result<Self, Failure> {
        let connection = instance.connect()?;
        let watched = watchdog.watch(connection.interrupt(), write.deadline);
        Ok(Self { connection, settings, write, watched })
    }

    fn change(&self) -> Result<Done, Failed> {
        match &self.write.change {
            Change::CreateTable(create) => create::run(self, create),
            Change::CreateView(view) => self.create_view(view),
            Change::DropTable(drop) => self.drop_table(drop),
            Change::AlterTable(alter) => alter::run(self, alter),
            Change::Append(rows) => append::run(self, rows),
            Change::KeepTable { snapshot, .. } => nothing::record(self, *snapshot),
        }
    }

    /// Definitions change. DuckLake tries a commit again with a schema that it has freed, so it must
    /// fail at the first conflict; it is run again as a whole, which costs nothing. An append is left
    /// to DuckLake, which keeps the files that it has written.
    pub(super) fn define(
        &self,
        statements: impl FnOnce() -> Result<u64, Failed>,
    ) -> Result<Done, Failed> {
        self.connection.execute("SET SESSION ducklake_max_retry_count = 0")?;
        self.in_transaction(statements)
    }

    /// The body was checked, so what it binds here are tables of the lake and functions that only compute.
    fn create_view(&self, view: &CreateView) -> Result<Done, Failed> {
        let name = table(&view.name);
        self.define(|| {
            let schema = view.name.schema.quoted();
            self.connection.execute(&format!("CREATE SCHEMA IF NOT EXISTS {LAKE}.{schema}"))?;
            let made = self.connection.execute(&format!("CREATE VIEW {name} AS {}", view.sql));
            // DESCRIBE and SUMMARIZE are queries to the guard, but no body of a view.
            made.map_err(|failure| match failure.is("Parser") {
                true => Failed::Known(
                    Error::invalid("ONLY_SELECT", "A view is one SELECT.").because(failure),
                ),
                false => failure.into(),
            })?;
            if let Some(comment) = &view.comment {
                let comment = literal(comment);
                self.connection.execute(&format!("COMMENT ON VIEW {name} IS {comment}"))?;
            }
            Ok(0)
        })
    }

    fn drop_table(&self, drop: &DropTable) -> Result<Done, Failed> {
        let kind = match drop.kind {
            Kind::Table => "TABLE",
            Kind::View => "VIEW",
        };
        self.define(|| {
            let there = self.check_table(&drop.table, drop.table_id);
            there.map_err(|failed| match failed {
                Failed::Known(error) => answer::table_not_found(&drop.table).because(error).into(),
                failed => failed,
            })?;
            for view in &drop.with {
                self.connection.execute(&format!("DROP VIEW IF EXISTS {}", table(view)))?;
            }
            self.connection.execute(&format!("DROP {kind} {}", table(&drop.table)))?;
            Ok(0)
        })
    }

    /// DuckLake resolves a name at the snapshot of the transaction: at that it must be the table that was
    /// looked at, not its next namesake.
    pub(super) fn check_table(&self, name: &TableName, id: u64) -> Result<SnapshotId, Failed> {
        let snapshot = values::current_snapshot(&self.connection)?;
        let sql = metadata::table_at(self.settings, id, snapshot);
        let found = values::texts(&self.connection, &sql)?;
        let is_it = found.iter().any(|row| match row.as_slice() {
            [Some(schema), Some(found)] => {
                Name::parse("schema", schema).is_ok_and(|schema| schema == name.schema)
                    && Name::parse("table", found).is_ok_and(|found| found == name.name)
            }
            _ => false,
        });
        if is_it { Ok(snapshot) } else { Err(answer::table_changed(name).into()) }
    }

    /// The last snapshot that changed this table, as this transaction sees it.
    pub(super) fn last_change(
        &self,
        id: u64,
        snapshot: SnapshotId,
    ) -> Result<Option<SnapshotId>, Failed> {
        let sql = metadata::last_change(self.settings, id, snapshot);
        let last = values::number(&self.connection, &sql)?;
        Ok(last.and_then(|id| u64::try_from(id).ok()).map(SnapshotId))
    }

    /// BEGIN, the work, the ledger's entry, COMMIT. After a failed statement COMMIT would answer
    /// success without committing anything: ROLLBACK on every other way.
    pub(super) fn in_transaction(
        &self,
        work: impl FnOnce() -> Result<u64, Failed>,
    ) -> Result<Done, Failed> {
        self.in_transaction_if(|| Ok((work()?, self.write.if_match)))
    }

    /// The same; with the rows the work says which snapshot must be the table's last at the commit.
    pub(super) fn in_transaction_if(
        &self,
        work: impl FnOnce() -> Result<(u64, Option<SnapshotId>), Failed>,
    ) -> Result<Done, Failed> {
        let done = self.begin().and_then(|()| work()).and_then(|(rows, if_match)| {
            let entry = ledger::entry(self.write, rows, if_match);
            let message = ledger::message(&self.write.change);
            self.connection.execute(&ledger::set_commit_message(&message, vec![entry]))?;
            self.commit()?;
            Ok(Done::Committed)
        });
        if done.is_err() {
            self.rollback();
        }
        done
    }

    pub(super) fn begin(&self) -> Result<(), Failed> {
        Ok(self.connection.execute("BEGIN").map(drop)?)
    }

    /// A commit is never interrupted; what is late is not committed.
    pub(super) fn commit(&self) -> Result<(), Failed> {
        self.watched.end();
        if self.is_late() {
            return Err(answer::write_timed_out().into());
        }
        self.connection.execute("COMMIT").map(drop).map_err(Failed::Commit)
    }

    /// After a failed COMMIT there is no transaction any more, which is just as well.
    pub(super) fn rollback(&self) {
        self.watched.end();
        if let Err(failure) = self.connection.execute("ROLLBACK") {
            tracing::debug!(%failure, "nothing to roll back");
        }
    }

    /// Whether its time is over.
    pub(super) fn is_late(&self) -> bool {
        self.watched.is_late()
    }
}

#[cfg(test)]
mod tests {
    use domain::TableName;

    use super::*;
    use crate::raw::Database;
    use crate::tests::{settings, write};

    #[test]
    fn an_attempt_that_panics_is_watched_no_more() {
        let connection = Connection::open(&Database::open(&[], None).expect("one")).expect("one");
        let watched = Watchdog::new().watch(connection.interrupt(), None);
        let kept = std::sync::Arc::clone(&*watched);
        let panicked = std::thread::spawn(move || {
            let settings = settings(std::path::Path::new("."));
            let table = TableName::parse("t").expect("a name");
            let drop = DropTable { table, table_id: 1, kind: Kind::Table, with: Vec::new() };
            let write = write("k", Change::DropTable(drop));
            let _attempt = Attempt { connection, settings: &settings, write: &write, watched };
            panic!("as a bug would");
        });
        assert!(panicked.join().is_err());
        assert!(kept.has_ended());
    }
}
