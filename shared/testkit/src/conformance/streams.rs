//! Streams over feeds: each event once and in order, a gap is told, and one process's change reaches another's
//! readers.

use std::sync::Arc;
use std::time::Duration;

use domain::{JobDefinition, JobName, JobType, NewRun, Progress, RunId, Timestamp};
use futures::future::join_all;
use service::Items;
use service::jobs::{Jobs, StateChange};
use service::stream::{Batch, FeedHub, FeedKey, Subscription};
use uuid::Uuid;

/// What streams keep on a store, whatever was in it before: the suite's jobs have a prefix of their own.
/// `others` is the same store, reached as another process reaches it.
pub async fn streams(store: Arc<dyn Items>, others: Arc<dyn Items>, prefix: &str) {
    let jobs = |store: &Arc<dyn Items>| Jobs::new(Arc::clone(store), RETENTION);
    let (one, other) = (jobs(&store), jobs(&others));
    let hub = |store, jobs: &Jobs| Arc::new(FeedHub::new(store, jobs.changed(), now));
    let hubs = [hub(store, &one), hub(others, &other)];
    let suite = Suite { prefix, one, hubs };
    suite.readers_of_two_processes().await;
    suite.more_than_is_kept_in_memory().await;
    suite.what_is_not_kept_any_more().await;
}

const RETENTION: Duration = Duration::from_secs(3_600);
/// When the streams are read.
const NOW: i64 = 1_800_000_000;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).expect("a time")
}

fn change(seconds_ago: u64) -> StateChange {
    StateChange::of_ours(now() - Duration::from_secs(seconds_ago))
}

#[expect(clippy::disallowed_methods, reason = "a test makes ids")]
fn id() -> Uuid {
    Uuid::now_v7()
}

struct Suite<'a> {
    prefix: &'a str,
    one: Jobs,
    hubs: [Arc<FeedHub>; 2],
}

/// So many events of one feed, with what was told of gaps: the first number kept.
async fn take(subscription: &mut Subscription, count: usize) -> (Vec<u64>, Vec<u64>) {
    let (mut numbers, mut gaps) = (Vec::new(), Vec::new());
    while numbers.len() < count {
        let next = tokio::time::timeout(Duration::from_secs(20), subscription.next());
        let Batch { events, gap, .. } =
            next.await.expect("events come").expect("the store is there");
        gaps.extend(gap);
        numbers.extend(events.iter().map(|event| event.number));
    }
    (numbers, gaps)
}

impl Suite<'_> {
    async fn started(&self, name: &str, seconds_ago: u64) -> (JobName, RunId) {
        let name = JobName::parse(&format!("{}{name}", self.prefix)).expect("a name");
        let definition = JobDefinition {
            name: name.clone(),
            kind: JobType::Batch,
            description: None,
            owner: None,
            inputs: Vec::new(),
            outputs: Vec::new(),
            tags: Vec::new(),
        };
        self.one.create(change(seconds_ago), definition, id()).await.expect("made");
        let run = RunId(id());
        let start = NewRun {
            nominal_time: None,
            parent: None,
            parameters: None,
            heartbeat_timeout: Duration::from_secs(86_400),
        };
        self.one.start(change(seconds_ago), &name, run, start).await.expect("started");
        (name, run)
    }

    async fn advance(&self, job: &JobName, run: RunId, times: usize, seconds_ago: u64) {
        for _ in 0..times {
            let told = self.one.advance(change(seconds_ago), job, run, Progress::default()).await;
            told.expect("it went on");
        }
    }

    async fn readers_of_two_processes(&self) {
        let (job, run) = self.started("read", 0).await;
        // One that comes late reads what it has missed.
        let mut readers: Vec<Subscription> = self
            .hubs
            .iter()
            .flat_map(|hub| {
                [0, 0, 1].map(|after| hub.subscribe(vec![FeedKey::of_run(run)], vec![after]))
            })
            .collect();
        let reading = join_all(readers.iter_mut().enumerate().map(|(n, reader)| async move {
            take(reader, if n % 3 == 2 { 20 } else { 21 }).await
        }));
        let (read, ()) = futures::join!(reading, self.advance(&job, run, 20, 0));
        for (n, (numbers, gaps)) in read.into_iter().enumerate() {
            let first = if n % 3 == 2 { 2 } else { 1 };
            assert_eq!((numbers, gaps), ((first..=21).collect(), Vec::new()), "reader {n}");
        }
        let newest = self.hubs[1].newest(&[FeedKey::of_run(run)]).await.expect("a number");
        assert_eq!(newest, [21]);
    }

    /// A reader that is far behind, and one that falls behind while it is not polled.
    async fn more_than_is_kept_in_memory(&self) {
        let (job, run) = self.started("many", 0).await;
        let mut idle = self.hubs[0].subscribe(vec![FeedKey::of_run(run)], vec![0]);
        assert_eq!(take(&mut idle, 1).await.0, [1]);
        self.advance(&job, run, 250, 0).await;
        let mut late = self.hubs[0].subscribe(vec![FeedKey::of_run(run)], vec![0]);
        let expected: Vec<u64> = (1..=251).collect();
        assert_eq!(take(&mut late, 251).await, (expected.clone(), Vec::new()));
        assert_eq!(take(&mut idle, 250).await, (expected[1..].to_vec(), Vec::new()));
    }

    async fn what_is_not_kept_any_more(&self) {
        let (job, run) = self.started("old", 7_200).await;
        self.advance(&job, run, 3, 7_200).await;
        self.advance(&job, run, 2, 60).await;
        let feed = || vec![FeedKey::of_run(run)];
        for (after, gaps, numbers) in [(0, vec![5], 5..=6), (2, vec![5], 5..=6), (4, vec![], 5..=6)]
        {
            let mut reader = self.hubs[1].subscribe(feed(), vec![after]);
            let expected: Vec<u64> = numbers.collect();
            assert_eq!(take(&mut reader, 2).await, (expected, gaps), "after {after}");
        }
        // Nothing is left: it goes on after the newest.
        let (_, run) = self.started("all-old", 7_200).await;
        let mut reader = self.hubs[0].subscribe(vec![FeedKey::of_run(run)], vec![0]);
        let next = tokio::time::timeout(Duration::from_secs(20), reader.next());
        let batch = next.await.expect("a gap").expect("the store is there");
        assert_eq!((batch.events.len(), batch.gap), (0, Some(2)));
    }
}
