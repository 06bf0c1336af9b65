//! A new run.

use domain::{Code, Error, JobName, NewRun, ParentRun, Result, Run, RunId, RunState};

use super::act::{Plan, StateChange};
use super::create_job::version;
use super::records::RunRecord;
use super::seen::Seen;
use super::{Jobs, keys, no_job, records};
use crate::{Expected, Item, ItemWrite};

impl Jobs {
    /// Starts a run under this id; and whether it had been started before, by the same request.
    ///
    /// Errors: `NotFound` (`JOB_NOT_FOUND`), `Conflict` (`RUN_EXISTS`: of another job), `Invalid`
    /// (`RUN_DIFFERS`: started otherwise; `PARENT_NOT_FOUND`).
    pub async fn start(
        &self,
        change: StateChange,
        job: &JobName,
        id: RunId,
        start: NewRun,
    ) -> Result<(Run, bool)> {
        let mut keys = vec![keys::job(job), keys::alive(job, keys::shard(id)), keys::run(id)];
        let parent = parent_of_ours(&start).filter(|parent| *parent != id);
        keys.extend(parent.map(keys::run));
        let (record, before) =
            self.act(&change, keys, |seen| self.plan_start(seen, &change, job, id, &start)).await?;
        Ok((record.try_into()?, before))
    }

    fn plan_start(
        &self,
        seen: &Seen,
        change: &StateChange,
        name: &JobName,
        id: RunId,
        start: &NewRun,
    ) -> Result<Plan<RunRecord>> {
        let job = seen.job(name)?.ok_or_else(|| no_job(name))?;
        let alive = keys::alive(name, keys::shard(id));
        if seen.at(&alive)?.is_none_or(|item| item.version != version(&job)) {
            // It has gone since.
            return Err(no_job(name));
        }
        if let Some((there, _)) = seen.run(id)? {
            check_same(&there, &job.id, start)?;
            return Ok(Plan::was_so(RunRecord::try_from(&there)?));
        }
        check_parent(seen, id, start)?;
        let run = Run::begin(id, name.clone(), job.id, start.clone(), change.at);
        let answer = RunRecord::try_from(&run)?;
        let new = |item: Item| ItemWrite::Put(item, Expected::Absent);
        let record = Item { body: records::text(&answer)?, ..Item::empty(keys::run(id), 1) };
        let event = run_state(&run, None)?;
        let mut writes = vec![
            new(record),
            ItemWrite::Check(alive, Expected::Version(version(&job))),
            new(Item::empty(keys::in_run_list(&run, None), 1)),
            new(Item::empty(keys::in_run_list(&run, Some(RunState::Running)), 1)),
            self.feeds.numbered(&keys::run_feed(id), 1, &event, change.at)?,
        ];
        writes.extend(run.due_at().map(|due| new(Item::empty(keys::timer(id, due), 1))));
        Ok(Plan { writes, event: Some((keys::job_feed(id), event)), answer, before: false })
    }
}

/// What the feeds hear of a run's state.
pub(super) fn run_state(run: &Run, before: Option<RunState>) -> Result<String> {
    let at = run.ended.as_ref().map_or(run.started_at, |(at, _)| *at);
    records::event(
        "job_status",
        at,
        &serde_json::json!({
            "job_name": run.job.to_string(),
            "run_id": run.id.to_string(),
            "state": run.state().as_str(),
            "previous_state": before.map(RunState::as_str),
        }),
    )
}

/// A parent that must be there.
fn parent_of_ours(start: &NewRun) -> Option<RunId> {
    let parent = start.parent.as_ref()?;
    parent.foreign_job.is_none().then_some(parent.run)
}

fn check_parent(seen: &Seen, id: RunId, start: &NewRun) -> Result<()> {
    let Some(ParentRun { run, foreign_job: None }) = start.parent else { return Ok(()) };
    if run != id && seen.run(run)?.is_some() {
        return Ok(());
    }
    let detail = format!(
        "The parent run {run} is none of ours; name its `job` too if it is another system's."
    );
    Err(Error::invalid("PARENT_NOT_FOUND", detail).field("parent.run_id", "is not a run of ours"))
}

/// Whether the run that has this id was started by the same request.
fn check_same(there: &Run, job: &uuid::Uuid, start: &NewRun) -> Result<()> {
    if there.job_id != *job {
        let detail = format!(
            "The run {} is of another job, `{}` as it was then; send another `run_id`, or none.",
            there.id, there.job
        );
        return Err(Error::new(Code::Conflict, "RUN_EXISTS", detail).field("run_id", "is taken"));
    }
    if there.start == *start {
        return Ok(());
    }
    let detail = format!(
        "The run {} was started with another body; send another `run_id`, or none.",
        there.id
    );
    Err(Error::invalid("RUN_DIFFERS", detail)
        .field("run_id", "is of a run that was started otherwise"))
}
