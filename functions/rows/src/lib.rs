//! The streaming Lambda of every answer made of rows.
//!
//! One endpoint, one file; this is the table of them.

mod answer;
mod compose;
mod parameters;
mod query_table;
mod read_changes;
mod read_table;
mod run_query;

use std::sync::Arc;

use service::jobs::Jobs;
use service::{Catalog, QueryEngine};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use compose::compose;

/// What the endpoints work with.
#[derive(Clone)]
pub struct Adapters {
    /// The lake's catalog, read.
    pub catalog: Arc<dyn Catalog>,
    /// Runs reads.
    pub queries: Arc<dyn QueryEngine>,
    /// The runs that requests belong to.
    pub jobs: Arc<Jobs>,
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
        .routes(routes!(read_table::read_table))
        .routes(routes!(read_changes::read_changes))
        .routes(routes!(query_table::query_table))
        .routes(routes!(run_query::run_query))
}
