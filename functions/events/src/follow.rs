//! One stream: frames as events come, heartbeats while none does, an end before the platform's.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::response::Response;
use bytes::{Bytes, BytesMut};
use domain::{Error, Result};
use futures::stream;
use serde_json::{Value, json};
use service::stream::{Batch, FeedKey, StreamEvent, Subscription};
use web::sse;

use crate::{Adapters, position};

/// A client, and all between, hears something at least so often.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// While the store is down, a reader that is behind asks again after this.
const AGAIN: Duration = Duration::from_secs(1);

/// Where a stream begins that is told nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// With what comes from now on.
    Now,
    /// With the first event that is kept.
    Earliest,
}

/// What a stream is asked for.
pub(crate) struct Asked {
    /// The feeds, in the order of their numbers in an id.
    pub(crate) feeds: Vec<FeedKey>,
    /// Where the client was.
    pub(crate) last: Option<String>,
    pub(crate) start: Start,
    /// Only events of these names; all of them if there is none.
    pub(crate) names: BTreeSet<String>,
    /// Whether it is the last one there will be.
    pub(crate) is_last: fn(&StreamEvent) -> bool,
}

struct Stream {
    subscription: Subscription,
    /// The number of the last event of each feed that the client was given, or passed over.
    at: Vec<u64>,
    /// Whether what is not kept any more is no gap to it.
    from_earliest: bool,
    names: BTreeSet<String>,
    is_last: fn(&StreamEvent) -> bool,
    /// The newest numbers there will ever be, where that is known.
    last: Option<Vec<u64>>,
    heartbeat: Instant,
    end: Instant,
    opened: bool,
    ended: bool,
}

/// The stream, from where the client was. `over`: the newest event is the last one there will be.
pub(crate) async fn follow(adapters: &Adapters, asked: Asked, over: bool) -> Result<Response> {
    let newest = adapters.hub.newest(&asked.feeds).await?;
    let from_earliest = match asked.last.as_deref() {
        None => asked.start == Start::Earliest,
        Some(last) => last == position::EARLIEST,
    };
    let at = match asked.last.as_deref().filter(|last| *last != position::EARLIEST) {
        Some(last) => position::read(last, &newest)?,
        None if from_earliest => vec![0; newest.len()],
        None => newest.clone(),
    };
    if over && at == newest {
        return Ok(sse::stream_over());
    }
    let now = Instant::now();
    let stream = Stream {
        subscription: adapters.hub.subscribe(asked.feeds, at.clone()),
        at,
        from_earliest,
        names: asked.names,
        is_last: asked.is_last,
        last: over.then_some(newest),
        heartbeat: now + HEARTBEAT,
        end: now + adapters.max_connection,
        opened: false,
        ended: false,
    };
    let frames = stream::unfold(stream, |mut stream| async move {
        Some((Ok::<Bytes, Infallible>(stream.next().await?), stream))
    });
    Ok(sse::event_stream(frames))
}

impl Stream {
    /// The next frames.
    async fn next(&mut self) -> Option<Bytes> {
        if !self.opened {
            self.opened = true;
            return Some(sse::opening(&position::id(&self.at)));
        }
        while !self.ended {
            let now = Instant::now();
            if now >= self.end {
                return None;
            }
            if now >= self.heartbeat {
                self.heartbeat = now + HEARTBEAT;
                return Some(self.passing("heartbeat", &Value::Null));
            }
            let until = self.heartbeat.min(self.end);
            tokio::select! {
                batch = self.subscription.next() => match batch {
                    Ok(batch) => {
                        if let Some(frames) = self.frames(batch) {
                            self.heartbeat = Instant::now() + HEARTBEAT;
                            return Some(frames);
                        }
                    }
                    Err(error) => wait(&error, until).await,
                },
                () = tokio::time::sleep_until(until.into()) => {}
            }
        }
        None
    }

    fn passing(&self, name: &str, data: &Value) -> Bytes {
        sse::passing(&position::id(&self.at), name, data)
    }

    /// What the client gets of a batch; `None` if that is nothing.
    fn frames(&mut self, batch: Batch) -> Option<Bytes> {
        let Batch { feed, events, gap } = batch;
        let mut frames = BytesMut::new();
        if let Some(first) = gap {
            let is_told = !(self.from_earliest && self.at[feed] == 0);
            // Where none is kept, the next one would be the first.
            self.at[feed] = if events.is_empty() { first - 1 } else { first };
            let first_id = position::id(&self.at);
            self.at[feed] = first - 1;
            if is_told {
                let gap = self.passing("gap", &json!({ "first_id": first_id }));
                frames.extend_from_slice(&gap);
            }
        }
        let mut says_where = !frames.is_empty();
        for event in events {
            self.at[feed] = event.number;
            says_where = self.names.is_empty() || self.names.contains(&event.name);
            if says_where {
                frames.extend_from_slice(&sse::frame(&position::id(&self.at), &event));
            }
            self.ended |= (self.is_last)(&event);
        }
        self.ended |= self.last.as_ref() == Some(&self.at);
        if self.ended && !says_where {
            // What was left out counts as seen, so that there is an end to connecting anew.
            frames.extend_from_slice(&sse::place(&position::id(&self.at)));
        }
        (!frames.is_empty()).then(|| frames.freeze())
    }
}

/// The store is down: what is there already goes on to come, what is not is asked for again.
async fn wait(error: &Error, until: Instant) {
    tracing::warn!(source = ?error.source, "a stream waits: {error}");
    tokio::time::sleep_until((Instant::now() + AGAIN).min(until).into()).await;
}
