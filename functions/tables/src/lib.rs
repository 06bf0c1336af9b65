//! The Lambda of `/tables`: definitions, metadata, writes.
//!
//! One endpoint, one file; this is the table of them.

mod append_table;
mod body;
mod compose;
mod create_table;
mod delete_table;
mod describe;
mod get_config_ducklake;
mod get_table;
mod list_snapshots;
mod list_tables;
mod patch_table;
mod query_rows;
mod reconnect_ducklake;
mod source;

use std::sync::Arc;

use config::{Config, DuckLakeConfig, SourceConfig};
use service::jobs::Jobs;
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
    /// How the lake is attached.
    pub attached: Attached,
    /// Runs the queries that tables are made of.
    pub queries: Arc<dyn QueryEngine>,
    /// The runs that requests belong to.
    pub jobs: Arc<Jobs>,
}

/// How the lake is attached.
#[derive(Debug, Clone)]
pub struct Attached {
    pub(crate) ducklake: DuckLakeConfig,
    pub(crate) data_path: String,
}

impl Attached {
    /// As this is configured.
    pub fn of(config: &Config) -> Self {
        let data_path = config.storage.data_path();
        Self { ducklake: config.catalog.ducklake().clone(), data_path }
    }
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
        .routes(routes!(get_config_ducklake::get_config_ducklake))
        .routes(routes!(reconnect_ducklake::reconnect_ducklake))
}
