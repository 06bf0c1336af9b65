//! A write is a value: what changes, under which key, for which run.

use std::sync::Arc;
use std::time::Instant;

use domain::{
    Caller, Code, Column, Error, IdempotencyKey, IfMatch, Kind, Layout, Name, Result, RunId,
    SnapshotId, Table, TableDefinition, TableName, TablePatch,
};
use sha2::{Digest, Sha256};

use crate::jobs::Tagged;
use crate::{Catalog, RecordedWrite, RowSource};

/// The name of a write in the ledger, and the digest of what it would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteKey {
    /// Unique for caller, method, path and the caller's key; or made by us where none was given.
    pub key: String,
    /// Digest of the payload.
    pub payload: String,
    /// Whether the caller gave the key: only then is a write that changes nothing recorded.
    pub by_caller: bool,
}

impl WriteKey {
    /// The key of a request. `fresh` names a write that the caller gave no key: it lets the engine
    /// find out how an ambiguous commit ended.
    pub fn new(
        caller: &Caller,
        method: &str,
        path: &str,
        key: Option<&IdempotencyKey>,
        payload: String,
        fresh: impl FnOnce() -> String,
    ) -> Self {
        let Some(given) = key else {
            return Self { key: format!("once:{}", fresh()), payload, by_caller: false };
        };
        // Length-prefixed, so that no two scopes run together.
        let mut hasher = Sha256::new();
        for part in [caller.name.as_str(), method, path, given.as_str()] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        Self { key: format!("key:{}", hex(&hasher.finalize())), payload, by_caller: true }
    }

    /// The recorded write, if there is one for the same payload; another payload is 422.
    pub fn replay_of(&self, recorded: Option<RecordedWrite>) -> Result<Option<RecordedWrite>> {
        match recorded {
            Some(recorded) if recorded.payload != self.payload => Err(key_reused()),
            recorded => Ok(recorded),
        }
    }

    /// Looks the key up before anything is done.
    pub async fn find(&self, catalog: &dyn Catalog) -> Result<Option<RecordedWrite>> {
        if !self.by_caller {
            return Ok(None);
        }
        self.replay_of(catalog.find_write(&self.key).await?)
    }
}

pub(crate) fn key_reused() -> Error {
    let detail =
        "This Idempotency-Key was used for another payload; send a new key with a new payload.";
    Error::invalid("IDEMPOTENCY_KEY_REUSED", detail)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a write comes with, whatever it changes.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Its name in the ledger.
    pub key: WriteKey,
    /// The run it belongs to.
    pub run: Option<Tagged>,
    /// When its commit must have begun.
    pub deadline: Option<Instant>,
    /// What the caller saw of the table: it is written only if that still holds.
    pub if_match: Option<IfMatch>,
}

impl Origin {
    /// What was recorded of the write under its key, before anything else is done; where nothing was, its run
    /// must be running.
    pub(crate) async fn begin(&self, catalog: &dyn Catalog) -> Result<Option<RecordedWrite>> {
        let recorded = self.key.find(catalog).await?;
        if let (None, Some(run)) = (&recorded, &self.run) {
            run.admit().await?;
        }
        Ok(recorded)
    }

    /// The write that makes this change, whatever the table has become meanwhile.
    pub(crate) fn write(self, change: Change) -> Write {
        let Self { key, run, deadline, .. } = self;
        Write { key, run: run.map(|run| run.run()), deadline, if_match: None, change }
    }

    /// The write that makes this change of `table`, if it is as the caller saw it; else 412.
    pub(crate) fn write_to(self, table: &Table, change: Change) -> Result<Write> {
        let if_match = self.check(table)?;
        Ok(Write { if_match, ..self.write(change) })
    }

