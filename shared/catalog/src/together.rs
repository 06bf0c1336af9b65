//! Many who ask the same at once are answered together.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::{Error, Result};
use tokio::sync::Mutex;

/// One question of many. An answer is given to those who asked before it went out, and to no one who asked
/// later: for them it may be old.
pub(crate) struct Together<T> {
    asked: AtomicU64,
    last: Mutex<Last<T>>,
}

/// The last answer, and how many had asked before its question went out.
struct Last<T> {
    before: u64,
    answer: Option<Result<T, Arc<Error>>>,
}

impl<T> Default for Together<T> {
    fn default() -> Self {
        let last = Last { before: 0, answer: None };
        Self { asked: AtomicU64::new(0), last: Mutex::new(last) }
    }
}

impl<T: Copy> Together<T> {
    /// Asks, or is told what another asked for meanwhile.
    pub(crate) async fn ask<F: Future<Output = Result<T>>>(
        &self,
        question: impl FnOnce() -> F,
    ) -> Result<T> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst);
        let mut last = self.last.lock().await;
        if number >= last.before || last.answer.is_none() {
            last.answer = None;
            last.before = self.asked.load(Ordering::SeqCst);
            last.answer = Some(question().await.map_err(Arc::new));
        }
        match &last.answer {
            Some(Ok(answer)) => Ok(*answer),
            Some(Err(error)) => Err(error.shared()),
            None => Err(Error::internal("a question without an answer")),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn those_who_ask_while_one_question_is_out_share_the_next() {
        let (together, go, questions) = (Together::default(), Notify::new(), AtomicU64::new(0));
        let question = async || {
            let number = questions.fetch_add(1, Ordering::SeqCst);
            if number == 0 {
                go.notified().await;
            }
            Ok(number)
        };
        let first = together.ask(question);
        let others = async {
            let others = join_all((0..10).map(|_| together.ask(question)));
            let (others, ()) = futures::future::join(others, async { go.notify_one() }).await;
            others
        };
        let (first, others) = futures::future::join(first, others).await;
        assert_eq!(first.expect("an answer"), 0);
        assert!(others.into_iter().all(|other| other.expect("an answer") == 1));
        assert_eq!(together.ask(question).await.expect("an answer"), 2, "a later one asks anew");
    }

    #[tokio::test]
    async fn a_failure_is_told_to_all_and_the_next_asks_again() {
        let together = Together::<u64>::default();
        let failing = || async { Err(Error::unavailable("the catalog", "down")) };
        assert!(together.ask(failing).await.is_err());
        assert_eq!(together.ask(|| async { Ok(7) }).await.expect("an answer"), 7);
    }

    #[tokio::test]
    async fn who_leaves_while_the_question_is_out_leaves_it_to_the_next() {
        let together = Together::default();
        let never = together.ask(std::future::pending);
        let given_up = tokio::time::timeout(std::time::Duration::from_millis(5), never).await;
        assert!(given_up.is_err());
        assert_eq!(together.ask(|| async { Ok(1) }).await.expect("an answer"), 1);
    }
}
