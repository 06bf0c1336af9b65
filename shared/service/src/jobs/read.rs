//! Jobs and runs, read.

use domain::{Job, JobName, Result, Run, RunId, RunState, Tag, Timestamp};
use futures::{StreamExt, TryStreamExt};

use super::{JobWithRun, Jobs, Place, keys, no_job, no_run};
use crate::{ItemRange, jobs::seen::Seen};

/// Which jobs a list shows, the newest first.
#[derive(Debug, Clone)]
pub struct JobPage {
    /// Only those that have it.
    pub tag: Option<Tag>,
    /// Only those after this place in the list.
    pub after: Option<Place>,
    /// So many at most.
    pub limit: u32,
}

/// Which runs of a job a list shows, the newest first.
#[derive(Debug, Clone, Default)]
pub struct RunPage {
    /// Only those in this state.
    pub state: Option<RunState>,
    /// Only those that began at this time or later.
    pub from: Option<Timestamp>,
    /// Only those that began at this time or before.
    pub to: Option<Timestamp>,
    /// Only those after this place in the list.
    pub after: Option<Place>,
    /// So many at most.
    pub limit: u32,
}

/// Jobs whose newest run is asked for at a time.
const AT_ONCE: usize = 16;

/// Runs that are read at a time; with their parameters and metrics they may be large.
const READ_AT_ONCE: usize = 25;

/// A page of runs that holds more ends there: a function answers 6 MB at most.
const PAGE_BYTES: usize = 3 << 20;

impl Jobs {
    /// The job of this name. Errors: `NotFound` (`JOB_NOT_FOUND`).
    pub async fn get(&self, name: &JobName, at: Timestamp) -> Result<JobWithRun> {
        let job = self.job(name, at).await?;
        self.with_run(job, at).await
    }

    /// A page of jobs, and where the next one begins, if there is one.
    pub async fn list(
        &self,
        page: JobPage,
        at: Timestamp,
    ) -> Result<(Vec<JobWithRun>, Option<Place>)> {
        let list = keys::job_list(page.tag.as_ref());
        let (sorts, next) = self.page(list, (None, None), page.after, page.limit, at).await?;
        let names = sorts.iter().map(|sort| JobName::parse(keys::after_moment(sort)));
        let names = names.collect::<Result<Vec<_>>>()?;
        let keys = names.iter().map(keys::job).collect();
        let seen = Seen::read(&*self.items, keys, at).await?;
        let jobs = names.iter().filter_map(|name| seen.job(name).transpose());
        let jobs = jobs.collect::<Result<Vec<Job>>>()?;
        let jobs = futures::stream::iter(jobs).map(|job| self.with_run(job, at));
        Ok((jobs.buffered(AT_ONCE).try_collect().await?, next))
    }

    /// A run of the job, or of one that had its name. Errors: `NotFound` (`RUN_NOT_FOUND`).
    pub async fn run(&self, job: &JobName, id: RunId, at: Timestamp) -> Result<Run> {
        let keys = vec![keys::run(id), keys::heard(id)];
        let seen = Seen::read(&*self.items, keys, at).await?;
        let found = seen.run(id)?.filter(|(run, _)| run.job == *job);
        found.map(|(run, _)| run).ok_or_else(|| no_run(job, id))
    }

    /// A page of the job's runs, and where the next one begins, if there is one.
    pub async fn list_runs(
        &self,
        name: &JobName,
        page: RunPage,
        at: Timestamp,
    ) -> Result<(Vec<Run>, Option<Place>)> {
        let job = self.job(name, at).await?;
        self.runs_of(&job, page, at).await
    }

    async fn job(&self, name: &JobName, at: Timestamp) -> Result<Job> {
        let seen = Seen::read(&*self.items, vec![keys::job(name)], at).await?;
        seen.job(name)?.ok_or_else(|| no_job(name))
    }

    async fn with_run(&self, job: Job, at: Timestamp) -> Result<JobWithRun> {
        let newest = RunPage { limit: 1, ..RunPage::default() };
        let (runs, _) = self.runs_of(&job, newest, at).await?;
        Ok(JobWithRun { job, latest: runs.into_iter().next() })
    }

    async fn runs_of(
        &self,
        job: &Job,
        page: RunPage,
        at: Timestamp,
    ) -> Result<(Vec<Run>, Option<Place>)> {
        // `#` stands between the moment and the id; `$` comes after it.
        let end = page.to.map(|to| format!("{}$", keys::moment(to)));
        let from = page.from.map(keys::moment);
        let list = keys::run_list(job.id, page.state);
        let (sorts, next) = self.page(list, (from, end), page.after, page.limit, at).await?;
        let last = sorts.last().cloned().unwrap_or_default();
        let (mut runs, mut bytes) = (Vec::new(), 0);
        for sorts in sorts.chunks(READ_AT_ONCE) {
            let ids = sorts.iter().map(|sort| RunId::parse(keys::after_moment(sort)));
            let ids = ids.collect::<Result<Vec<_>>>()?;
            let keys = ids.iter().flat_map(|id| [keys::run(*id), keys::heard(*id)]).collect();
            let seen = Seen::read(&*self.items, keys, at).await?;
            for (id, sort) in ids.into_iter().zip(sorts) {
                let Some((run, _)) = seen.run(id)? else { continue };
                // One that has moved on since the list was read is not in this state any more.
                if page.state.is_none_or(|state| state == run.state()) {
                    runs.push(run);
                }
                bytes += seen.at(&keys::run(id))?.map_or(0, |item| item.body.len());
                if bytes > PAGE_BYTES && *sort != last {
                    return Ok((runs, Some(Place(sort.clone()))));
                }
            }
        }
        Ok((runs, next))
    }

    /// Sort keys of a list, the greatest first, and the last of them where there are more.
    async fn page(
        &self,
        list: String,
        (from, until): (Option<String>, Option<String>),
        after: Option<Place>,
        limit: u32,
        at: Timestamp,
    ) -> Result<(Vec<String>, Option<Place>)> {
        let before = [after.map(|place| place.0), until].into_iter().flatten().min();
        let limit = limit as usize;
        let range =
            ItemRange { partition: list, after: from, before, descending: true, limit: limit + 1 };
        let mut found = self.items.range(&range, at).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let sorts: Vec<String> = found.into_iter().map(|item| item.key.sort).collect();
        let next = sorts.last().filter(|_| more).cloned().map(Place);
        Ok((sorts, next))
    }
}
