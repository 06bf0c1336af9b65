//! A write is a value: what changes, under which key, for which run.

use std::sync::Arc;
use std::time::Instant;

use domain::{
    Caller, Code, Error, IdempotencyKey, Result, RunId, SnapshotId, TableDefinition, TableName,
};
use sha2::{Digest, Sha256};

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
            Some(recorded) if recorded.payload != self.payload => Err(Error::new(
                Code::Invalid,
                "IDEMPOTENCY_KEY_REUSED",
                "This Idempotency-Key was used for another payload; send a new key with a new payload.",
            )),
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

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a write comes with, whatever it changes.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Its name in the ledger.
    pub key: WriteKey,
    /// The run it belongs to.
    pub run: Option<RunId>,
    /// When its commit must have begun.
    pub deadline: Option<Instant>,
}

impl Origin {
    /// The write that makes this change.
    pub(crate) fn write(self, change: Change) -> Write {
        let Self { key, run, deadline } = self;
        Write { key, run, deadline, change }
    }
}

/// One change of the lake.
#[derive(Clone)]
pub enum Change {
    /// A new table; one of that name must not be there.
    CreateTable(TableDefinition),
    /// A table and its rows go.
    DropTable(TableName),
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

/// Rows to add.
#[derive(Clone)]
pub struct Append {
    /// The table.
    pub table: TableName,
    /// DuckLake's id of the table that the rows were checked against: not its next namesake.
    pub table_id: u64,
    /// The table's last snapshot when it was looked at: what an append of no rows answers.
    pub table_snapshot: SnapshotId,
    /// The rows.
    pub source: Arc<dyn RowSource>,
    /// Bytes of the body they came in.
    pub bytes: u64,
}

impl Change {
    /// Whether it changes what tables there are, and not only rows.
    pub fn is_of_definitions(&self) -> bool {
        matches!(self, Self::CreateTable(_) | Self::DropTable(_))
    }

    /// The table it touches.
    pub fn table(&self) -> &TableName {
        match self {
            Self::CreateTable(definition) => &definition.name,
            Self::DropTable(name) => name,
            Self::Append(append) => &append.table,
            Self::KeepTable { table, .. } => table,
        }
    }

    /// What it answers, where a replay could not tell it from the request and the ledger.
    pub fn answer(&self) -> Option<&str> {
        match self {
            Self::KeepTable { answer, .. } => Some(answer),
            Self::CreateTable(_) | Self::DropTable(_) | Self::Append(_) => None,
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
