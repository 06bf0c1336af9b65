//! A table as the catalog knows it.

use crate::{Column, SnapshotId, TableName, Timestamp};

/// A table without its columns, as listings show it.
#[derive(Debug, Clone, PartialEq)]
pub struct TableSummary {
    /// Its name.
    pub name: TableName,
    /// Rows at the snapshot it was read at: exact, deletes and inlined rows counted.
    pub row_count: u64,
    /// Bytes of its live data files.
    pub size_bytes: u64,
    /// Number of its live data files.
    pub file_count: u64,
    /// The last snapshot that changed this table.
    pub snapshot: SnapshotId,
    /// When it was created.
    pub created_at: Timestamp,
    /// When `snapshot` was committed.
    pub updated_at: Timestamp,
    /// What people should know of it.
    pub comment: Option<String>,
}

/// A table with its columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// DuckLake's own id of it: a table made again under the same name has another.
    pub id: u64,
    /// Everything that listings show.
    pub summary: TableSummary,
    /// Its columns, in order.
    pub columns: Vec<Column>,
}
