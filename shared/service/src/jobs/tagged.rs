//! Requests that belong to a run: they are heard of it, and what they read is its input.

use std::fmt;
use std::sync::Arc;

use domain::{Code, DatasetName, Error, Result, RunId, SnapshotId, TableName, Timestamp};

use super::act::{Plan, StateChange};
use super::records::{self, InputRecord};
use super::seen::Seen;
use super::{Jobs, keys};
use crate::{Expected, Item, ItemKey, ItemWrite};

/// A request of this part of the heartbeat timeout after the one before is not heard: less than a tenth of
/// them is written.
const HEARD_AGAIN: u32 = 10;

/// Inputs that are recorded in one transaction.
const AT_ONCE: usize = 50;

/// The run that a request belongs to.
#[derive(Clone)]
pub struct Tagged {
    jobs: Arc<Jobs>,
    run: RunId,
    at: Timestamp,
}

impl fmt::Debug for Tagged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tagged({})", self.run)
    }
}

impl Tagged {
    /// A request of that time, which says that it belongs to this run.
    pub fn new(jobs: Arc<Jobs>, run: RunId, at: Timestamp) -> Self {
        Self { jobs, run, at }
    }

    /// The run.
    pub fn run(&self) -> RunId {
        self.run
    }

    /// Whether something may be done in the run; it is its heartbeat.
    ///
    /// Errors: `NotFound` (`RUN_NOT_FOUND`), `Conflict` (`RUN_ENDED`).
    pub async fn admit(&self) -> Result<()> {
        let items = &*self.jobs.items;
        let keys = vec![keys::run(self.run), keys::heard(self.run)];
        let (run, _) = Seen::read(items, keys, self.at).await?.run(self.run)?.ok_or_else(|| {
            let detail =
                format!("There is no run {}; start it first, or leave X-Run-Id out.", self.run);
            Error::new(Code::NotFound, "RUN_NOT_FOUND", detail)
        })?;
        run.check_running()?;
        let silent = self.at.duration_since(run.heard_at);
        if silent.is_positive() && silent.unsigned_abs() > run.start.heartbeat_timeout / HEARD_AGAIN
        {
            let version = u64::try_from(self.at.as_microsecond()).unwrap_or_default();
            let heard = Item::empty(keys::heard(self.run), version);
            items.transact(&[ItemWrite::Put(heard, Expected::Anything)], self.at).await?;
        }
        Ok(())
    }

    /// These tables are inputs of the run, as they were in this snapshot; recorded before the first row goes
    /// out.
    pub async fn reads(&self, tables: &[TableName], snapshot: Option<SnapshotId>) -> Result<()> {
        let names = tables.iter().map(DatasetName::from).collect();
        self.record(names, snapshot).await
    }

    /// What is no table is an input of the run.
    pub async fn reads_dataset(&self, name: DatasetName) -> Result<()> {
        self.record(vec![name], None).await
    }

    async fn record(
        &self,
        mut names: Vec<DatasetName>,
        snapshot: Option<SnapshotId>,
    ) -> Result<()> {
        names.sort_unstable();
        names.dedup();
        for names in names.chunks(AT_ONCE) {
            self.record_some(names, snapshot.map(|snapshot| snapshot.0)).await?;
        }
        Ok(())
    }

    async fn record_some(&self, names: &[DatasetName], snapshot: Option<u64>) -> Result<()> {
        let key = |name: &DatasetName| keys::input(self.run, name);
        let plan = |seen: &Seen| {
            let writes = names.iter().map(|name| input(seen, key(name), name, snapshot));
            let writes = writes.filter_map(Result::transpose).collect::<Result<Vec<_>>>()?;
            Ok(Plan { writes, event: None, answer: (), before: false })
        };
        let (keys, change) = (names.iter().map(key).collect(), StateChange::of_ours(self.at));
        self.jobs.act(&change, keys, plan).await.map(|((), _)| ())
    }
}

/// What records the input, if it is not recorded so already.
fn input(
    seen: &Seen,
    key: ItemKey,
    name: &DatasetName,
    snapshot: Option<u64>,
) -> Result<Option<ItemWrite>> {
    let (version, expected) = match seen.at(&key)? {
        None => (1, Expected::Absent),
        Some(item) if records::read::<InputRecord>(&item.body)?.snapshot >= snapshot => {
            return Ok(None);
        }
        Some(item) => (item.version + 1, Expected::Version(item.version)),
    };
    let body = records::text(&InputRecord { name: name.as_str().to_owned(), snapshot })?;
    Ok(Some(ItemWrite::Put(Item { key, version, body, expires_at: None }, expected)))
}
