//! What a write says of itself: in DuckLake's commit, and alone where nothing was committed.

use catalog::ledger::AUTHOR;
use domain::SnapshotId;
use serde_json::{Value, json};
use service::{Change, Mode, Write};

use crate::sql::{LAKE, literal};

/// The commit message, for people.
pub(super) fn message(change: &Change) -> String {
    format!("{} {}", kind(change), change.table())
}

/// What the ledger is told of one write: how many rows it wrote, and the snapshot that must be the table's
/// last.
pub(super) fn entry(write: &Write, rows: u64, if_match: Option<SnapshotId>) -> Value {
    let table = write.change.table();
    json!({
        "key": write.key.key,
        "payload": write.key.payload,
        "kind": kind(&write.change),
        "schema": table.schema.as_str(),
        "table": table.name.as_str(),
        "rows": rows,
        "bytes": bytes(&write.change),
        "run": write.run.map(|run| run.to_string()),
        "table_id": write.change.table_id(),
        "if_match": if_match.map(|SnapshotId(id)| id),
    })
}

/// The statement that puts this into DuckLake's commit, as the extra info from which the catalog's trigger
/// fills the ledger.
pub(super) fn set_commit_message(message: &str, entries: Vec<Value>) -> String {
    let extra = literal(&json!({ "writes": entries }).to_string());
    let message = literal(message);
    format!("CALL {LAKE}.set_commit_message('{AUTHOR}', {message}, extra_info => {extra})")
}

/// What the ledger calls it.
pub(crate) fn kind(change: &Change) -> &'static str {
    match change {
        Change::CreateTable(_) => "create_table",
        Change::CreateView(_) => "create_view",
        Change::DropTable(_) => "drop_table",
        Change::AlterTable(_) => "alter_table",
        Change::Append(append) => match append.mode {
            Mode::Append => "append",
            Mode::Overwrite => "overwrite",
            Mode::Upsert(_) => "upsert",
        },
        Change::KeepTable { .. } => "keep_table",
    }
}

/// Bytes of the body that it came in.
pub(crate) fn bytes(change: &Change) -> u64 {
    change.rows().map_or(0, |rows| rows.bytes)
}
