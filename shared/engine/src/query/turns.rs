//! Whose turn it is: so many queries run at once. One whose reader is slow lets another run meanwhile.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::{Error, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{timeout, timeout_at};

use crate::answer;

/// A reader that takes longer for a batch is a slow one.
const SLOW: Duration = Duration::from_millis(250);

/// Queries that may wait for slow readers, for each that may run: each keeps some megabytes.
const WAITING: usize = 4;

/// The turns of a process.
#[derive(Clone)]
pub(super) struct Turns {
    running: Arc<Semaphore>,
    /// Places for queries that have had no turn yet.
    queue: Arc<Semaphore>,
    may_queue: usize,
    waiting: Arc<Semaphore>,
}

/// A query's turn; it ends with this.
pub(super) struct Turn {
    held: Mutex<Option<OwnedSemaphorePermit>>,
    turns: Turns,
}

impl Turns {
    /// `at_once` queries run at once, and `may_queue` more may wait for their first turn.
    pub(super) fn new(at_once: usize, may_queue: usize) -> Self {
        let waiting = Arc::new(Semaphore::new(at_once * WAITING));
        let queue = Arc::new(Semaphore::new(may_queue));
        Self { running: Arc::new(Semaphore::new(at_once)), queue, may_queue, waiting }
    }

    /// Waits for a turn; 429 if none comes before the deadline, and at once if too many wait already.
    pub(super) async fn take(&self, deadline: Option<Instant>) -> Result<Turn> {
        let held = match Arc::clone(&self.running).try_acquire_owned() {
            Ok(free) => free,
            Err(_) => {
                let place = self.queue.try_acquire();
                let _place = place.map_err(|_| answer::queue_full(self.may_queue))?;
                self.next(deadline).await?
            }
        };
        Ok(Turn { held: Mutex::new(Some(held)), turns: self.clone() })
    }

    async fn next(&self, deadline: Option<Instant>) -> Result<OwnedSemaphorePermit> {
        let next = Arc::clone(&self.running).acquire_owned();
        let next = match deadline {
            Some(at) => timeout_at(at.into(), next).await.map_err(|_| answer::busy())?,
            None => next.await,
        };
        next.map_err(Error::internal)
    }
}

impl Turn {
    /// Waits until a reader has taken something: if it is slow, without the turn, and then for the next
    /// one. Where too many wait for slow readers already, the turn is kept; for a reader that is gone
    /// none is waited for.
    pub(super) async fn wait_for<E: From<Error>>(
        &self,
        reader: impl Future<Output = Result<(), E>>,
        deadline: Option<Instant>,
    ) -> Result<(), E> {
        let mut reader = pin!(reader);
        if let Ok(taken) = timeout(SLOW, &mut reader).await {
            return taken;
        }
        let Ok(_waiting) = Arc::clone(&self.turns.waiting).try_acquire_owned() else {
            return reader.await;
        };
        self.hold(None);
        reader.await?;
        self.hold(Some(self.turns.next(deadline).await?));
        Ok(())
    }

    /// Gives it back.
    pub(super) fn end(&self) {
        self.hold(None);
    }

    fn hold(&self, turn: Option<OwnedSemaphorePermit>) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = turn;
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    fn soon() -> Option<Instant> {
        Some(Instant::now() + SOON)
    }

    /// A turn whose reader takes its batch when told to.
    fn slow_reader(turn: Turn) -> (oneshot::Sender<()>, oneshot::Receiver<Turn>) {
        let (take, taken) = oneshot::channel::<()>();
        let (done, is_done) = oneshot::channel();
        let waiting = async move {
            let taken = async { taken.await.map_err(Error::internal) };
            if turn.wait_for(taken, soon()).await.is_ok() {
                let _ = done.send(turn);
            }
        };
        #[expect(clippy::disallowed_methods, reason = "a reader of the test")]
        tokio::spawn(waiting);
        (take, is_done)
    }

    #[tokio::test]
    async fn a_slow_reader_lets_another_query_run_and_goes_on_after_it() {
        let turns = Turns::new(1, 9);
        let (take, mut slow) = slow_reader(turns.take(None).await.expect("free"));
        let other = turns.take(soon()).await.expect("the slow one's");
        take.send(()).expect("it waits");
        assert!(timeout(SLOW, &mut slow).await.is_err(), "there is one turn");
        drop(other);
        let again = timeout(SOON, slow).await.expect("its turn").expect("it ended well");
        assert!(turns.take(Some(Instant::now())).await.is_err(), "it holds the turn again");
        drop(again);
        turns.take(Some(Instant::now() + SOON)).await.expect("free");
    }

    #[tokio::test]
    async fn for_a_slow_reader_that_goes_no_turn_is_waited_for() {
        let turns = Turns::new(1, 9);
        let (take, gone) = slow_reader(turns.take(None).await.expect("free"));
        let _other = turns.take(soon()).await.expect("the slow one's");
        drop(take);
        // It ends at once, though the only turn is taken.
        let ended = timeout(SOON / 2, gone).await.expect("it waits for no turn");
        assert!(ended.is_err(), "it took nothing");
    }

    #[tokio::test]
    async fn as_many_wait_for_slow_readers_as_may_and_the_next_is_told_that_all_are_busy() {
        let turns = Turns::new(1, 9);
        let mut slow = Vec::new();
        for _ in 0..=WAITING {
            slow.push(slow_reader(turns.take(soon()).await.expect("the one before waits")));
        }
        let at = Instant::now() + SLOW * 2;
        let refused = turns.take(Some(at)).await.err().expect("all of them keep something");
        assert_eq!(refused.error_code, "TOO_MANY_QUERIES");
        assert!(refused.retry_after.is_some());
    }

    #[tokio::test]
    async fn one_more_than_may_wait_is_refused_at_once_and_none_that_had_a_turn() {
        for may_wait in [0, 1] {
            let turns = Turns::new(1, may_wait);
            let (take, slow) = slow_reader(turns.take(soon()).await.expect("free"));
            tokio::time::sleep(SLOW * 2).await;
            let first = turns.take(soon()).await.expect("the slow one's");
            let waiting: Vec<_> = (0..may_wait).map(|_| Box::pin(turns.take(soon()))).collect();
            let (waiting, refused) = tokio::join!(futures::future::join_all(waiting), async {
                // One that had its turn and wants another takes no place in the queue.
                take.send(()).expect("it waits");
                tokio::task::yield_now().await;
                let refused = turns.take(soon()).await.err().expect("a refusal");
                drop(first);
                refused
            });
            assert_eq!(
                (refused.error_code, refused.code),
                ("TOO_MANY_QUERIES", domain::Code::RateLimited)
            );
            assert!(
                refused.retry_after.is_some() && refused.to_string().contains("EIDER_ENGINE_QUEUE")
            );
            assert!(waiting.iter().all(Result::is_ok), "its place was free");
            drop(waiting);
            drop(timeout(SOON, slow).await.expect("its turn").expect("it ended well"));
            turns.take(soon()).await.expect("free");
        }
    }
}
