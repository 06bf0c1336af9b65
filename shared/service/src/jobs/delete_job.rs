//! The end of a job.

use domain::{Code, Error, Job, JobName, Result, RunState};

use super::act::{Attempt, Plan, StateChange, contended};
use super::create_job::version;
use super::seen::Seen;
use super::{Jobs, keys, no_job};
use crate::{Expected, ItemRange, ItemWrite};

/// Each found that a run of some job had changed meanwhile, by another process.
const ATTEMPTS: usize = 50;

impl Jobs {
    /// The job is gone, its runs can be read by their ids; and whether this was done before, under the same
    /// key.
    ///
    /// No run may be running, nor be started meanwhile. So all feeds are held: a run that starts writes to
    /// one of them. Errors: `NotFound` (`JOB_NOT_FOUND`), `Conflict` (`JOB_RUNNING`).
    pub async fn delete(&self, change: StateChange, name: &JobName) -> Result<bool> {
        if self.look(&change, vec![keys::job(name)]).await?.job(name)?.is_none() {
            // Nothing is held for that: it was done before, or there is no such job.
            let none = |_: &Seen| Err::<Plan<()>, _>(no_job(name));
            return self.act(&change, Vec::new(), none).await.map(|((), before)| before);
        }
        let feeds = keys::job_feeds();
        let feeds: Vec<&str> = feeds.iter().map(String::as_str).collect();
        for _ in 0..ATTEMPTS {
            let held = self.feeds.hold(&feeds, change.at).await?;
            let mut seen = self.look(&change, vec![keys::job(name)]).await?;
            let running = match seen.job(name)? {
                Some(job) => self.running(&job, &change).await?,
                None => None,
            };
            let plan = |seen: &Seen| {
                let job = seen.job(name)?.ok_or_else(|| no_job(name))?;
                if let Some(run) = &running {
                    return Err(is_running(name, run));
                }
                let writes = [deletes(&job), held.checks.clone()].concat();
                Ok(Plan { writes, event: None, answer: (), before: false })
            };
            if let Attempt::Done((), before) = self.attempt(&change, &mut seen, plan).await? {
                return Ok(before);
            }
        }
        Err(contended())
    }

    /// The id of one of its runs that is running.
    async fn running(&self, job: &Job, change: &StateChange) -> Result<Option<String>> {
        let list = keys::run_list(job.id, Some(RunState::Running));
        let found = self.items.range(&ItemRange::of(list, 1), change.at).await?;
        Ok(found.first().map(|item| keys::after_moment(&item.key.sort).to_owned()))
    }
}

fn deletes(job: &Job) -> Vec<ItemWrite> {
    let name = &job.definition.name;
    let alive = (0..keys::JOB_FEEDS).map(|shard| keys::alive(name, shard));
    let keys = std::iter::once(keys::job(name)).chain(keys::in_job_lists(job)).chain(alive);
    keys.map(|key| ItemWrite::Delete(key, Expected::Version(version(job)))).collect()
}

fn is_running(name: &JobName, run: &str) -> Error {
    let detail = format!(
        "The job `{name}` has runs that are running, {run} among them; wait until they end, or abort them."
    );
    Error::new(Code::Conflict, "JOB_RUNNING", detail)
}
