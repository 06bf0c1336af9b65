//! Live events: how long they can be read, and for how long at a stretch.

use std::time::Duration;

use crate::{Platform, ServerConfig, reader::Reader, server::read_seconds};

/// Live events.
#[derive(Debug, Clone)]
pub struct EventsConfig {
    /// `EVENTS_RETENTION_DAYS`: how long an event can be read.
    pub retention: Duration,
    /// `EVENTS_MAX_CONNECTION_SECONDS`: a stream ends then, and its client connects anew.
    pub max_connection: Duration,
}

/// A week unless told; a year at most, since a feed is read from its oldest event.
const RETENTION_DAYS: u64 = 7;
const MOST_DAYS: u64 = 365;
const DAY: u64 = 24 * 60 * 60;

/// Each stream has a sandbox of its own on Lambda, at most for 15 minutes.
const LAMBDA_SECONDS: u64 = 5 * 60;
const MOST_LAMBDA_SECONDS: u64 = 14 * 60;
const SECONDS: u64 = 60 * 60;

pub(crate) fn read(reader: &mut Reader, server: &ServerConfig) -> EventsConfig {
    EventsConfig { retention: read_retention(reader), max_connection: read_most(reader, server) }
}

fn read_retention(reader: &mut Reader) -> Duration {
    const NAME: &str = "EVENTS_RETENTION_DAYS";
    let days: u64 = reader.parsed(NAME, RETENTION_DAYS, "a number of days");
    if !(1..=MOST_DAYS).contains(&days) {
        reader.problem(NAME, format!("is {days}; it must be 1 to {MOST_DAYS} days."));
    }
    Duration::from_secs(days.clamp(1, MOST_DAYS) * DAY)
}

fn read_most(reader: &mut Reader, server: &ServerConfig) -> Duration {
    const NAME: &str = "EVENTS_MAX_CONNECTION_SECONDS";
    let on_lambda = matches!(server.platform, Platform::Lambda { .. });
    let most = read_seconds(reader, NAME, if on_lambda { LAMBDA_SECONDS } else { SECONDS });
    if on_lambda && most > Duration::from_secs(MOST_LAMBDA_SECONDS) {
        let message =
            format!("is over {MOST_LAMBDA_SECONDS}, and Lambda ends a function after 900 s.");
        reader.problem(NAME, message);
    }
    most
}
