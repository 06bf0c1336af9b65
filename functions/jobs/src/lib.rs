//! The light Lambda of `/jobs`: jobs and their runs. It has no engine in it.
//!
//! One endpoint, one file; this is the table of them.

mod abort_run;
mod complete_run;
mod compose;
mod create_job;
mod delete_job;
mod fail_run;
mod get_job;
mod get_run;
mod list_jobs;
mod list_run_datasets;
mod list_run_tables;
mod list_runs;
mod put_progress;
mod run_answer;
mod run_datasets;
mod start_run;

use std::sync::Arc;

use service::Catalog;
use service::jobs::Jobs;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use compose::compose;

/// What the endpoints work with.
#[derive(Clone)]
pub struct Adapters {
    /// Jobs and runs.
    pub jobs: Arc<Jobs>,
    /// The lake's catalog, read: what runs wrote.
    pub catalog: Arc<dyn Catalog>,
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
        .routes(routes!(list_jobs::list_jobs, create_job::create_job))
        .routes(routes!(get_job::get_job, delete_job::delete_job))
        .routes(routes!(list_runs::list_runs, start_run::start_run))
        .routes(routes!(get_run::get_run))
        .routes(routes!(list_run_datasets::list_run_datasets))
        .routes(routes!(list_run_tables::list_run_tables))
        .routes(routes!(put_progress::put_progress))
        .routes(routes!(complete_run::complete_run))
        .routes(routes!(fail_run::fail_run))
        .routes(routes!(abort_run::abort_run))
}
