//! Jobs and runs, read.

use domain::{Error, Job, JobName, Result, Run, RunId, RunState, Tag, Timestamp, limits};
use futures::{StreamExt, TryStreamExt};

use super::{JobWithRun, Jobs, keys, no_job, no_run};
use crate::{ItemRange, jobs::seen::Seen};

/// Which jobs a list shows, the newest first.
#[derive(Debug, Clone)]
pub struct JobPage {
    /// Only those that have it.
    pub tag: Option<Tag>,
    /// Only those after this place in the list.
    pub after: Option<String>,
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
    pub after: Option<String>,
    /// So many at most.
    pub limit: u32,
}

/// Jobs whose newest run is asked for at a time.
const AT_ONCE: usize = 16;

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
    ) -> Result<(Vec<JobWithRun>, Option<String>)> {
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
    ) -> Result<(Vec<Run>, Option<String>)> {
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
    ) -> Result<(Vec<Run>, Option<String>)> {
        // `#` stands between the moment and the id; `$` comes after it.
        let end = page.to.map(|to| format!("{}$", keys::moment(to)));
        let from = page.from.map(keys::moment);
        let list = keys::run_list(job.id, page.state);
        let (sorts, next) = self.page(list, (from, end), page.after, page.limit, at).await?;
        let ids = sorts.iter().map(|sort| RunId::parse(keys::after_moment(sort)));
        let ids = ids.collect::<Result<Vec<_>>>()?;
        let keys = ids.iter().flat_map(|id| [keys::run(*id), keys::heard(*id)]).collect();
        let seen = Seen::read(&*self.items, keys, at).await?;
        let runs = ids.iter().filter_map(|id| seen.run(*id).transpose());
        let runs = runs.map(|run| Ok(run?.0)).collect::<Result<Vec<Run>>>()?;
        // A run that has moved on since the list was read is not in this state any more.
        let runs = runs.into_iter().filter(|run| page.state.is_none_or(|s| s == run.state()));
        Ok((runs.collect(), next))
    }

    /// Sort keys of a list, the greatest first, and the last of them where there are more.
    async fn page(
        &self,
        list: String,
        (from, until): (Option<String>, Option<String>),
        after: Option<String>,
        limit: u32,
        at: Timestamp,
    ) -> Result<(Vec<String>, Option<String>)> {
        if let Some(place) = after.as_ref().filter(|place| !is_place(place)) {
            return Err(odd_place(place));
        }
        let before = [after, until].into_iter().flatten().min();
        let limit = limit as usize;
        let range =
            ItemRange { partition: list, after: from, before, descending: true, limit: limit + 1 };
        let mut found = self.items.range(&range, at).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let sorts: Vec<String> = found.into_iter().map(|item| item.key.sort).collect();
        let next = sorts.last().filter(|_| more).cloned();
        Ok((sorts, next))
    }
}

/// Whether a list may have an item there: a moment, and what the item is of.
fn is_place(place: &str) -> bool {
    let parts = place.split_once('#').filter(|(_, rest)| !rest.is_empty());
    parts.is_some_and(|(moment, rest)| {
        moment.len() == 20
            && moment.bytes().all(|byte| byte.is_ascii_digit())
            && rest.len() <= limits::JOB_NAME_CHARACTERS
    })
}

fn odd_place(place: &str) -> Error {
    let detail = "`cursor` is none of ours; take `next_cursor` as it came, or start without it.";
    Error::malformed("INVALID_CURSOR", detail)
        .field("cursor", "is no place in a list")
        .because(format!("a cursor holds {place:?}"))
}
