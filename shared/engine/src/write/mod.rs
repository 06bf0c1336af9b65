//! Writes to the lake: a change and its ledger entry in one commit, or neither.

mod alter;
mod append;
mod attempt;
mod create;
mod culprit;
mod exports;
mod forget;
mod group;
mod inlining;
mod joining;
mod ledger;
mod merged;
mod nothing;
mod orphans;
mod reconnect;
mod rows;
mod upsert;

pub(crate) use inlining::has_struct;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use domain::{Code, Error, Result};
use service::{Catalog, Lake, Outcome, RecordedWrite, Write};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::answer;
use crate::error::{self, Verdict};
use crate::instance::Slot;
use crate::settings::EngineSettings;
use crate::threads;
use crate::watchdog::Watchdog;

use attempt::{Done, Failed};
use group::{Groups, Told};
pub(crate) use ledger::{bytes, kind};

/// Tries of one append. DuckLake itself has tried each commit for some seconds before.
const TRIES: u32 = 8;

/// Tries of one change of definitions, each of one commit.
const DEFINITION_TRIES: u32 = 40;

/// The one writer of this process.
pub(crate) struct LakeEngine {
    settings: Arc<EngineSettings>,
    slot: Arc<Slot>,
    /// Where this process reads: only to be told to connect anew.
    reading: Arc<Slot>,
    catalog: Arc<dyn Catalog>,
    /// On SQLite one writes at a time; on PostgreSQL so many as there are connections. Fair.
    turns: Arc<Semaphore>,
    all_turns: u32,
    /// Bodies that are read at once to see whether they may share a snapshot.
    readers: Arc<Semaphore>,
    writes: AtomicU64,
    watchdog: Arc<Watchdog>,
    groups: Groups,
}

/// Why a try failed, and whether its commit was on its way when the catalog was lost.
struct Stopped {
    verdict: Verdict,
    commit_lost: bool,
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self { verdict: Verdict::Final(error), commit_lost: false }
    }
}

impl LakeEngine {
    pub(crate) fn new(
        settings: Arc<EngineSettings>,
        slot: Arc<Slot>,
        reading: Arc<Slot>,
        catalog: Arc<dyn Catalog>,
    ) -> Self {
        let all_turns = if settings.is_sqlite() { 1 } else { settings.engine.postgres_connections };
        let turns = Arc::new(Semaphore::new(all_turns as usize));
        let readers = Arc::new(Semaphore::new(all_turns as usize));
        let watchdog = Arc::new(Watchdog::new());
        let groups = Groups {
            settings: Arc::clone(&settings),
            slot: Arc::clone(&slot),
            catalog: Arc::clone(&catalog),
            turns: Arc::clone(&turns),
            watchdog: Arc::clone(&watchdog),
            queue: Arc::default(),
        };
        let writes = AtomicU64::new(0);
        Self {
            settings,
            slot,
            reading,
            catalog,
            turns,
            all_turns,
            readers,
            writes,
            watchdog,
            groups,
        }
    }

    /// What the ledger has under the key of `write`, if it is for the same payload.
    async fn recorded(&self, write: &Write) -> Result<Option<RecordedWrite>> {
        write.key.replay_of(self.catalog.find_write(&write.key.key).await?)
    }

