//! Writes to the lake: a change and its ledger entry in one commit, or neither.

mod append;
mod attempt;
mod create;
mod ledger;
mod orphans;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::{Code, Error, Result};
use service::{Catalog, Change, Lake, Outcome, RecordedWrite, Write};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::answer;
use crate::error::{self, Verdict};
use crate::instance::Slot;
use crate::settings::EngineSettings;
use crate::threads;

use attempt::{Done, Failed};
pub(crate) use ledger::{bytes, kind};

/// Tries of one append. DuckLake itself has tried each commit for some seconds before.
const TRIES: u32 = 8;

/// Tries of one change of definitions, each of one commit.
const DEFINITION_TRIES: u32 = 40;

/// After so many writes the log of requests is forgotten (see `orphans`): some 500 kB.
const WRITES_LOGGED: u64 = 256;

/// The one writer of this process.
pub(crate) struct LakeEngine {
    settings: Arc<EngineSettings>,
    slot: Arc<Slot>,
    catalog: Arc<dyn Catalog>,
    /// On SQLite one writes at a time; on PostgreSQL so many as there are connections. Fair.
    turns: Arc<Semaphore>,
    all_turns: u32,
    writes: AtomicU64,
}

impl LakeEngine {
    pub(crate) fn new(
        settings: Arc<EngineSettings>,
        slot: Arc<Slot>,
        catalog: Arc<dyn Catalog>,
    ) -> Self {
        let turns = if settings.is_sqlite() { 1 } else { settings.engine.postgres_connections };
        Self {
            settings,
            slot,
            catalog,
            turns: Arc::new(Semaphore::new(turns as usize)),
            all_turns: turns,
            writes: AtomicU64::new(0),
        }
    }

    /// Every now and then, while no one writes.
    async fn forget_log(&self) -> Result<()> {
        if self.writes.fetch_add(1, Ordering::Relaxed) % WRITES_LOGGED < WRITES_LOGGED - 1 {
            return Ok(());
        }
        let _all = self.turns.acquire_many(self.all_turns).await.map_err(Error::internal)?;
        let instance = self.slot.get().await?;
        let forget = move || instance.connect().and_then(|on| orphans::forget_log(&on));
        threads::run("forget", forget).await?.map_err(Error::internal)
    }

    /// What the ledger has under the key of `write`, if it is for the same payload.
    async fn recorded(&self, write: &Write) -> Result<Option<RecordedWrite>> {
        write.key.replay_of(self.catalog.find_write(&write.key.key).await?)
    }

    /// After a commit: the ledger's own words, so that a replay says the very same.
    async fn committed(&self, write: &Write) -> Result<Outcome> {
        let mut last = None;
        for pause in [0, 50, 500] {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            match self.recorded(write).await {
                Ok(Some(write)) => return Ok(Outcome { write, replayed: false }),
                Ok(None) => last = Some(Error::internal("a committed write is not in the ledger")),
                Err(failed) => last = Some(answer::outcome_unknown(failed)),
            }
        }
        Err(last.unwrap_or_else(|| Error::internal("no try was made")))
    }

    /// One try, on a thread that goes on to its end also when no one waits any more; it has the turn
    /// until then.
    async fn attempt(
        &self,
        write: &Write,
        turn: &Arc<OwnedSemaphorePermit>,
    ) -> Result<Done, Verdict> {
        let instance = self.slot.get().await.map_err(Verdict::Final)?;
        let (settings, write) = (Arc::clone(&self.settings), write.clone());
        let table = write.change.table().clone();
        let on = Arc::clone(&instance);
        let turn = Arc::clone(turn);
        let done = threads::run("write", move || {
            let done = attempt::run(&on, &settings, &write);
            drop(turn);
            done
        });
        match done.await.map_err(Verdict::Final)? {
            Ok(done) => Ok(done),
            Err(Failed::Known(error)) => Err(Verdict::Final(error)),
            Err(Failed::Engine(failure)) => {
                let verdict = error::writing(failure, &table);
                if matches!(verdict, Verdict::Reopen(_)) {
                    self.slot.discard(&instance).await;
                }
                Err(verdict)
            }
        }
    }
}

#[async_trait]
impl Lake for LakeEngine {
    async fn write(&self, write: Write) -> Result<Outcome> {
        self.forget_log().await?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(Error::internal)?;
        let turn = Arc::new(turn);
        let most = match write.change {
            Change::Append(_) => TRIES,
            Change::CreateTable(_) | Change::DropTable(_) => DEFINITION_TRIES,
        };
        let mut tries = 0;
        loop {
            tries += 1;
            let verdict = match self.attempt(&write, &turn).await {
                Ok(Done::Committed) => return self.committed(&write).await,
                Ok(Done::Nothing(write)) => return Ok(Outcome { write, replayed: false }),
                Err(verdict) => verdict,
            };
            let (again, failed) = match verdict {
                Verdict::Again(failed) | Verdict::Reopen(failed) => (true, failed),
                Verdict::Final(failed) => (false, failed),
            };
            // A twin may have been faster, or this very commit may have come through unheard.
            // A fault of the body is neither.
            if !matches!(failed.code, Code::Invalid | Code::Malformed)
                && let Some(recorded) = self.recorded(&write).await?
            {
                return Ok(Outcome { write: recorded, replayed: write.key.by_caller });
            }
            if !again || tries == most {
                return Err(failed);
            }
            tracing::debug!(tries, error = ?failed.source, "a write is run again");
            tokio::time::sleep(pause(tries)).await;
        }
    }
}

/// Between two tries: longer each time up to 800 ms, and another for each writer, so that two do not
/// meet again.
fn pause(tries: u32) -> Duration {
    let most = 50 << tries.min(4);
    Duration::from_millis(fastrand::u64(most / 4..=most))
}
