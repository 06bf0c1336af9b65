//! Work that blocks, on threads with room for DuckDB's deep recursions.

use std::thread;

use domain::{Error, Result};
use tokio::sync::oneshot;

/// Stack of a thread that plans or runs statements. Rust's 2 MB overflow at JSON 10,000 deep
/// (FACTS 16); the memory is only reserved.
pub(crate) const STACK: usize = 32 << 20;

/// Starts `work` on a thread of its own, within the span of now, so that what it logs has the request's
/// id. Starting one takes some 20 us.
pub(crate) fn start(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
    let span = tracing::Span::current();
    thread::Builder::new()
        .name(format!("engine-{name}"))
        .stack_size(STACK)
        .spawn(move || span.in_scope(work))
        .map(drop)
        .map_err(|error| Error::unavailable("A thread for the work", error))
}

/// Runs `work` on a thread of its own and waits for it. Goes on to its end if no one waits any more.
pub(crate) async fn run<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let (send, receive) = oneshot::channel();
    start(name, move || {
        // Nobody waits any more: then nobody needs the answer.
        let _ = send.send(work());
    })?;
    receive.await.map_err(|_| Error::internal("the thread panicked"))
}
