//! Where the items of jobs and runs are (docs/state.md).

use domain::{DatasetName, Job, JobName, Run, RunId, RunState, Tag, Timestamp};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::write::hex;
use crate::{ItemKey, ItemRange};

/// Feeds that the runs of all jobs share: a run has one of them by its id, so that runs that change at the
/// same moment seldom wait for each other. A constant: readers know of so many.
pub const JOB_FEEDS: usize = 8;

/// The feed of all that happens to jobs, the part that this run is in.
pub fn job_feed(run: RunId) -> String {
    feed_of(shard(run))
}

/// All of them, in order.
pub fn job_feeds() -> Vec<String> {
    (0..JOB_FEEDS).map(feed_of).collect()
}

fn feed_of(shard: usize) -> String {
    format!("jobs-{shard}")
}

/// The feed of one run: numbered by the run's version.
pub fn run_feed(run: RunId) -> String {
    format!("run-{run}")
}

/// Any UUID is taken as an id, so all its bytes decide.
pub(super) fn shard(run: RunId) -> usize {
    let folded = run.0.as_bytes().iter().fold(0, |folded, byte| folded ^ byte);
    usize::from(folded) % JOB_FEEDS
}

pub(super) fn job(name: &JobName) -> ItemKey {
    ItemKey::new(format!("JOB#{name}"), "JOB")
}

/// There as long as the job is. Who starts a run checks one of these, not the job, which all starts would
/// meet at.
pub(super) fn alive(name: &JobName, shard: usize) -> ItemKey {
    ItemKey::new(format!("JOB#{name}"), format!("ALIVE#{shard}"))
}

pub(crate) fn run(id: RunId) -> ItemKey {
    ItemKey::new(format!("RUN#{id}"), "RUN")
}

/// When something was last heard of a run by the way: by a request that belongs to it.
pub(super) fn heard(id: RunId) -> ItemKey {
    ItemKey::new(format!("RUN#{id}"), "HEARD")
}

/// What a run has read. A name may be longer than a sort key.
pub(super) fn input(id: RunId, name: &DatasetName) -> ItemKey {
    let digest = hex(&Sha256::digest(name.as_str()));
    ItemKey::new(format!("RUN#{id}"), format!("INPUT#{digest}"))
}

/// All of that.
pub(super) fn inputs(id: RunId, limit: usize) -> ItemRange {
    let (after, before) = (Some("INPUT#".to_owned()), Some("INPUT$".to_owned()));
    ItemRange { after, before, ..ItemRange::of(format!("RUN#{id}"), limit) }
}

/// Which list of jobs: all of them, or those of a tag.
pub(super) fn job_list(tag: Option<&Tag>) -> String {
    tag.map_or_else(|| "JOBS".to_owned(), |tag| format!("JOBS#TAG#{}", tag.as_str()))
}

/// The job's place in each list of jobs.
pub(super) fn in_job_lists(job: &Job) -> Vec<ItemKey> {
    let sort = format!("{}#{}", moment(job.created_at), job.definition.name);
    let tags = job.definition.tags.iter().map(Some);
    let lists = std::iter::once(None).chain(tags).map(job_list);
    lists.map(|list| ItemKey::new(list, sort.clone())).collect()
}

/// Which list of a job's runs: all of them, or those in a state.
pub(super) fn run_list(job: Uuid, state: Option<RunState>) -> String {
    format!("JOB#{job}#{}", state.map_or("RUNS", RunState::as_str))
}

/// The run's place in the list.
pub(super) fn in_run_list(run: &Run, state: Option<RunState>) -> ItemKey {
    let sort = format!("{}#{}", moment(run.started_at), run.id);
    ItemKey::new(run_list(run.job_id, state), sort)
}

/// When a run that was started, or heard of, is to be looked after.
pub(super) fn timer(run: RunId, due: Timestamp) -> ItemKey {
    ItemKey::new(timers(shard(run)), format!("{}#{run}", moment(due)))
}

pub(super) fn timers(shard: usize) -> String {
    format!("TIMERS#{shard}")
}

/// A time as part of a sort key: its microseconds, in order as text.
pub(super) fn moment(at: Timestamp) -> String {
    format!("{:020}", at.as_microsecond().max(0))
}

/// What comes after the moment in a sort key.
pub(super) fn after_moment(sort: &str) -> &str {
    sort.split_once('#').map_or("", |(_, rest)| rest)
}
