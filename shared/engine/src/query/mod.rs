//! Reads: whole tables and callers' SQL.

mod casts;
mod guarded;
mod parameters;
mod plan;
mod run;
mod stream;
mod watchdog;

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use domain::{Error, Result};
use service::{Query, QueryEngine, Rows};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::error;
use crate::instance::{Instance, Slot};
use crate::settings::EngineSettings;
use crate::threads;

use run::{Output, Work};
use stream::Ending;
use watchdog::Watchdog;

/// Batches that wait for the client: with 16k rows or 8 MB each, some tens of MB at most.
const WAITING_BATCHES: usize = 2;

/// Runs callers' reads on the reading instance.
pub(crate) struct Queries {
    slot: Arc<Slot>,
    turns: Arc<Semaphore>,
    watchdog: Watchdog,
}

impl Queries {
    pub(crate) fn new(settings: &EngineSettings, slot: Arc<Slot>) -> Self {
        let turns = Arc::new(Semaphore::new(settings.engine.concurrency as usize));
        Self { slot, turns, watchdog: Watchdog::new() }
    }

    /// Waiting for a turn counts against the deadline.
    async fn turn(&self, deadline: Option<Instant>) -> Result<OwnedSemaphorePermit> {
        let turn = Arc::clone(&self.turns).acquire_owned();
        let turn = match deadline {
            Some(at) => {
                tokio::time::timeout_at(at.into(), turn).await.map_err(|_| error::timed_out())?
            }
            None => turn.await,
        };
        turn.map_err(Error::internal)
    }

    /// Starts the query on a thread and waits for its first batch.
    async fn start(
        &self,
        instance: &Instance,
        query: Query,
        turn: OwnedSemaphorePermit,
    ) -> Result<Result<Rows>, Broken> {
        let connection = instance.connect().map_err(|failure| Broken(error::opening(failure)))?;
        let watched = self.watchdog.watch(connection.interrupt(), query.deadline);
        let (head, first) = oneshot::channel();
        let (send, batches) = tokio::sync::mpsc::channel(WAITING_BATCHES);
        let ending = Arc::new(Ending::new(watched));
        let work = Work {
            connection,
            query,
            turn,
            output: Output {
                send,
                ending: Arc::clone(&ending),
                runtime: tokio::runtime::Handle::current(),
            },
        };
        // Should no one wait any more, this is dropped, and with it the work is called off.
        let calling_off = stream::CallOff(Arc::clone(&ending));
        if let Err(error) = threads::start("query", move || run::run(work, head)) {
            return Ok(Err(error));
        }
        match first.await {
            Ok(Ok(head)) => Ok(Ok(stream::rows(head, batches, calling_off))),
            Ok(Err(stopped)) if stopped.broken => Err(Broken(stopped.error)),
            Ok(Err(stopped)) => Ok(Err(stopped.error)),
            Err(_) => Ok(Err(Error::internal("the query's thread panicked"))),
        }
    }
}

/// The instance is broken, and this is what to say should the next one be too.
struct Broken(Error);

#[async_trait]
impl QueryEngine for Queries {
    async fn query(&self, query: Query) -> Result<Rows> {
        let mut tried = false;
        loop {
            let turn = self.turn(query.deadline).await?;
            let instance = self.slot.get().await?;
            match self.start(&instance, query.clone(), turn).await {
                Ok(answer) => return answer,
                Err(Broken(error)) => {
                    self.slot.discard(&instance).await;
                    if tried {
                        return Err(error);
                    }
                    tried = true;
                }
            }
        }
    }
}