    /// The snapshot that must be the table's last one still when the write is committed; 412 if it is not
    /// even now.
    pub(crate) fn check(&self, table: &Table) -> Result<Option<SnapshotId>> {
        let now = table.summary.snapshot;
        match &self.if_match {
            None => Ok(None),
            Some(wanted) if wanted.holds(now) => Ok(wanted.is_of_a_state().then_some(now)),
            Some(_) => Err(precondition_failed(&table.summary.name, Some(now))),
        }
    }
}

/// What is said where a write was committed, and then could not be described: it may be asked for.
pub(crate) fn after_commit(error: Error) -> Error {
    if error.code != Code::Unavailable {
        return error;
    }
    let detail = "It was committed, but the catalog does not say now what became of it; read the table, or \
                  send this again with the same Idempotency-Key.";
    let mut told = Error::new(Code::Unavailable, "OUTCOME_UNKNOWN", detail).because(error);
    told.retry_after = Some(std::time::Duration::from_secs(1));
    told
}

/// The table is not as the caller saw it; `now` is its last snapshot, where that is known.
pub fn precondition_failed(table: &TableName, now: Option<SnapshotId>) -> Error {
    let is =
        now.map_or_else(|| "has changed".to_owned(), |now| format!("is at snapshot {now} now"));
    Error::new(
        Code::PreconditionFailed,
        "PRECONDITION_FAILED",
        format!(
            "The table `{table}` {is}, which is not what If-Match asks for; nothing was changed. Read it \
             again, and send its ETag."
        ),
    )
}

/// One change of the lake.
#[derive(Clone)]
pub enum Change {
    /// A new table; one of that name must not be there.
    CreateTable(CreateTable),
    /// A new view; nothing of that name must be there.
    CreateView(CreateView),
    /// A table and its rows go, or a view.
    DropTable(DropTable),
    /// A table's definition changes.
    AlterTable(AlterTable),
    /// Rows are added.
    Append(Append),
    /// None: the table is there already, and that was asked. Only the key is recorded.
    KeepTable {
        /// The table.
        table: TableName,
        /// Its last snapshot.
        snapshot: SnapshotId,
        /// What was answered, for a replay.
        answer: String,
    },
}

/// A table to make.
#[derive(Clone)]
pub struct CreateTable {
    /// What it is.
    pub definition: TableDefinition,
    /// Its first rows, in the same snapshot.
    pub rows: Option<BodyRows>,
}

/// A view to make.
#[derive(Debug, Clone)]
pub struct CreateView {
    /// Its name.
    pub name: TableName,
    /// Its query, as the guard made it: every table by its full name.
    pub sql: String,
    /// What people should know of it.
    pub comment: Option<String>,
}

/// A table or a view to drop.
#[derive(Debug, Clone)]
pub struct DropTable {
    /// Its name.
    pub table: TableName,
    /// DuckLake's id of it: not its next namesake.
    pub table_id: u64,
    /// Which of both.
    pub kind: Kind,
    /// Views that go with it, each before those that it reads.
    pub with: Vec<TableName>,
}

/// A table to change.
#[derive(Debug, Clone)]
pub struct AlterTable {
    /// Its name.
    pub table: TableName,
    /// DuckLake's id of it: not its next namesake.
    pub table_id: u64,
    /// Its last snapshot when it was looked at: what a patch of nothing answers.
    pub table_snapshot: SnapshotId,
    /// Its columns before.
    pub columns: Vec<Column>,
    /// Its layout before.
    pub layout: Layout,
    /// What changes.
    pub patch: TablePatch,
}

/// Rows and the body that they came in.
#[derive(Clone)]
pub struct BodyRows {
    /// The rows.
    pub source: Arc<dyn RowSource>,
    /// Bytes of the body.
    pub bytes: u64,
}

/// What becomes of the rows that are there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Mode {
    /// They stay.
    #[default]
    Append,
    /// They go.
    Overwrite,
    /// Those whose values of these columns the new rows have are changed.
    Upsert(Vec<Name>),
}

