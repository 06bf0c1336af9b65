//! Small records of state that do not belong into the lake: items of a key-value store with conditional
//! transactions, as DynamoDB is one. What jobs, runs, feeds and the like are made of (docs/state.md).

use async_trait::async_trait;
use domain::{Code, Error, Result, Timestamp};

/// Where an item is. Items of a partition are in order of the bytes of their sort key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey {
    /// The partition: what is changed and read together.
    pub partition: String,
    /// The place in it.
    pub sort: String,
}

impl ItemKey {
    /// The key of these two parts.
    pub fn new(partition: impl Into<String>, sort: impl Into<String>) -> Self {
        Self { partition: partition.into(), sort: sort.into() }
    }
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where it is.
    pub key: ItemKey,
    /// What conditions name it by; whoever changes an item counts it up.
    pub version: u64,
    /// What it holds: JSON.
    pub body: String,
    /// From this second on it is as good as gone, whether it is deleted yet or not.
    pub expires_at: Option<Timestamp>,
}

impl Item {
    /// One that says all by its key and its version, and has no end.
    pub fn empty(key: ItemKey, version: u64) -> Self {
        Self { key, version, body: "{}".to_owned(), expires_at: None }
    }

    /// Whether it is still there at that time.
    pub fn is_alive(&self, at: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| end.as_second() > at.as_second())
    }

    /// Its size as DynamoDB counts it: names and values, in bytes.
    fn bytes(&self) -> usize {
        NAMES + self.key.partition.len() + self.key.sort.len() + self.body.len()
    }
}

/// What must hold of the item at a key for a transaction to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Whatever is there.
    Anything,
    /// Nothing, or only what has expired.
    Absent,
    /// An item of this version.
    Version(u64),
}

impl Expected {
    /// Whether it is so, given the item that is alive there.
    pub fn holds(self, there: Option<&Item>) -> bool {
        match self {
            Self::Anything => true,
            Self::Absent => there.is_none(),
            Self::Version(version) => there.is_some_and(|item| item.version == version),
        }
    }
}

/// One part of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemWrite {
    /// The item is there afterwards, in place of any other.
    Put(Item, Expected),
    /// There is none afterwards.
    Delete(ItemKey, Expected),
    /// Nothing is changed: it only must be so.
    Check(ItemKey, Expected),
}

impl ItemWrite {
    /// The key that it is of.
    pub fn key(&self) -> &ItemKey {
        match self {
            Self::Put(item, _) => &item.key,
            Self::Delete(key, _) | Self::Check(key, _) => key,
        }
    }

    /// What it wants to be so.
    pub fn expected(&self) -> Expected {
        match self {
            Self::Put(_, expected) | Self::Delete(_, expected) | Self::Check(_, expected) => {
                *expected
            }
        }
    }
}

/// What a transaction came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transacted {
    /// All of it was written.
    Done,
    /// None of it: these writes, by their position, found something else than they expected, which stands
    /// beside each.
    Refused(Vec<(usize, Option<Item>)>),
}

/// A part of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRange {
    /// Which.
    pub partition: String,
    /// Only items whose sort key is greater.
    pub after: Option<String>,
    /// Only items whose sort key is less.
    pub before: Option<String>,
    /// Whether the greatest come first.
    pub descending: bool,
    /// So many items at most; at least one.
    pub limit: usize,
}

impl ItemRange {
    /// The first `limit` items of a partition.
    pub fn of(partition: impl Into<String>, limit: usize) -> Self {
        let partition = partition.into();
        Self { partition, after: None, before: None, descending: false, limit }
    }
}

/// Keeps items. Every read is consistent: it sees what was written before it was asked, by any process.
///
/// `at` is the time by which items have expired. Errors of all: `Unavailable`: the store is down, or so busy
/// that nothing was to be had within the time.
#[async_trait]
pub trait Items: Send + Sync {
    /// The items at these keys, in their order; any number of keys, none twice.
    async fn get(&self, keys: &[ItemKey], at: Timestamp) -> Result<Vec<Option<Item>>>;

    /// The items of a range, in order. Fewer than the limit only where there are no more.
    async fn range(&self, range: &ItemRange, at: Timestamp) -> Result<Vec<Item>>;

    /// Writes all of it or nothing.
    ///
    /// Errors: `TooLarge` (`STATE_TOO_LARGE`) for an item that the store does not take; `Unavailable`
    /// (`OUTCOME_UNKNOWN`) where it may have been written; `Internal` for a transaction that is none
    /// ([`check_transaction`]).
    async fn transact(&self, writes: &[ItemWrite], at: Timestamp) -> Result<Transacted>;

    /// Whether the store is there and has what we keep in it.
    async fn check(&self) -> Result<()>;
}

/// Writes of one transaction at most.
const TRANSACTION_WRITES: usize = 100;
/// Bytes of an item at most.
const ITEM_BYTES: usize = 400 << 10;
/// Bytes of a transaction at most.
const TRANSACTION_BYTES: usize = 4 << 20;
/// The names of an item's attributes, its version and its end, with something to spare.
const NAMES: usize = 100;

/// What DynamoDB refuses, refused by every store alike and before it is asked.
pub fn check_transaction(writes: &[ItemWrite]) -> Result<()> {
    let mut keys: Vec<&ItemKey> = writes.iter().map(ItemWrite::key).collect();
    keys.sort_unstable();
    if keys.windows(2).any(|two| two[0] == two[1]) {
        return Err(Error::internal("two writes of a transaction are of one item"));
    }
    if writes.is_empty() || writes.len() > TRANSACTION_WRITES {
        return Err(Error::internal(format!("a transaction of {} writes", writes.len())));
    }
    if keys.iter().any(|key| key.partition.is_empty() || key.sort.is_empty()) {
        return Err(Error::internal("a part of an item's key is empty"));
    }
    let items = writes.iter().filter_map(|write| match write {
        ItemWrite::Put(item, _) => Some(item.bytes()),
        ItemWrite::Delete(..) | ItemWrite::Check(..) => None,
    });
    let (mut all, mut largest) = (0, 0);
    for bytes in items {
        (all, largest) = (all + bytes, largest.max(bytes));
    }
    if largest > ITEM_BYTES || all > TRANSACTION_BYTES {
        let detail = format!(
            "This comes to {largest} bytes in one record; at most {ITEM_BYTES} are kept. Send less at once."
        );
        return Err(Error::new(Code::TooLarge, "STATE_TOO_LARGE", detail));
    }
    Ok(())
}
