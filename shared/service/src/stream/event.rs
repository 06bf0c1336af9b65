//! One event, as streams hand it on.

use std::sync::OnceLock;

use bytes::Bytes;
use domain::{Error, Result, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::FeedEvent;

/// An event of a feed, shared by all who get it.
#[derive(Debug)]
pub struct StreamEvent {
    /// Its number in the feed.
    pub number: u64,
    /// What kind of event it is.
    pub name: String,
    /// When it was.
    pub at: Timestamp,
    /// What it says.
    pub data: Value,
    frame: OnceLock<Bytes>,
}

/// What a feed keeps of it.
#[derive(Deserialize)]
struct Kept {
    event: String,
    at: String,
    data: Value,
}

impl StreamEvent {
    /// The event that a feed has kept.
    pub fn read(event: &FeedEvent) -> Result<Self> {
        let Kept { event: name, at, data } =
            serde_json::from_str(&event.body).map_err(Error::internal)?;
        let at = at.parse().map_err(Error::internal)?;
        Ok(Self { number: event.number, name, at, data, frame: OnceLock::new() })
    }

    /// What goes out of it: made by the first who asks.
    pub fn frame(&self, make: impl FnOnce(&Self) -> Bytes) -> Bytes {
        self.frame.get_or_init(|| make(self)).clone()
    }
}
