//! Logs of events: each feed numbers its own from 1 without a gap, in the transaction of what happened.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{Error, Result, Timestamp};

use crate::{Expected, Item, ItemKey, ItemRange, ItemWrite, Items, Transacted};

/// One event of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEvent {
    /// Its number in the feed.
    pub number: u64,
    /// What happened: JSON.
    pub body: String,
}

/// What became of a change with its event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fed {
    /// Both were written; the event has this number.
    Done(u64),
    /// Neither: writes of the change, by their position, found something else than they expected.
    Refused(Vec<(usize, Option<Item>)>),
}

/// The feeds of a store. Shared by all of a process that writes: its writers of one feed take turns, which
/// costs less than finding out in the store who was first. Between processes the store decides.
pub struct Feeds {
    items: Arc<dyn Items>,
    retention: Duration,
    turns: Mutex<HashMap<String, Turn>>,
}

/// Feeds to which this process writes nothing now.
pub struct Held {
    /// Fail where another process has written to one of them meanwhile.
    pub checks: Vec<ItemWrite>,
    _turns: Vec<tokio::sync::OwnedMutexGuard<u64>>,
}

/// Whose holder may write, and the number of the newest event as this process knows it.
type Turn = Arc<tokio::sync::Mutex<u64>>;

/// Digits of a number in a sort key: in order as text.
const DIGITS: usize = 20;

impl Feeds {
    /// Those in `items`; an event is kept for so long.
    pub fn new(items: Arc<dyn Items>, retention: Duration) -> Self {
        Self { items, retention, turns: Mutex::default() }
    }

    /// Makes a change, and writes `event` of it at the end of the feed: both or neither. The change has room
    /// for two writes less than a transaction.
    pub async fn write(
        &self,
        feed: &str,
        event: &str,
        change: &[ItemWrite],
        at: Timestamp,
    ) -> Result<Fed> {
        let turn = self.turn(feed);
        let mut newest = turn.lock().await;
        loop {
            let number = *newest + 1;
            let writes = [change, &self.event(feed, number, event, at)?].concat();
            match self.items.transact(&writes, at).await? {
                Transacted::Done => {
                    *newest = number;
                    return Ok(Fed::Done(number));
                }
                // What the change itself found is so, whoever wrote to the feed meanwhile.
                Transacted::Refused(mut found) if found.iter().any(|(n, _)| *n < change.len()) => {
                    found.retain(|(position, _)| *position < change.len());
                    return Ok(Fed::Refused(found));
                }
                Transacted::Refused(found) => {
                    // The head may have been busy where the event was there: then it is asked for.
                    let now = match head_of(&found) {
                        Some(newest) => newest,
                        None => self.newest(&[feed], at).await?[0],
                    };
                    if now + 1 == number {
                        let what = format!("event {number} of a feed is there before its head");
                        return Err(Error::internal(what));
                    }
                    *newest = now;
                }
            }
        }
    }

    /// The head counted up, and the event.
    fn event(&self, feed: &str, number: u64, event: &str, at: Timestamp) -> Result<[ItemWrite; 2]> {
        let head = ItemWrite::Put(Item::empty(head(feed), number), head_at(number - 1));
        Ok([head, self.numbered(feed, number, event, at)?])
    }

    /// An event of a feed that has no head, since whoever writes to it has numbers of their own, without a
    /// gap.
    pub fn numbered(
        &self,
        feed: &str,
        number: u64,
        event: &str,
        at: Timestamp,
    ) -> Result<ItemWrite> {
        let end = at.checked_add(self.retention).map_err(Error::internal)?;
        let event = Item {
            key: ItemKey::new(partition(feed), sort(number)),
            version: 1,
            body: event.to_owned(),
            expires_at: Some(end),
        };
        Ok(ItemWrite::Put(event, Expected::Absent))
    }

    /// Holds these feeds: what is read while that is held, and written with its checks, was written before
    /// anything came to any of them. Who asks for several asks for them in one order.
    pub async fn hold(&self, feeds: &[&str], at: Timestamp) -> Result<Held> {
        let mut turns = Vec::with_capacity(feeds.len());
        for feed in feeds {
            turns.push(self.turn(feed).lock_owned().await);
        }
        let newest = self.newest(feeds, at).await?;
        for (turn, newest) in turns.iter_mut().zip(&newest) {
            **turn = *newest;
        }
        let newest = feeds.iter().zip(newest);
        let checks = newest.map(|(feed, newest)| ItemWrite::Check(head(feed), head_at(newest)));
        Ok(Held { checks: checks.collect(), _turns: turns })
    }

    fn turn(&self, feed: &str) -> Turn {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.entry(feed.to_owned()).or_default().clone()
    }

    /// The number of the newest event of each of these feeds; 0 where there was none yet.
    pub async fn newest(&self, feeds: &[&str], at: Timestamp) -> Result<Vec<u64>> {
        let keys: Vec<ItemKey> = feeds.iter().map(|feed| head(feed)).collect();
        let heads = self.items.get(&keys, at).await?;
        Ok(heads.into_iter().map(|head| head.map_or(0, |head| head.version)).collect())
    }

    /// Events after this number, the oldest first, `limit` at most. One that does not begin with the next
    /// number says which is the first that is kept.
    pub async fn read(
        &self,
        feed: &str,
        after: u64,
        limit: usize,
        at: Timestamp,
    ) -> Result<Vec<FeedEvent>> {
        read_feed(&*self.items, feed, after, limit, at).await
    }
}

/// What [`Feeds::read`] does, for who does not write.
pub(crate) async fn read_feed(
    items: &dyn Items,
    feed: &str,
    after: u64,
    limit: usize,
    at: Timestamp,
) -> Result<Vec<FeedEvent>> {
    let range = ItemRange { after: Some(sort(after)), ..ItemRange::of(partition(feed), limit) };
    let found = items.range(&range, at).await?;
    let event = |item: Item| {
        let number = item.key.sort.parse().map_err(Error::internal)?;
        Ok(FeedEvent { number, body: item.body })
    };
    found.into_iter().map(event).collect()
}

fn partition(feed: &str) -> String {
    format!("FEED#{feed}")
}

/// In a partition of its own: among the events every reader would get it.
pub(crate) fn head(feed: &str) -> ItemKey {
    ItemKey::new(format!("HEAD#{feed}"), "HEAD")
}

/// What a head is expected to be while this is the newest number.
fn head_at(newest: u64) -> Expected {
    if newest == 0 { Expected::Absent } else { Expected::Version(newest) }
}

fn sort(number: u64) -> String {
    format!("{number:0DIGITS$}")
}

/// Where another process has left the feed, if that was found.
fn head_of(found: &[(usize, Option<Item>)]) -> Option<u64> {
    let heads = found.iter().filter_map(|(_, item)| item.as_ref());
    heads.filter(|item| item.key.sort == "HEAD").map(|item| item.version).next()
}
