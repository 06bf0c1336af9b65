//! The transactions of runs by the SDK alone: written without a look, with the same lock per feed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use config::{Config, StateStore};
use domain::{RunId, Timestamp};
use futures::stream::{FuturesUnordered, TryStreamExt};
use service::jobs::keys::{job_feed, run_feed};
use service::{Expected, Fed, Feeds, Item, ItemKey, ItemWrite, Items};

use crate::rounds::Times;
use crate::runs::ROUND;

/// Items as jobs and runs have them, under names of its own.
pub(crate) struct PlainRuns {
    feeds: Feeds,
}

/// As long as the record of a run is.
const RECORD: usize = 420;
/// The event of a run's state.
const EVENT: &str = r#"{"at":"2026-11-26T20:00:00.123456Z","data":{"job_name":"load","previous_state":"RUNNING","run_id":"018f4e9c-9f8e-7c3a-b0f5-3d1c5a7e9b21","state":"COMPLETED"},"event":"job_status"}"#;

#[expect(clippy::disallowed_methods, reason = "a measurement has times and ids of its own")]
fn now_and_id() -> (Timestamp, RunId) {
    (Timestamp::now(), RunId(uuid::Uuid::new_v4()))
}

impl PlainRuns {
    /// In the state of the lake that these variables name.
    pub(crate) async fn new(variables: &[(String, String)]) -> anyhow::Result<Self> {
        let config = Config::from_variables(variables.iter().cloned())?;
        let StateStore::DynamoDb(table) = &config.state else { bail!("the lake has no DynamoDB") };
        let items: Arc<dyn Items> = Arc::new(aws::DynamoDbItems::new(table).await);
        let (at, _) = now_and_id();
        let alive: Vec<ItemWrite> = (0..8).map(|n| put(&alive(n), 1, Expected::Absent)).collect();
        items.transact(&alive, at).await.context("the job's presence")?;
        Ok(Self { feeds: Feeds::new(items, Duration::from_secs(86_400)) })
    }

    /// So many clients that start a run and complete it, for as long as a round is.
    pub(crate) async fn live(&self, clients: usize) -> anyhow::Result<Vec<Times>> {
        let all = (0..clients).map(|_| self.one());
        all.collect::<FuturesUnordered<_>>().try_collect().await
    }

    async fn one(&self) -> anyhow::Result<Times> {
        let mut times = Times::default();
        let began = Instant::now();
        while began.elapsed() < ROUND {
            let (at, run) = now_and_id();
            let list = |name: &str| ItemKey::new(format!("PLAIN#{name}"), format!("{at}#{run}"));
            let shard = job_feed(run).rsplit('-').next().and_then(|n| n.parse().ok()).unwrap_or(0);
            let key = ItemKey::new(format!("PLAIN#{run}"), "RUN");
            let start = [
                put(&key, 1, Expected::Absent),
                ItemWrite::Check(alive(shard), Expected::Version(1)),
                put(&list("RUNS"), 1, Expected::Absent),
                put(&list("RUNNING"), 1, Expected::Absent),
                self.feeds.numbered(&run_feed(run), 1, EVENT, at)?,
                put(&list("TIMERS"), 1, Expected::Absent),
            ];
            times.0.push(self.write(run, &start, at).await?);
            let end = [
                put(&key, 2, Expected::Version(1)),
                ItemWrite::Delete(list("RUNNING"), Expected::Anything),
                put(&list("COMPLETED"), 1, Expected::Anything),
                self.feeds.numbered(&run_feed(run), 2, EVENT, at)?,
            ];
            times.0.push(self.write(run, &end, at).await?);
        }
        Ok(times)
    }

    async fn write(
        &self,
        run: RunId,
        writes: &[ItemWrite],
        at: Timestamp,
    ) -> anyhow::Result<Duration> {
        let began = Instant::now();
        match self.feeds.write(&format!("plain-{}", job_feed(run)), EVENT, writes, at).await? {
            Fed::Done(_) => Ok(began.elapsed()),
            Fed::Refused(found) => bail!("refused: {found:?}"),
        }
    }
}

fn alive(shard: usize) -> ItemKey {
    ItemKey::new("PLAIN#JOB", format!("ALIVE#{shard}"))
}

/// A record under the key of a run, an empty one elsewhere.
fn put(key: &ItemKey, version: u64, expected: Expected) -> ItemWrite {
    let body =
        if key.sort == "RUN" { format!("\"{}\"", "x".repeat(RECORD)) } else { "{}".to_owned() };
    ItemWrite::Put(Item { key: key.clone(), version, body, expires_at: None }, expected)
}
