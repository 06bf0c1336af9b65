//! Feeds as streams read them: each read once in a process, whoever follows it.
//!
//! A function runs nothing beside its requests, so there is no task here: of those who wait for events one
//! looks for all (the heads of all feeds in one question), and when it goes another does.

mod event;
mod subscription;
mod tail;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use domain::{Result, RunId, Timestamp};
use futures::future::join_all;
use tokio::sync::Notify;

pub use event::StreamEvent;
pub use subscription::{Batch, Subscription};

use self::tail::Tail;
use crate::feed::{head, read_feed};
use crate::jobs::keys;
use crate::{ItemKey, Items};

/// So often it is looked whether there is anything new, unless a change of this process says that there is.
const EVERY: Duration = Duration::from_secs(1);

/// The least time between two looks: changes that come thick are found together.
const AT_LEAST: Duration = Duration::from_millis(5);

/// Feeds that have moved, read at a time.
const AT_ONCE: usize = 16;

/// A feed, and the item whose version is the number of its newest event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FeedKey {
    name: String,
    head: ItemKey,
}

impl FeedKey {
    /// All that happens to jobs, in as many parts as there are.
    pub fn of_jobs() -> Vec<Self> {
        let feeds = keys::job_feeds().into_iter();
        feeds.map(|name| Self { head: head(&name), name }).collect()
    }

    /// What happens to one run.
    pub fn of_run(run: RunId) -> Self {
        Self { name: keys::run_feed(run), head: keys::run(run) }
    }
}

/// The feeds that a process follows for its streams.
pub struct FeedHub {
    items: Arc<dyn Items>,
    clock: fn() -> Timestamp,
    /// Told when this process has changed something.
    changed: Arc<Notify>,
    tails: Mutex<HashMap<FeedKey, Weak<Tail>>>,
    /// Whose holder looks; when it looked last.
    looked: tokio::sync::Mutex<Option<Instant>>,
}

impl FeedHub {
    /// The feeds in `items`. `changed` is told when this process has written to one.
    pub fn new(items: Arc<dyn Items>, changed: Arc<Notify>, clock: fn() -> Timestamp) -> Self {
        Self {
            items,
            clock,
            changed,
            tails: Mutex::default(),
            looked: tokio::sync::Mutex::default(),
        }
    }

    /// The number of the newest event of each feed; 0 where there was none yet.
    pub async fn newest(&self, feeds: &[FeedKey]) -> Result<Vec<u64>> {
        let heads: Vec<ItemKey> = feeds.iter().map(|feed| feed.head.clone()).collect();
        let heads = self.items.get(&heads, (self.clock)()).await?;
        Ok(heads.into_iter().map(|head| head.map_or(0, |head| head.version)).collect())
    }

    /// Follows these feeds from these numbers on.
    pub fn subscribe(self: &Arc<Self>, feeds: Vec<FeedKey>, after: Vec<u64>) -> Subscription {
        let woken = Arc::new(Notify::new());
        let tails = feeds.into_iter().map(|feed| {
            let tail = self.tail(feed);
            tail.tell(&woken);
            tail
        });
        let tails = tails.collect();
        // Who looks now may not have seen them.
        self.changed.notify_one();
        Subscription::new(Arc::clone(self), tails, after, woken)
    }

    fn tail(&self, feed: FeedKey) -> Arc<Tail> {
        let mut tails = self.tails.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tail) = tails.get(&feed).and_then(Weak::upgrade) {
            return tail;
        }
        let tail = Arc::new(Tail::new(feed.clone()));
        tails.insert(feed, Arc::downgrade(&tail));
        tail
    }

    /// Events after this number that follow each other, from the store. One may be seen there before the one
    /// before it: that is where it stops.
    async fn read(
        &self,
        feed: &FeedKey,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Arc<StreamEvent>>> {
        let found = read_feed(&*self.items, &feed.name, after, limit, (self.clock)()).await?;
        let first = found.first().map_or(0, |event| event.number);
        let unbroken = found.iter().zip(first..).take_while(|(event, next)| event.number == *next);
        unbroken.map(|(event, _)| StreamEvent::read(event).map(Arc::new)).collect()
    }

    /// Looks for all, for as long as it is waited for.
    async fn lead(&self) {
        let mut looked = self.looked.lock().await;
        loop {
            match *looked {
                Some(last) => {
                    let (soon, next) = (last + AT_LEAST, last + EVERY);
                    tokio::select! {
                        () = tokio::time::sleep_until(next.into()) => {}
                        () = self.changed.notified() => tokio::time::sleep_until(soon.into()).await,
                    }
                }
                // Whoever looked before has gone before it was done.
                None => tokio::time::sleep(AT_LEAST).await,
            }
            *looked = None;
            if let Err(error) = self.look().await {
                tracing::warn!(source = ?error.source, "feeds cannot be read: {error}");
            }
            *looked = Some(Instant::now());
        }
    }

    /// Asks for all heads, and reads the feeds that have moved.
    async fn look(&self) -> Result<()> {
        let tails = self.followed();
        let feeds: Vec<FeedKey> = tails.iter().map(|tail| tail.feed.clone()).collect();
        let newest = self.newest(&feeds).await?;
        let moved: Vec<_> = tails.into_iter().zip(newest).collect();
        for moved in moved.chunks(AT_ONCE) {
            let read = moved.iter().map(|(tail, newest)| self.catch_up(Arc::clone(tail), *newest));
            // One that cannot be read keeps no one from the others.
            for error in join_all(read).await.into_iter().filter_map(Result::err) {
                tracing::warn!(source = ?error.source, "a feed cannot be read: {error}");
            }
        }
        Ok(())
    }

    /// Reads what has come to the feed up to this number.
    async fn catch_up(&self, tail: Arc<Tail>, newest: u64) -> Result<()> {
        if let Some((after, limit)) = tail.missing(newest) {
            let events = self.read(&tail.feed, after, limit).await?;
            tail.push(after, events);
        }
        Ok(())
    }

    /// The feeds that someone follows still.
    fn followed(&self) -> Vec<Arc<Tail>> {
        let mut tails = self.tails.lock().unwrap_or_else(PoisonError::into_inner);
        tails.retain(|_, tail| tail.strong_count() > 0);
        tails.values().filter_map(Weak::upgrade).collect()
    }
}
