//! A table as the catalog knows it.

use crate::{Column, Layout, SnapshotId, TableName, Timestamp};

/// What stands under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Rows in files.
    Table,
    /// A query by a name.
    View,
}

/// A view's query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The query as DuckLake keeps it: `{DUCKLAKE_CATALOG}` stands for the lake.
    pub sql: String,
    /// The names of its columns, where it gives them others than the query does.
    pub columns: Vec<String>,
}

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
    /// Whether it is one; a view has no rows of its own.
    pub kind: Kind,
}

/// A table with its columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// DuckLake's own id of it: a table made again under the same name has another.
    pub id: u64,
    /// Everything that listings show.
    pub summary: TableSummary,
    /// The snapshot of the lake that all of this was read at.
    pub read_at: SnapshotId,
    /// Its columns, in order; the catalog keeps none of a view.
    pub columns: Vec<Column>,
    /// Its query, if it is a view.
    pub view: Option<View>,
    /// How its rows are laid out.
    pub layout: Layout,
}
