//! One reader of some feeds.

use std::sync::Arc;
use std::time::Duration;

use domain::Result;
use tokio::sync::Notify;

use super::tail::{After, Tail};
use super::{FeedHub, StreamEvent};

/// Events that are read from the store at once.
const AT_ONCE: usize = 100;

/// The writes of a transaction are seen one after the other, all of them long before this.
const SEEN_LATE: Duration = Duration::from_secs(1);

/// Follows feeds from a number in each.
pub struct Subscription {
    hub: Arc<FeedHub>,
    tails: Vec<Arc<Tail>>,
    /// The number of the last event of each that was given.
    after: Vec<u64>,
    woken: Arc<Notify>,
    /// The feed that is looked at first: each has its turn.
    turn: usize,
}

/// Events of one feed, in order.
#[derive(Debug)]
pub struct Batch {
    /// Which of the feeds.
    pub feed: usize,
    /// The events that come next; none after a gap at the end.
    pub events: Vec<Arc<StreamEvent>>,
    /// Where events are not kept any more, the number of the first that is, or would be.
    pub gap: Option<u64>,
}

impl Subscription {
    pub(super) fn new(
        hub: Arc<FeedHub>,
        tails: Vec<Arc<Tail>>,
        after: Vec<u64>,
        woken: Arc<Notify>,
    ) -> Self {
        Self { hub, tails, after, woken, turn: 0 }
    }

    /// The next events, once there are some. Dropped while it waits, it has taken none.
    ///
    /// Errors: `Unavailable`: the store is down, and this reader is behind what is kept here.
    pub async fn next(&mut self) -> Result<Batch> {
        loop {
            for n in 0..self.tails.len() {
                let feed = (self.turn + n) % self.tails.len();
                if let Some(batch) = self.of(feed).await? {
                    self.turn = feed + 1;
                    return Ok(batch);
                }
            }
            // One of those who wait looks for all.
            tokio::select! {
                () = self.woken.notified() => {}
                () = self.hub.lead() => {}
            }
        }
    }

    async fn of(&mut self, feed: usize) -> Result<Option<Batch>> {
        let (tail, after) = (&self.tails[feed], self.after[feed]);
        let (events, newest) = match tail.after(after) {
            After::Nothing => return Ok(None),
            After::Events(events) => (events, 0),
            After::Behind => {
                let mut events = self.hub.read(&tail.feed, after, AT_ONCE).await?;
                if events.first().is_none_or(|first| first.number > after + 1) {
                    // It may be there and not be seen yet; what is missing after this is gone.
                    tokio::time::sleep(SEEN_LATE).await;
                    events = self.hub.read(&tail.feed, after, AT_ONCE).await?;
                }
                (events, self.hub.newest(std::slice::from_ref(&tail.feed)).await?[0])
            }
        };
        let first = events.first().map_or(newest + 1, |event| event.number);
        let gap = (first > after + 1).then_some(first);
        self.after[feed] = events.last().map_or(newest, |event| event.number).max(after);
        Ok((gap.is_some() || !events.is_empty()).then_some(Batch { feed, events, gap }))
    }
}
