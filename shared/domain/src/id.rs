//! Ids: of snapshots, runs, requests, and the caller's idempotency keys.

use std::fmt;

use crate::{Error, Result, limits};

/// A DuckLake snapshot: one number per catalog, counting up from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotId(pub u64);

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The run that a request belongs to: the `X-Run-Id` header, any UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RunId(pub uuid::Uuid);

impl RunId {
    /// Reads a UUID.
    pub fn parse(text: &str) -> Result<Self> {
        text.parse().map(Self).map_err(|_| {
            Error::malformed("INVALID_RUN_ID", "X-Run-Id must be a UUID; send the id of a run.")
        })
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names one request in answers and logs: taken over from `X-Request-Id`, or a new UUIDv7.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(String);

impl RequestId {
    /// Takes over an id that is 1 to 128 characters of printable ASCII without spaces.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=limits::REQUEST_ID_CHARACTERS).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<uuid::Uuid> for RequestId {
    fn from(id: uuid::Uuid) -> Self {
        Self(id.to_string())
    }
}

/// The caller's name for one write, so that sending it twice acts once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads a key of 1 to 255 characters of printable ASCII.
    pub fn parse(text: &str) -> Result<Self> {
        let fits = (1..=limits::IDEMPOTENCY_KEY_CHARACTERS).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if fits {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::malformed(
            "INVALID_IDEMPOTENCY_KEY",
            "Idempotency-Key must be 1 to 255 characters of printable ASCII; a new UUID is a good key.",
        ))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
