//! What is heard of a run, and its end.

use domain::{Ended, Ending, JobName, Progress, Result, Run, RunId, RunState};
use serde_json::Value;

use super::act::{Plan, StateChange};
use super::records::RunRecord;
use super::seen::Seen;
use super::start_run::run_state;
use super::{Jobs, keys, no_run, records};
use crate::{Expected, Item, ItemWrite};

impl Jobs {
    /// The run went on; and whether that had been told before, under the same key. It is the run's heartbeat.
    ///
    /// Errors: `NotFound` (`RUN_NOT_FOUND`), and those of [`Run::advance`].
    pub async fn advance(
        &self,
        change: StateChange,
        job: &JobName,
        id: RunId,
        progress: Progress,
    ) -> Result<(Run, bool)> {
        let plan = |seen: &Seen| {
            let (run, version) = run_of(seen, job, id)?;
            let run = run.advance(progress.clone(), change.at)?;
            let answer = RunRecord::try_from(&run)?;
            let event = run_progress(&run)?;
            let writes = vec![
                put(&run, version, &answer)?,
                self.feeds.numbered(&keys::run_feed(id), version + 1, &event, change.at)?,
            ];
            Ok(Plan { writes, event: None, answer, before: false })
        };
        let (record, before) =
            self.act(&change, vec![keys::run(id), keys::heard(id)], plan).await?;
        Ok((record.try_into()?, before))
    }

    /// The run has ended; and whether it had ended so before.
    ///
    /// Errors: `NotFound` (`RUN_NOT_FOUND`), and those of [`Run::end`].
    pub async fn end(
        &self,
        change: StateChange,
        job: &JobName,
        id: RunId,
        ending: Ending,
    ) -> Result<(Run, bool)> {
        let plan = |seen: &Seen| {
            let (run, version) = run_of(seen, job, id)?;
            self.plan_end(&change, run, version, ending.clone())
        };
        let (record, before) =
            self.act(&change, vec![keys::run(id), keys::heard(id)], plan).await?;
        Ok((record.try_into()?, before))
    }

    /// What ends a run of this version so.
    pub(super) fn plan_end(
        &self,
        change: &StateChange,
        run: Run,
        version: u64,
        ending: Ending,
    ) -> Result<Plan<RunRecord>> {
        let Ended::Now(run) = run.end(ending, change.at)? else {
            let answer = RunRecord::try_from(&run)?;
            return Ok(Plan::was_so(answer));
        };
        let (answer, event) =
            (RunRecord::try_from(&*run)?, run_state(&run, Some(RunState::Running))?);
        let listed = |state| keys::in_run_list(&run, Some(state));
        let there = Item::empty(listed(run.state()), 1);
        let writes = vec![
            put(&run, version, &answer)?,
            ItemWrite::Delete(listed(RunState::Running), Expected::Anything),
            ItemWrite::Put(there, Expected::Anything),
            self.feeds.numbered(&keys::run_feed(run.id), version + 1, &event, change.at)?,
        ];
        let event = Some((keys::job_feed(run.id), event));
        Ok(Plan { writes, event, answer, before: false })
    }
}

/// The run of this job, and its version.
fn run_of(seen: &Seen, job: &JobName, id: RunId) -> Result<(Run, u64)> {
    let found = seen.run(id)?.filter(|(run, _)| run.job == *job);
    found.ok_or_else(|| no_run(job, id))
}

/// The run in place of the one that has this version.
fn put(run: &Run, version: u64, record: &RunRecord) -> Result<ItemWrite> {
    let (key, body) = (keys::run(run.id), records::text(record)?);
    let item = Item { key, version: version + 1, body, expires_at: None };
    Ok(ItemWrite::Put(item, Expected::Version(version)))
}

/// What the run's own feed hears of its progress.
fn run_progress(run: &Run) -> Result<String> {
    let metrics: Option<Value> = run.progress.metrics.as_deref().map(records::read).transpose()?;
    records::event(
        "run_progress",
        run.heard_at,
        &serde_json::json!({
            "job_name": run.job.to_string(),
            "run_id": run.id.to_string(),
            "percentage": run.progress.percentage,
            "message": run.progress.message,
            "metrics": metrics,
        }),
    )
}
