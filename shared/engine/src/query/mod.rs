//! Reads: whole tables and callers' SQL.

mod casts;
mod convert;
mod define;
mod guarded;
mod listing;
mod once;
mod parameters;
mod parses;
mod plan;
mod reading;
pub(crate) mod renewal;
mod run;
mod session;
mod statement;
mod stream;
mod turns;
mod unreadable;
mod variants;
mod views;

use std::sync::Arc;

use async_trait::async_trait;
use domain::{Error, Grants, Result, TableName};
use service::{Catalog, Query, QueryEngine, Rows};
use tokio::sync::oneshot;

use crate::instance::{Instance, Slot};
use crate::settings::EngineSettings;
use crate::watchdog::Watchdog;
use crate::{error, threads};

use parses::Parses;
use reading::{Asking, Newest};
use renewal::Renewal;
pub(crate) use session::Sessions;

use run::{Cure, Output, Stopped, Work};
use stream::Ending;
use turns::{Turn, Turns};
use unreadable::Unreadable;

/// Batches that wait for the client: with 10k rows or 8 MB each, some tens of MB at most.
const WAITING_BATCHES: usize = 1;

/// Tries of one query, where another try may help: in a new transaction, and on a new instance.
const TRIES: u32 = 3;

/// Runs callers' reads on the reading instance.
pub(crate) struct Queries {
    slot: Arc<Slot>,
    turns: Turns,
    watchdog: Watchdog,
    catalog: Arc<dyn Catalog>,
    /// Whether that is asked for the newest snapshot before each read: on PostgreSQL, where it costs next to
    /// nothing.
    asks: bool,
    parses: Arc<Parses>,
    unreadable: Arc<Unreadable>,
}

impl Queries {
    pub(crate) fn new(
        settings: &EngineSettings,
        slot: Arc<Slot>,
        watchdog: Watchdog,
        catalog: Arc<dyn Catalog>,
    ) -> Self {
        let turns =
            Turns::new(settings.engine.concurrency as usize, settings.engine.queue as usize);
        let asks = !settings.is_sqlite();
        Self {
            slot,
            turns,
            watchdog,
            catalog,
            asks,
            parses: Arc::default(),
            unreadable: Arc::default(),
        }
    }

    /// Who knows the newest snapshot, where another than the transaction does, and the question to them, where
    /// the query is likely to need it.
    fn ask(&self, instance: &Instance, query: &Query) -> (Option<Newest>, Option<Asking<'_>>) {
        if !self.asks {
            return (None, None);
        }
        let asking = reading::may_read_tables(&query.select).then(|| Asking::new(&*self.catalog));
        let (asking, coming) = asking.unzip();
        let newest = Newest::new(Arc::clone(&self.catalog), instance.generation, coming);
        (Some(newest), asking)
    }

    /// The error of a query that nothing helps any more.
    async fn told(&self, stopped: Stopped) -> Error {
        let Stopped { error, cure: Some(Cure::ReopenFor(reads)) } = stopped else {
            return stopped.error;
        };
        match self.unreadable.explained(&*self.catalog, *reads).await {
            Some(told) => told.because(error),
            None => error,
        }
    }

    /// Starts the query on a thread and waits for its first batch. Another try takes over nothing that may
    /// have been at fault.
    async fn start(
        &self,
        instance: &Arc<Instance>,
        query: Query,
        turn: Turn,
        is_first: bool,
    ) -> Result<Rows, Stopped> {
        let sessions = &instance.sessions;
        let session = if is_first { sessions.take() } else { sessions.new_one() };
        let session = session.map_err(|failure| Stopped {
            error: error::opening(failure),
            cure: Some(Cure::Reopen),
        })?;
        let interrupt = session.connection.interrupt();
        let watch = self.watchdog.watch(interrupt, query.deadlines.at_first());
        let (newest, mut asking) = self.ask(instance, &query);
        let (head, first) = oneshot::channel();
        let (send, batches) = tokio::sync::mpsc::channel(WAITING_BATCHES);
        let ending = Arc::new(Ending::new(Arc::clone(&watch)));
        let work = Work {
            session,
            sessions: Arc::clone(&instance.sessions),
            newest,
            parses: Arc::clone(&self.parses),
            unreadable: Arc::clone(&self.unreadable),
            query,
            watch,
            output: Output {
                send,
                turn,
                ending: Arc::clone(&ending),
                runtime: tokio::runtime::Handle::current(),
            },
        };
        // Should no one wait any more, this is dropped, and with it the work is called off.
        let calling_off = stream::CallOff(Arc::clone(&ending));
        let hopeless = |error| Stopped { error, cure: None };
        // Under way before the thread wakes, and answered while the guard reads the text.
        if let Some(asking) = &mut asking {
            asking.begin().await;
        }
        threads::start(move || run::run(work, head)).map_err(hopeless)?;
        if let Some(asking) = asking {
            asking.tell().await;
        }
        match first.await {
            Ok(head) => {
                let renewal = self.slot.has_credentials();
                let renewal = renewal.then(|| Renewal::new(&self.slot, instance));
                Ok(stream::rows(head?, batches, calling_off, renewal))
            }
            Err(_) => Err(hopeless(Error::internal("the query's thread panicked"))),
        }
    }
}

#[async_trait]
impl QueryEngine for Queries {
    async fn query(&self, query: Query) -> Result<Rows> {
        let mut tries = 0;
        loop {
            tries += 1;
            // Waiting for it counts against the deadline.
            let turn = self.turns.take(query.deadlines.at_first()).await?;
            let instance = self.slot.get().await?;
            let stopped = match self.start(&instance, query.clone(), turn, tries == 1).await {
                Ok(rows) => return Ok(rows),
                Err(stopped) => stopped,
            };
            if let Some(Cure::Reopen | Cure::ReopenFor(_)) = stopped.cure {
                self.slot.discard(&instance);
            }
            let most = match stopped.cure {
                None => 0,
                // Each such try breaks the instance for all.
                Some(Cure::ReopenFor(_)) => 2,
                Some(Cure::Reopen | Cure::Again) => TRIES,
            };
            if tries >= most {
                return Err(self.told(stopped).await);
            }
        }
    }

    async fn view_text(&self, sql: String, grants: Grants) -> Result<String> {
        let instance = self.slot.current(&*self.catalog).await?;
        threads::run(move || define::view_text(&instance, &sql, &grants)).await?
    }

    async fn dependents(&self, name: &TableName) -> Result<Vec<TableName>> {
        let instance = self.slot.current(&*self.catalog).await?;
        let name = name.clone();
        threads::run(move || define::dependents(&instance, &name)).await?
    }
}
