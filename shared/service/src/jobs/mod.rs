//! Jobs and their runs, kept as items (docs/state.md): what each use case reads, checks and writes.

mod act;
mod change_run;
mod create_job;
mod datasets;
mod delete_job;
pub mod keys;
mod place;
mod read;
mod records;
mod seen;
mod start_run;
mod sweep;
mod tagged;

use std::sync::Arc;
use std::time::Duration;

use domain::{Code, Error, Job, JobName, Run, RunId};
use tokio::sync::Notify;

pub use act::{STATE_KEY_LIFETIME, StateChange};
pub use datasets::{Direction, RunDataset};
pub use place::Place;
pub use read::{JobPage, RunPage};
pub use sweep::Swept;
pub use tagged::Tagged;

use crate::{Feeds, Items};

/// The jobs of a store.
pub struct Jobs {
    items: Arc<dyn Items>,
    feeds: Feeds,
    changed: Arc<Notify>,
}

/// A job, and the newest of its runs.
#[derive(Debug, Clone, PartialEq)]
pub struct JobWithRun {
    /// The job.
    pub job: Job,
    /// Its newest run, if it has had one.
    pub latest: Option<Run>,
}

impl Jobs {
    /// Those in `items`, whose events are kept for so long. Shared by all of a process that changes them.
    pub fn new(items: Arc<dyn Items>, event_retention: Duration) -> Self {
        let feeds = Feeds::new(Arc::clone(&items), event_retention);
        Self { items, feeds, changed: Arc::default() }
    }

    /// Told when this process has changed something.
    pub fn changed(&self) -> Arc<Notify> {
        Arc::clone(&self.changed)
    }
}

fn no_job(name: &JobName) -> Error {
    let detail = format!("There is no job `{name}`; GET /jobs lists those there are.");
    Error::new(Code::NotFound, "JOB_NOT_FOUND", detail)
}

fn no_run(job: &JobName, run: RunId) -> Error {
    let detail =
        format!("The job `{job}` has no run {run}; GET /jobs/{job}/runs lists those it has.");
    Error::new(Code::NotFound, "RUN_NOT_FOUND", detail)
}
