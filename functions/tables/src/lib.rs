//! The Lambda of `/tables`: definitions, metadata, writes.
//!
//! One endpoint, one file; this is the table of them.

mod append_table;
mod body;
mod compose;
mod create_table;
mod delete_table;
mod describe;
mod get_table;
mod list_snapshots;
mod list_tables;
mod patch_table;
mod query_rows;
mod source;

use std::sync::Arc;

use config::SourceConfig;
use service::{Catalog, Lake, ObjectStore, QueryEngine};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use compose::compose;

/// What the endpoints work with.
#[derive(Clone)]
pub struct Adapters {
    /// The lake's catalog, read.
    pub catalog: Arc<dyn Catalog>,
    /// The lake's writer.
    pub lake: Arc<dyn Lake>,
    /// Storage, read.
    pub objects: Arc<dyn ObjectStore>,
    /// What of storage may be read.
    pub sources: SourceConfig,
    /// Runs the queries that tables are made of.
    pub queries: Arc<dyn QueryEngine>,
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
        .routes(routes!(list_tables::list_tables, create_table::create_table))
        .routes(routes!(
            get_table::get_table,
            append_table::append_table,
            patch_table::patch_table,
            delete_table::delete_table
        ))
        .routes(routes!(list_snapshots::list_snapshots))
}
