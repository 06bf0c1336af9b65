//! The end of a process in which a query runs on though it was told to stop.

use std::time::Duration;

/// So long a function waits for a query to heed the interrupt: longer than its caller waits for the
/// problem that says so.
pub const STUCK: Duration = Duration::from_secs(3);

/// Ends the process, since nothing less ends the query: for a function, whose sandbox is made anew.
pub fn end_stuck() {
    tracing::error!(parent: None, "a query does not heed the interrupt; the process ends");
    end_now(70)
}

/// Ends the process at once: what is done at an orderly end would wait for DuckDB's threads.
pub fn end_now(status: i32) -> ! {
    #[cfg(unix)]
    // SAFETY: it does not return, and nothing of this process is used after it.
    unsafe {
        libc::_exit(status)
    }
    #[cfg(not(unix))]
    std::process::exit(status)
}
