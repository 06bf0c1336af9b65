//! What every request carries: its id, its clock, and the edge it came in by.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::FromRequestParts;
use config::ServerConfig;
use domain::{Error, RequestId, Timestamp};
use http::Version;
use http::request::Parts;
use service::{Authenticator, Deadlines, Spools};
use uuid::Uuid;

use crate::accepted::Accepted;
use crate::{Failure, InFlight, ambient};

/// What is the same for all requests of a process.
pub struct Edge {
    /// Makes callers out of credentials.
    pub authenticator: Arc<dyn Authenticator>,
    /// Limits, and what is shown in errors.
    pub server: ServerConfig,
    /// Where bodies wait.
    pub spools: Spools,
    /// When this process began to serve.
    pub started: Instant,
    /// The requests that it is at work on.
    pub in_flight: InFlight,
}

impl Edge {
    /// The limits of `server`; bodies that are large wait in `folder`.
    pub fn new(authenticator: Arc<dyn Authenticator>, server: ServerConfig, folder: &Path) -> Self {
        let spools = Spools::new(folder, server.spool_memory_bytes);
        let (started, in_flight) = (Instant::now(), InFlight::default());
        Self { authenticator, server, spools, started, in_flight }
    }

    /// How long work may take, so that there is time to say how it ended.
    pub fn work_time(&self) -> Duration {
        self.server.request_timeout - self.last_words()
    }

    /// What work that was stopped has left to undo itself and to say so.
    fn last_words(&self) -> Duration {
        LAST_WORDS.min(self.server.request_timeout / 4)
    }
}

/// Of a request's time so much is kept for the end of work that is stopped.
const LAST_WORDS: Duration = Duration::from_millis(1500);

/// What one request carries; every handler may ask for it.
#[derive(Clone)]
pub struct RequestContext {
    /// The request's id.
    pub id: RequestId,
    /// When its head was here.
    pub started: Instant,
    /// The edge it came in by.
    pub edge: Arc<Edge>,
    /// The HTTP that the client speaks.
    pub(crate) version: Version,
    /// What it takes its answer packed with.
    pub(crate) accepted: Accepted,
    answer_by: Arc<Mutex<Option<Instant>>>,
}

impl RequestContext {
    /// Of `request`, which came in by `edge` and has that id.
    pub(crate) fn new<B>(id: RequestId, request: &http::Request<B>, edge: Arc<Edge>) -> Self {
        let (version, accepted) = (request.version(), Accepted::of(request.headers()));
        let started = Instant::now();
        let answer_by = Arc::new(Mutex::new(Some(started + edge.server.request_timeout)));
        Self { id, started, edge, version, accepted, answer_by }
    }

    /// The time of day, for what is recorded.
    pub fn now(&self) -> Timestamp {
        ambient::now()
    }

    /// A new id, in order of time.
    pub fn new_id(&self) -> Uuid {
        ambient::new_id()
    }

    /// When the work must have ended, so that there is time to say so; `None` while the body is still
    /// coming.
    pub fn deadline(&self) -> Option<Instant> {
        self.answer_by().map(|at| at - self.edge.last_words())
    }

    /// When the answer must have begun, whatever it is.
    pub(crate) fn answer_by(&self) -> Option<Instant> {
        *self.answer_by.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time of a read: its first rows are an answer like any other, its last one ends the stream.
    pub fn deadlines(&self) -> Deadlines {
        let last = Some(self.started + self.edge.server.stream_timeout);
        Deadlines { first: self.deadline(), last }
    }

    /// The body is coming: its own limits hold now.
    pub(crate) fn pause(&self) {
        *self.answer_by.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The last byte of the body is here: the time for the answer begins.
    pub(crate) fn resume(&self) {
        let at = Instant::now() + self.edge.server.request_timeout;
        *self.answer_by.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    pub(crate) fn of(parts: &http::Extensions) -> Result<Self, Failure> {
        let missing = || Failure(Error::internal("the router was not finished by web::finish"));
        parts.get::<Self>().cloned().ok_or_else(missing)
    }
}

impl<S: Sync> FromRequestParts<S> for RequestContext {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Self::of(&parts.extensions)
    }
}
