//! A new job.

use domain::{Code, Error, Job, JobDefinition, Result};
use uuid::Uuid;

use super::act::{Plan, StateChange};
use super::records::JobRecord;
use super::{Jobs, keys, records};
use crate::{Expected, Item, ItemWrite};

impl Jobs {
    /// Makes the job; and whether this was done before, under the same key.
    ///
    /// Errors: `Conflict` (`JOB_EXISTS`).
    pub async fn create(
        &self,
        change: StateChange,
        definition: JobDefinition,
        id: Uuid,
    ) -> Result<(Job, bool)> {
        let job = Job { id, definition, created_at: change.at };
        let key = keys::job(&job.definition.name);
        let (record, before) = self
            .act(&change, vec![key.clone()], |seen| match seen.at(&key)? {
                Some(_) => Err(exists(&job)),
                None => Ok(Plan {
                    writes: writes(&job)?,
                    event: None,
                    answer: JobRecord::from(&job),
                    before: false,
                }),
            })
            .await?;
        Ok((record.try_into()?, before))
    }
}

fn writes(job: &Job) -> Result<Vec<ItemWrite>> {
    let body = records::text(&JobRecord::from(job))?;
    let name = &job.definition.name;
    let record = Item { body, ..Item::empty(keys::job(name), version(job)) };
    let alive = (0..keys::JOB_FEEDS).map(|shard| keys::alive(name, shard));
    let others = keys::in_job_lists(job).into_iter().chain(alive);
    let others = others.map(|key| Item::empty(key, version(job)));
    let new = std::iter::once(record).chain(others);
    Ok(new.map(|item| ItemWrite::Put(item, Expected::Absent)).collect())
}

/// Of all items of a job: another than its next namesake's, so that who has seen this one does not take that
/// for it.
pub(super) fn version(job: &Job) -> u64 {
    u64::try_from(job.created_at.as_microsecond()).unwrap_or_default()
}

fn exists(job: &Job) -> Error {
    let name = &job.definition.name;
    let detail =
        format!("There is a job `{name}` already; delete it first, or choose another name.");
    Error::new(Code::Conflict, "JOB_EXISTS", detail).field("name", "is taken")
}
