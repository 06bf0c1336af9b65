//! Items as a change found them.

use std::collections::HashMap;

use domain::{Error, Job, JobName, Result, Run, RunId, Timestamp};

use super::{keys, records};
use crate::{Expected, Item, ItemKey, ItemWrite, Items};

/// What was found at some keys: read at first, then what a transaction that was refused found in its way.
pub(super) struct Seen(HashMap<ItemKey, Option<Item>>);

impl Seen {
    /// Reads them, all at once.
    pub(super) async fn read(items: &dyn Items, keys: Vec<ItemKey>, at: Timestamp) -> Result<Self> {
        let found = items.get(&keys, at).await?;
        Ok(Self(keys.into_iter().zip(found).collect()))
    }

    /// That is there now.
    pub(super) fn found(&mut self, key: ItemKey, item: Option<Item>) {
        self.0.insert(key, item);
    }

    /// What is at a key that was read.
    pub(super) fn at(&self, key: &ItemKey) -> Result<Option<&Item>> {
        let found = self.0.get(key).map(Option::as_ref);
        found.ok_or_else(|| Error::internal(format!("{key:?} was not read")))
    }

    /// The job of this name, if there is one.
    pub(super) fn job(&self, name: &JobName) -> Result<Option<Job>> {
        self.at(&keys::job(name))?.map(records::job_of).transpose()
    }

    /// The run of this id, if there is one, and the version of its item. What was heard of it by the way
    /// counts where that was read too.
    pub(super) fn run(&self, id: RunId) -> Result<Option<(Run, u64)>> {
        let Some(item) = self.at(&keys::run(id))? else { return Ok(None) };
        let mut run = records::run_of(item)?;
        if let Some(Some(heard)) = self.0.get(&keys::heard(id))
            && run.ended.is_none()
        {
            run.heard_at = run.heard_at.max(records::heard_at(heard)?);
        }
        Ok(Some((run, item.version)))
    }

    /// What a transaction that must not miss a heartbeat checks.
    pub(super) fn check_heard(&self, id: RunId) -> Result<ItemWrite> {
        let key = keys::heard(id);
        let expected = self.at(&key)?.map(|item| item.version);
        Ok(ItemWrite::Check(key, expected.map_or(Expected::Absent, Expected::Version)))
    }
}
