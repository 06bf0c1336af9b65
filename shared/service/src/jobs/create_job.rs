//! A new job.

use domain::{Code, Error, Job, JobDefinition, Result};
use uuid::Uuid;

use super::act::{Plan, StateChange};
use super::records::JobRecord;
use super::{Jobs, keys, records};
use crate::{Expected, Item, ItemKey, ItemWrite};

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
    let put = |key: ItemKey, body: &str| {
        let item = Item { key, version: version(job), body: body.to_owned(), expires_at: None };
        ItemWrite::Put(item, Expected::Absent)
    };
    let mut writes = vec![put(keys::job(&job.definition.name), &body)];
    writes.extend(keys::in_job_lists(job).into_iter().map(|key| put(key, "{}")));
    let alive = (0..keys::JOB_FEEDS).map(|shard| keys::alive(&job.definition.name, shard));
    writes.extend(alive.map(|key| put(key, "{}")));
    Ok(writes)
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