/// Rows to add.
#[derive(Clone)]
pub struct Append {
    /// The table.
    pub table: TableName,
    /// DuckLake's id of the table that the rows were checked against: not its next namesake.
    pub table_id: u64,
    /// Its columns, as the rows were checked against them.
    pub columns: Vec<Column>,
    /// The table's last snapshot when it was looked at: what an append of no rows answers.
    pub table_snapshot: SnapshotId,
    /// What becomes of the rows that are there.
    pub mode: Mode,
    /// The rows.
    pub rows: BodyRows,
}

impl Append {
    /// Rows to add to what is in `table`, as it was looked at.
    pub fn to(table: &Table, source: Arc<dyn RowSource>, bytes: u64) -> Self {
        Self {
            table: table.summary.name.clone(),
            table_id: table.id,
            columns: table.columns.clone(),
            table_snapshot: table.summary.snapshot,
            mode: Mode::Append,
            rows: BodyRows { source, bytes },
        }
    }
}

impl DropTable {
    /// The end of this one.
    pub fn of(table: &Table) -> Self {
        let (summary, id) = (&table.summary, table.id);
        let (table, kind) = (summary.name.clone(), summary.kind);
        Self { table, table_id: id, kind, with: Vec::new() }
    }
}

impl Change {
    /// A new table without rows.
    pub fn create(definition: TableDefinition) -> Self {
        Self::CreateTable(CreateTable { definition, rows: None })
    }

    /// Whether it changes what tables there are, and not only rows.
    pub fn is_of_definitions(&self) -> bool {
        matches!(
            self,
            Self::CreateTable(_) | Self::CreateView(_) | Self::DropTable(_) | Self::AlterTable(_)
        )
    }

    /// DuckLake's id of the table that it was made for, where there was one.
    pub fn table_id(&self) -> Option<u64> {
        match self {
            Self::CreateTable(_) | Self::CreateView(_) | Self::KeepTable { .. } => None,
            Self::DropTable(drop) => Some(drop.table_id),
            Self::AlterTable(alter) => Some(alter.table_id),
            Self::Append(append) => Some(append.table_id),
        }
    }

    /// The rows it adds.
    pub fn rows(&self) -> Option<&BodyRows> {
        match self {
            Self::CreateTable(create) => create.rows.as_ref(),
            Self::Append(append) => Some(&append.rows),
            Self::CreateView(_)
            | Self::DropTable(_)
            | Self::AlterTable(_)
            | Self::KeepTable { .. } => None,
        }
    }

    /// The table it touches.
    pub fn table(&self) -> &TableName {
        match self {
            Self::CreateTable(create) => &create.definition.name,
            Self::CreateView(view) => &view.name,
            Self::DropTable(drop) => &drop.table,
            Self::AlterTable(alter) => &alter.table,
            Self::Append(append) => &append.table,
            Self::KeepTable { table, .. } => table,
        }
    }

    /// What it answers, where a replay could not tell it from the request and the ledger.
    pub fn answer(&self) -> Option<&str> {
        match self {
            Self::KeepTable { answer, .. } => Some(answer),
            Self::CreateView(_) => None,
            Self::CreateTable(_) | Self::DropTable(_) | Self::AlterTable(_) | Self::Append(_) => {
                None
            }
        }
    }
}

/// One write.
#[derive(Clone)]
pub struct Write {
    /// Its name in the ledger.
    pub key: WriteKey,
    /// The run it belongs to.
    pub run: Option<RunId>,
    /// When its commit must have begun; what is late is undone and changes nothing.
    pub deadline: Option<Instant>,
    /// The table's last snapshot must be this one still, or the write is not made (412).
    pub if_match: Option<SnapshotId>,
    /// What it does.
    pub change: Change,
}

/// How a write ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What the ledger says of it.
    pub write: RecordedWrite,
    /// Whether it had been done before, under the same key.
    pub replayed: bool,
}
