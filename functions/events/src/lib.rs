//! The light, streaming Lambda of live events. It has no engine in it.
//!
//! One endpoint, one file; this is the table of them.

mod compose;
mod follow;
mod position;
mod stream_job_events;
mod stream_jobs;
mod stream_run;

use std::sync::Arc;
use std::time::Duration;

use service::jobs::Jobs;
use service::stream::FeedHub;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use compose::compose;

/// What the endpoints work with.
#[derive(Clone)]
pub struct Adapters {
    /// Jobs and runs.
    pub jobs: Arc<Jobs>,
    /// The feeds that this process follows.
    pub hub: Arc<FeedHub>,
    /// A stream ends then.
    pub max_connection: Duration,
}

/// The routes, for a router to serve.
pub fn router(adapters: Adapters) -> OpenApiRouter {
    routes().with_state(adapters)
}

/// What the routes say of themselves.
pub fn openapi() -> OpenApi {
    routes().into_openapi()
}

fn routes() -> OpenApiRouter<Adapters> {
    OpenApiRouter::new()
        .routes(routes!(stream_jobs::stream_jobs))
        .routes(routes!(stream_job_events::stream_job_events))
        .routes(routes!(stream_run::stream_run))
}
