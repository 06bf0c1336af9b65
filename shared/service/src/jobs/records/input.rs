//! What a run has read, as its item has it.

use serde::{Deserialize, Serialize};

/// The newest snapshot in which it was read; none of what is no table.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::jobs) struct InputRecord {
    pub(in crate::jobs) name: String,
    pub(in crate::jobs) snapshot: Option<u64>,
}
