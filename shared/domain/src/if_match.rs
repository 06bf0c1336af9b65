//! What a caller saw of a table (RFC 9110, 13.1.1).

use crate::SnapshotId;

/// The states in which a table may be for a write to it to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// Any, as long as it is there.
    Any,
    /// That of one of these snapshots.
    Snapshots(Vec<SnapshotId>),
}

impl IfMatch {
    /// Whether it holds for a table that `last` changed last.
    pub fn holds(&self, last: SnapshotId) -> bool {
        match self {
            Self::Any => true,
            Self::Snapshots(wanted) => wanted.contains(&last),
        }
    }

    /// Whether it asks for a state, and not only for a table.
    pub fn is_of_a_state(&self) -> bool {
        matches!(self, Self::Snapshots(_))
    }
}
