//! What happened to a table.

use serde::Serialize;
use utoipa::ToSchema;

/// What one snapshot did to a table.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotItem {
    /// The snapshot: for `?snapshot=`.
    pub snapshot: u64,
    /// When it was committed, RFC 3339.
    pub committed_at: String,
    /// `table_created`, `schema_changed`, `data_appended`, `data_changed`, `data_deleted`,
    /// `table_deleted`; `maintained` where files were rewritten and no row changed; `unknown` for what
    /// another client of the lake did that has no name here.
    pub changes: Vec<String>,
    /// Whether it can still be read.
    pub available: bool,
    /// Who committed it, as they said; gone with the snapshot.
    pub author: Option<String>,
    /// What they said of it.
    pub message: Option<String>,
    /// Eider's own writes in it; empty for another client's.
    pub writes: Vec<SnapshotWrite>,
}

/// One write of Eider's.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotWrite {
    /// `create_table`, `append`, `overwrite`, `upsert`, `alter_table`.
    pub kind: String,
    /// Rows it wrote.
    pub rows: u64,
    /// Bytes of the body it took.
    pub bytes: u64,
    /// The run it belongs to.
    pub run_id: Option<String>,
}