    /// After a commit: the ledger's own words, so that a replay says the very same.
    async fn committed(&self, write: &Write) -> Result<Outcome> {
        let mut last = None;
        for pause in [0, 50, 500] {
            // Not for nothing: the clock's least step is a millisecond.
            if pause > 0 {
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
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
    ) -> Result<Done, Stopped> {
        let instance = self.slot.current(&*self.catalog).await?;
        let (settings, write) = (Arc::clone(&self.settings), write.clone());
        let watchdog = Arc::clone(&self.watchdog);
        let table = write.change.table().clone();
        let on = Arc::clone(&instance);
        let turn = Arc::clone(turn);
        let done = threads::run(move || {
            let done = attempt::run(&on, &settings, &watchdog, &write);
            drop(turn);
            done
        });
        let failed = match done.await? {
            Ok(done) => return Ok(done),
            Err(failed) => failed,
        };
        let commit_lost = failed.is_commit_lost();
        let failure = match failed {
            Failed::Known(error) => return Err(error.into()),
            Failed::Engine(failure) | Failed::Commit(failure) => failure,
        };
        let verdict = error::writing(failure, &table);
        if matches!(verdict, Verdict::Reopen(_)) {
            self.slot.discard(&instance);
        }
        Err(Stopped { verdict, commit_lost })
    }

    /// Waiting for a turn counts against the deadline.
    ///
    /// A change of definitions takes all turns: what DuckLake 1.0 made of a schema it frees at the end of
    /// each statement, if another thread has loaded the same one meanwhile, and the new table still
    /// points to it when it is committed (duckdb/ducklake#1248: a crash).
    async fn turn(&self, write: &Write) -> Result<Arc<OwnedSemaphorePermit>> {
        let turns = if write.change.is_of_definitions() { self.all_turns } else { 1 };
        let turn = Arc::clone(&self.turns).acquire_many_owned(turns);
        let turn = match write.deadline {
            Some(at) => tokio::time::timeout_at(at.into(), turn)
                .await
                .map_err(|_| answer::write_timed_out())?,
            None => turn.await,
        };
        Ok(Arc::new(turn.map_err(Error::internal)?))
    }
}

#[async_trait]
impl Lake for LakeEngine {
    async fn write(&self, write: Write) -> Result<Outcome> {
        self.forget_log().await;
        if !joining::may(&write) {
            return self.write_alone(write, false).await;
        }
        let body = write.clone();
        // Few bytes can hold much: of so many at once only.
        let reading = Arc::clone(&self.readers).acquire_owned().await.map_err(Error::internal)?;
        let rows = threads::run(move || {
            let rows = joining::rows(&body);
            drop(reading);
            rows
        });
        let Some(rows) = rows.await? else { return self.write_alone(write, false).await };
        match self.groups.join(write.clone(), rows).await? {
            Told::Done(outcome) => Ok(outcome),
            Told::Alone { commit_lost } => self.write_alone(write, commit_lost).await,
        }
    }

    async fn reconnect(&self) -> Result<u64> {
        self.raise_generation().await
    }
}

impl LakeEngine {
    /// Of a commit that was cut off: what the ledger has, or that no one knows, since the catalog may still
    /// be at it.
    async fn unheard(&self, write: &Write, failed: Error) -> Result<Outcome> {
        match self.recorded(write).await {
            Ok(Some(recorded)) => Ok(Outcome { write: recorded, replayed: write.key.by_caller }),
            Ok(None) => Err(answer::outcome_unknown(failed)),
            Err(error) if error.code == Code::Unavailable => Err(answer::outcome_unknown(error)),
            Err(error) => Err(error),
        }
    }

    /// Writes it in a snapshot of its own. `maybe_committed`: a commit that it was in was cut off.
    async fn write_alone(&self, write: Write, maybe_committed: bool) -> Result<Outcome> {
        let turn = match self.turn(&write).await {
            Err(late) if maybe_committed => return self.unheard(&write, late).await,
            turn => turn?,
        };
        let most = if write.change.is_of_definitions() { DEFINITION_TRIES } else { TRIES };
        let mut tries = 0;
        loop {
            tries += 1;
            let Stopped { verdict, mut commit_lost } = match self.attempt(&write, &turn).await {
                Ok(Done::Committed) => return self.committed(&write).await,
                Ok(Done::Nothing(write)) => return Ok(Outcome { write, replayed: false }),
                Err(stopped) => stopped,
            };
            commit_lost |= maybe_committed;
            let (again, failed) = match verdict {
                // Another commit on this table came between, and the caller wants none.
                Verdict::Changed(failed) if write.if_match.is_some() => {
                    let refused = service::precondition_failed(write.change.table(), None);
                    (false, refused.because(failed))
                }
                Verdict::Again(failed) | Verdict::Changed(failed) | Verdict::Reopen(failed) => {
                    (true, failed)
                }
                Verdict::Final(failed) => (false, failed),
            };
            // A twin may have been faster, or this very commit may have come through unheard.
            // A fault of the body is neither.
            if !matches!(failed.code, Code::Invalid | Code::Malformed) {
                if commit_lost {
                    return self.unheard(&write, failed).await;
                }
                match self.recorded(&write).await {
                    Ok(Some(recorded)) => {
                        return Ok(Outcome { write: recorded, replayed: write.key.by_caller });
                    }
                    Err(error) if error.code != Code::Unavailable => return Err(error),
                    Ok(None) | Err(_) => (),
                }
            }
            let late = write.deadline.is_some_and(|at| Instant::now() >= at);
            if !again || tries == most || late {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::writes::ids;
    use crate::tests::{Memory, TestLake, write as of};

    #[tokio::test(flavor = "multi_thread")]
    async fn a_commit_of_which_nothing_was_heard_is_never_said_to_have_changed_nothing() {
        let lake = TestLake::new().await;
        lake.create("t", &[("id", "BIGINT"), ("b", "VARCHAR")]).await.expect("made");
        lake.append("there", "t", Memory::of(ids(0, 1))).await.expect("appended");
        let slots = (Arc::clone(&lake.engine.writing), Arc::clone(&lake.engine.reading));
        let settings = Arc::new(lake.settings.clone());
        let engine = LakeEngine::new(settings, slots.0, slots.1, Arc::clone(&lake.catalog));
        let _all = engine.turns.acquire_many(engine.all_turns).await.expect("turns");
        let late = async |key: &str, maybe_committed| {
            let append = service::Append::to(&lake.table("t").await, Memory::of(ids(0, 1)), 7);
            let mut write = of(key, service::Change::Append(append));
            write.deadline = Some(Instant::now() + Duration::from_millis(50));
            engine.write_alone(write, maybe_committed).await
        };
        let unheard = late("not there", true).await.expect_err("late");
        assert_eq!(unheard.error_code, "OUTCOME_UNKNOWN");
        let known = late("not there", false).await.expect_err("late");
        assert_eq!(known.error_code, "WRITE_TIMEOUT");
        assert!(late("there", true).await.expect("it is in the ledger").replayed);
    }
}
