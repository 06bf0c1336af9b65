//! Time and ids come from the surroundings here, at the edge, and are handed down from here.

use jiff::Timestamp;
use uuid::Uuid;

#[expect(clippy::disallowed_methods, reason = "the edge asks the clock")]
/// The time of day.
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Ordered by time, so that a log sorts by it.
#[expect(clippy::disallowed_methods, reason = "the edge makes the ids")]
pub(crate) fn new_id() -> Uuid {
    Uuid::now_v7()
}
