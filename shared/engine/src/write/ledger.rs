//! What a write says of itself: in DuckLake's commit, and alone where nothing was committed.

use domain::SnapshotId;
use serde_json::json;
use service::{Change, Mode, Write};

/// The commit message, for people.
pub(super) fn message(change: &Change) -> String {
    format!("{} {}", kind(change), change.table())
}

/// The extra info, from which the catalog's trigger fills the ledger, and in which it finds the snapshot
/// that must be the table's last.
pub(super) fn extra_info(write: &Write, rows: u64, if_match: Option<SnapshotId>) -> String {
    let table = write.change.table();
    json!({ "writes": [{
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
    }] })
    .to_string()
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
