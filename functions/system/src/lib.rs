//! The light Lambda of health, settings, documents, and whatever no one else has. It has no engine in it.
//!
//! One endpoint, one file; this is the table of them.

mod checks;
mod compose;
mod features;
mod get_config_features;
mod get_config_summary;
mod get_config_validate;
mod get_docs;
mod get_docs_asset;
mod get_health;
mod get_openapi;
mod get_redoc;
mod get_redoc_script;
mod get_root;
mod get_status;
mod memory;
mod probe;
mod words;

use std::sync::Arc;

use config::Config;
use domain::Extension;
use service::{Catalog, Items, ObjectStore};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use compose::compose;

/// What the endpoints work with.
#[derive(Clone)]
pub struct Adapters {
    /// The lake's catalog, read.
    pub catalog: Arc<dyn Catalog>,
    /// The object store under the lake.
    pub objects: Arc<dyn ObjectStore>,
    /// The state store.
    pub items: Arc<dyn Items>,
    /// How DuckDB reads the catalog, to tell its version.
    pub catalog_extension: Extension,
    /// What this process was told.
    pub config: Arc<Config>,
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
        .routes(routes!(get_root::get_root))
        .routes(routes!(get_health::get_health))
        .routes(routes!(get_status::get_status))
        .routes(routes!(get_config_summary::get_config_summary))
        .routes(routes!(get_config_validate::get_config_validate))
        .routes(routes!(get_config_features::get_config_features))
        .routes(routes!(get_openapi::get_openapi))
        .routes(routes!(get_docs::get_docs))
        .routes(routes!(get_docs_asset::get_docs_asset))
        .routes(routes!(get_redoc::get_redoc))
        .routes(routes!(get_redoc_script::get_redoc_script))
}
