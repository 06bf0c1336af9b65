//! What every request carries: its id, its clock, and the edge it came in by.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::FromRequestParts;
use config::ServerConfig;
use domain::{Error, RequestId};
use http::request::Parts;
use service::Authenticator;

use crate::Failure;

/// What is the same for all requests of a process.
pub struct Edge {
    /// Makes callers out of credentials.
    pub authenticator: Arc<dyn Authenticator>,
    /// Limits, and what is shown in errors.
    pub server: ServerConfig,
    /// Where large bodies wait.
    pub spool_dir: std::path::PathBuf,
}

/// What one request carries; every handler may ask for it.
#[derive(Clone)]
pub struct RequestContext {
    /// The request's id.
    pub id: RequestId,
    /// When its head was here.
    pub started: Instant,
    /// The edge it came in by.
    pub edge: Arc<Edge>,
    deadline: Arc<Mutex<Option<Instant>>>,
}

impl RequestContext {
    pub(crate) fn new(id: RequestId, edge: Arc<Edge>) -> Self {
        let started = Instant::now();
        let deadline = Arc::new(Mutex::new(Some(started + edge.server.request_timeout)));
        Self { id, started, edge, deadline }
    }

    /// When the answer must have begun; `None` while the body is still coming.
    pub fn deadline(&self) -> Option<Instant> {
        *self.deadline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the last byte of a stream of rows must have gone out.
    pub fn stream_deadline(&self) -> Instant {
        self.started + self.edge.server.stream_timeout
    }

    /// The body is coming: its own limits hold now.
    pub(crate) fn pause(&self) {
        *self.deadline.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The last byte of the body is here: the time for the answer begins.
    pub(crate) fn resume(&self) {
        let deadline = Instant::now() + self.edge.server.request_timeout;
        *self.deadline.lock().unwrap_or_else(PoisonError::into_inner) = Some(deadline);
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
