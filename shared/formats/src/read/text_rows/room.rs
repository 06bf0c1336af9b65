//! What rows take in memory, about: an item of a list may be two bytes long in a body and many more in
//! a column.

use super::misfit::{Fit, Misfit};

/// Memory that one row may take, in times of the bytes that it may have in the body.
const TIMES: usize = 8;

/// Counts.
#[derive(Debug)]
pub(super) struct Room {
    taken: usize,
    most: usize,
}

impl Room {
    pub(super) fn new(row_bytes: usize) -> Self {
        Self { taken: 0, most: row_bytes.saturating_mul(TIMES) }
    }

    /// Another row begins; what the one before it took.
    pub(super) fn next_row(&mut self) -> usize {
        std::mem::take(&mut self.taken)
    }

    pub(super) fn take(&mut self, bytes: usize) {
        self.taken = self.taken.saturating_add(bytes);
    }

    /// Whether the row is still within its limit: asked wherever a few bytes may take many.
    pub(super) fn check(&self) -> Fit {
        if self.taken <= self.most { Ok(()) } else { Err(Box::new(Misfit::TooLarge)) }
    }

    pub(super) fn most(&self) -> usize {
        self.most
    }
}
