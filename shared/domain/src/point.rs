//! Points in the history of the lake.

use crate::{SnapshotId, Timestamp};

/// The state of the lake that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Point {
    /// Now.
    #[default]
    Newest,
    /// As this snapshot left it.
    Snapshot(SnapshotId),
    /// As it was at this time: the last snapshot that was committed by then.
    Time(Timestamp),
}
