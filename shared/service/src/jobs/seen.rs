//! Items as a change found them.

use std::collections::HashMap;

use domain::{Error, Job, JobName, Result, Run, RunId, Timestamp};

use super::{keys, records};
use crate::{Item, ItemKey, Items};

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

    /// The run of this id, if there is one, and the version of its item.
    pub(super) fn run(&self, id: RunId) -> Result<Option<(Run, u64)>> {
        let item = self.at(&keys::run(id))?;
        item.map(|item| Ok((records::run_of(item)?, item.version))).transpose()
    }
}
