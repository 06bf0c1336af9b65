//! One change of state is one transaction: with its event, and with what is answered to a replay.

use std::time::Duration;

use domain::{Error, Result, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Jobs;
use super::records;
use super::seen::Seen;
use crate::write::key_reused;
use crate::{Expected, Fed, Item, ItemKey, ItemWrite, Transacted, WriteKey};

/// So long the answer to a change is kept for its `Idempotency-Key`.
pub const STATE_KEY_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Each attempt but the last found that another change came first.
const ATTEMPTS: usize = 50;

/// What a change comes with.
#[derive(Debug, Clone)]
pub struct StateChange {
    /// Its name, and the digest of what it would do.
    pub key: WriteKey,
    /// When it was asked for.
    pub at: Timestamp,
}

impl StateChange {
    /// One that no caller asks for: it has no key, and is made as often as there is reason to.
    pub fn of_ours(at: Timestamp) -> Self {
        let key = WriteKey { key: String::new(), payload: String::new(), by_caller: false };
        Self { key, at }
    }
}

/// What is to be written, and answered.
pub(super) struct Plan<T> {
    pub(super) writes: Vec<ItemWrite>,
    /// The feed that hears of it, and what that hears.
    pub(super) event: Option<(String, String)>,
    pub(super) answer: T,
    /// Whether it was so before, so that there is nothing to write but the key.
    pub(super) before: bool,
}

impl<T> Plan<T> {
    /// Nothing: it was so before.
    pub(super) fn was_so(answer: T) -> Self {
        Self { writes: Vec::new(), event: None, answer, before: true }
    }
}

/// How an attempt ended.
pub(super) enum Attempt<T> {
    /// It was made, or had been made before: then the flag is set.
    Done(T, bool),
    /// Another change came first; what it found was told to [`Seen`], unless it was a check of the caller's.
    Again,
}

/// An answer that was given, as its item has it.
#[derive(Serialize, Deserialize)]
struct Answered {
    payload: String,
    answer: Value,
}

impl Jobs {
    /// Makes the change that `plan` makes of what is at `keys`, as often as it takes; and whether it had been
    /// made before.
    pub(super) async fn act<T: Serialize + DeserializeOwned>(
        &self,
        change: &StateChange,
        keys: Vec<ItemKey>,
        plan: impl Fn(&Seen) -> Result<Plan<T>>,
    ) -> Result<(T, bool)> {
        let mut seen = self.look(change, keys).await?;
        for _ in 0..ATTEMPTS {
            match self.attempt(change, &mut seen, &plan).await? {
                Attempt::Done(answer, before) => return Ok((answer, before)),
                Attempt::Again => {}
            }
        }
        Err(contended())
    }

    /// What is at `keys`, and whether the change was made before.
    pub(super) async fn look(&self, change: &StateChange, mut keys: Vec<ItemKey>) -> Result<Seen> {
        keys.extend(answered(&change.key));
        Seen::read(&*self.items, keys, change.at).await
    }

    /// Once. What was refused is looked at in this order: the key, the state, the feed's head.
    pub(super) async fn attempt<T: Serialize + DeserializeOwned>(
        &self,
        change: &StateChange,
        seen: &mut Seen,
        plan: impl Fn(&Seen) -> Result<Plan<T>>,
    ) -> Result<Attempt<T>> {
        let key = answered(&change.key);
        if let Some(before) = key.as_ref().map(|key| seen.at(key)).transpose()?.flatten() {
            return replay(&change.key, before).map(|answer| Attempt::Done(answer, true));
        }
        let Plan { mut writes, event, answer, before } = plan(seen)?;
        if let Some(key) = key {
            writes.insert(0, record(key, change, &answer)?);
        }
        if writes.is_empty() {
            return Ok(Attempt::Done(answer, before));
        }
        let refused = match event {
            Some((feed, event)) => self.feeds.write(&feed, &event, &writes, change.at).await?,
            None => match self.items.transact(&writes, change.at).await? {
                Transacted::Done => Fed::Done(0),
                Transacted::Refused(found) => Fed::Refused(found),
            },
        };
        let Fed::Refused(refused) = refused else {
            self.changed.notify_one();
            return Ok(Attempt::Done(answer, before));
        };
        for (position, found) in refused {
            seen.found(writes[position].key().clone(), found);
        }
        Ok(Attempt::Again)
    }
}

/// Where the answer to a change is kept; a key that is not the caller's is never asked for again.
fn answered(key: &WriteKey) -> Option<ItemKey> {
    key.by_caller.then(|| ItemKey::new(format!("ANSWER#{}", key.key), "ANSWER"))
}

fn record(key: ItemKey, change: &StateChange, answer: &impl Serialize) -> Result<ItemWrite> {
    let answer = serde_json::to_value(answer).map_err(Error::internal)?;
    let body = records::text(&Answered { payload: change.key.payload.clone(), answer })?;
    let end = change.at.checked_add(STATE_KEY_LIFETIME).map_err(Error::internal)?;
    let item = Item { key, version: 1, body, expires_at: Some(end) };
    Ok(ItemWrite::Put(item, Expected::Absent))
}

fn replay<T: DeserializeOwned>(key: &WriteKey, before: &Item) -> Result<T> {
    let Answered { payload, answer } = records::read(&before.body)?;
    if payload != key.payload {
        return Err(key_reused());
    }
    serde_json::from_value(answer).map_err(Error::internal)
}

/// Nothing was changed: others were first, each time.
pub(super) fn contended() -> Error {
    Error::unavailable("The state store", "other changes came first each time")
}
