//! Work that blocks, on threads with room for DuckDB's deep recursions.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use domain::{Error, Result};
use tokio::sync::oneshot;

/// Stack of a thread that plans or runs statements. Rust's 2 MB overflow at JSON 10,000 deep
/// (FACTS 16); the memory is only reserved.
pub(crate) const STACK: usize = 32 << 20;

/// So long a thread waits for its next work.
const IDLE: Duration = Duration::from_secs(10);

type Work = Box<dyn FnOnce() + Send>;

/// Threads that wait for work, the last to have ended some on top: its stack is warm.
///
/// Not tokio's own pool for what blocks: where no thread can be had it panics, or keeps the work back in
/// silence; here that is an error of the one request.
static WAITING: Mutex<Vec<(u64, SyncSender<Work>)>> = Mutex::new(Vec::new());

/// Each thread has one.
static NUMBERS: AtomicU64 = AtomicU64::new(0);

/// Starts `work` on a thread of its own, within the span of now, so that what it logs has the request's
/// id. The thread is one that waits for work, or a new one.
pub(crate) fn start(work: impl FnOnce() + Send + 'static) -> Result<()> {
    let span = tracing::Span::current();
    let mut work: Work = Box::new(move || span.in_scope(work));
    loop {
        let Some((_, thread)) = waiting().pop() else { return spawn(work) };
        match thread.send(work) {
            Ok(()) => return Ok(()),
            Err(gone) => work = gone.0,
        }
    }
}

fn spawn(work: Work) -> Result<()> {
    thread::Builder::new()
        .name("engine".to_owned())
        .stack_size(STACK)
        .spawn(move || serve(work))
        .map(drop)
        .map_err(|error| Error::unavailable("A thread for the work", error))
}

/// Does this work and what comes after it, until nothing comes for a while.
fn serve(first: Work) {
    first();
    let (send, works) = sync_channel(1);
    let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
    loop {
        waiting().push((number, send.clone()));
        match next(&works, number) {
            Some(work) => work(),
            None => return,
        }
    }
}

/// The next work; `None` once it has waited for long, and no one holds its place any more.
fn next(works: &Receiver<Work>, number: u64) -> Option<Work> {
    match works.recv_timeout(IDLE) {
        Ok(work) => return Some(work),
        Err(RecvTimeoutError::Disconnected) => return None,
        Err(RecvTimeoutError::Timeout) => (),
    }
    let mut waiting = waiting();
    let before = waiting.len();
    waiting.retain(|(other, _)| *other != number);
    let was_waiting = waiting.len() < before;
    drop(waiting);
    // Someone has just taken it for some work.
    if was_waiting { None } else { works.recv().ok() }
}

fn waiting() -> MutexGuard<'static, Vec<(u64, SyncSender<Work>)>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `work` on a thread of its own and waits for it. Goes on to its end if no one waits any more.
pub(crate) async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let (send, receive) = oneshot::channel();
    start(move || {
        // Nobody waits any more: then nobody needs the answer.
        let _ = send.send(work());
    })?;
    receive.await.map_err(|_| Error::internal("the thread panicked"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_after_work_is_done_by_a_thread_that_waits() {
        let thread = || thread::current().id();
        let mut threads = std::collections::HashSet::new();
        for _ in 0..20 {
            threads.insert(run(thread).await.expect("a thread"));
        }
        // Other tests take some meanwhile, and one that has answered is not yet back.
        assert!(threads.len() < 20, "{}", threads.len());
    }

    #[tokio::test]
    async fn work_that_panics_ends_its_thread_and_nothing_else() {
        let panicked = run(|| panic!("as a bug would")).await;
        assert!(panicked.is_err_and(|error| error.code == domain::Code::Internal));
        assert_eq!(run(|| 1).await.expect("another"), 1);
    }
}
