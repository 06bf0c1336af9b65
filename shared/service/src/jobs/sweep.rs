//! The sweep: runs of which nothing is heard any more.

use std::time::Instant;

use domain::{Code, Ending, Result, Run, RunId, Timestamp};

use super::act::{Attempt, Plan, StateChange};
use super::records::RunRecord;
use super::seen::Seen;
use super::{Jobs, keys};
use crate::{Expected, Item, ItemKey, ItemRange, ItemWrite};

/// Timers of a shard that are read at once.
const AT_ONCE: usize = 100;
const ATTEMPTS: usize = 10;

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Runs that it aborted.
    pub aborted: usize,
    /// Timers that it looked at.
    pub looked_at: usize,
    /// Whether it has seen all that were due.
    pub whole: bool,
}

impl Jobs {
    /// Aborts every run whose heartbeat is overdue, until `deadline`. Several sweeps at once do no harm.
    ///
    /// A timer is set when a run starts, and looked at once it is due: it goes with its run, or goes on to
    /// when that is due now. So a heartbeat need not touch it.
    pub async fn sweep(&self, at: Timestamp, deadline: Instant) -> Result<Swept> {
        let mut swept = Swept::default();
        for shard in 0..keys::JOB_FEEDS {
            let mut after = None;
            loop {
                let before = Some(keys::moment(at));
                let timers = ItemRange::of(keys::timers(shard), AT_ONCE);
                let range = ItemRange { after: after.take(), before, ..timers };
                let timers = self.items.range(&range, at).await?;
                for timer in &timers {
                    if Instant::now() >= deadline {
                        return Ok(swept);
                    }
                    swept.looked_at += 1;
                    match self.look_after(&timer.key, at).await {
                        Ok(aborted) => swept.aborted += usize::from(aborted),
                        Err(error) if error.code == Code::Unavailable => return Err(error),
                        // One that is odd keeps no one from the others.
                        Err(error) => tracing::error!(?timer, source = ?error.source, "{error}"),
                    }
                }
                if timers.len() < AT_ONCE {
                    break;
                }
                after = timers.last().map(|last| last.key.sort.clone());
            }
        }
        Ok(Swept { whole: true, ..swept })
    }

    /// Whether the run of a timer that is due had to be aborted.
    async fn look_after(&self, timer: &ItemKey, at: Timestamp) -> Result<bool> {
        let id = RunId::parse(keys::after_moment(&timer.sort))?;
        let change = StateChange::of_ours(at);
        let mut seen = self.look(&change, vec![keys::run(id), keys::heard(id)]).await?;
        for _ in 0..ATTEMPTS {
            let plan = |seen: &Seen| self.plan_timer(seen, &change, timer, id);
            if let Attempt::Done(aborted, _) = self.attempt(&change, &mut seen, plan).await? {
                return Ok(aborted);
            }
        }
        // It is heard of all the time; the next sweep finds its timer again.
        Ok(false)
    }

    fn plan_timer(
        &self,
        seen: &Seen,
        change: &StateChange,
        timer: &ItemKey,
        id: RunId,
    ) -> Result<Plan<bool>> {
        let gone = ItemWrite::Delete(timer.clone(), Expected::Anything);
        let due = seen.run(id)?.and_then(|(run, version)| Some((run.due_at()?, run, version)));
        let Some((due, run, version)) = due else {
            return Ok(Plan { writes: vec![gone], event: None, answer: false, before: false });
        };
        if run.is_overdue(change.at) {
            let Plan { mut writes, event, .. }: Plan<RunRecord> =
                self.plan_end(change, run.clone(), version, silent(&run))?;
            writes.extend([gone, seen.check_heard(id)?]);
            return Ok(Plan { writes, event, answer: true, before: false });
        }
        let item = Item::empty(keys::timer(id, due), 1);
        let writes = vec![ItemWrite::Put(item, Expected::Anything), gone];
        Ok(Plan { writes, event: None, answer: false, before: false })
    }
}

fn silent(run: &Run) -> Ending {
    let seconds = run.start.heartbeat_timeout.as_secs();
    let error = format!(
        "Nothing was heard of the run for {seconds} s after {}: its heartbeat is overdue.",
        run.heard_at
    );
    Ending::Aborted { error }
}
