//! What a run has read and written.

use domain::{DatasetName, SnapshotId};
use serde::Serialize;
use utoipa::ToSchema;

/// A table, or anything else, that a run has read or written.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunDatasetItem {
    /// A table (`schema.table`, without the default schema), or a URI.
    pub name: String,
    /// `input` or `output`.
    pub direction: &'static str,
    /// Of a table, the last snapshot that the run read, or that one of its writes became; `null` where the run
    /// only says so of itself.
    pub snapshot: Option<u64>,
    /// Rows that the run wrote; `null` of what it did not write here.
    pub row_count: Option<u64>,
    /// Bytes of the bodies that they came in.
    pub size_bytes: Option<u64>,
    /// Writes that they came in.
    pub write_count: Option<u64>,
}

impl RunDatasetItem {
    /// What the run has read.
    pub fn input(name: &DatasetName, snapshot: Option<SnapshotId>) -> Self {
        Self {
            name: name.as_str().to_owned(),
            direction: "input",
            snapshot: snapshot.map(|snapshot| snapshot.0),
            row_count: None,
            size_bytes: None,
            write_count: None,
        }
    }

    /// What the run has written; `written` are rows, bytes and writes where they were seen.
    pub fn output(
        name: &DatasetName,
        snapshot: Option<SnapshotId>,
        written: Option<(u64, u64, u64)>,
    ) -> Self {
        Self {
            direction: "output",
            row_count: written.map(|(rows, _, _)| rows),
            size_bytes: written.map(|(_, bytes, _)| bytes),
            write_count: written.map(|(_, _, writes)| writes),
            ..Self::input(name, snapshot)
        }
    }
}
