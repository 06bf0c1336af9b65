//! The end of a process in which a query runs on though it was told to stop.

use std::time::Duration;

/// So long a function waits for a query to heed the interrupt: longer than its caller waits for the
/// problem that says so.
pub const STUCK: Duration = Duration::from_secs(3);

/// Ends the process, since nothing less ends the query: for a function, whose sandbox is made anew.
pub fn end_stuck() {
    tracing::error!("a query does not heed the interrupt; the process ends");
    std::process::exit(70);
}
