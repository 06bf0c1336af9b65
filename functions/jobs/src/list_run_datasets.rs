//! `GET /jobs/{job_name}/runs/{run_id}/datasets`

use api::{Page, Problem, RunDatasetItem};
use axum::extract::State;
use axum::response::Response;
use http::Uri;
use web::{Authenticated, Failure, PageParameters, Parameters, RequestContext, RunPath};

use crate::Adapters;
use crate::run_datasets::{Which, page};

/// Lists what the run has read and written, tables and anything else: inputs first, each in order of their names.
#[utoipa::path(
    get, path = "/jobs/{job_name}/runs/{run_id}/datasets", operation_id = "list_run_datasets", tag = "Jobs",
    params(
        ("job_name" = String, Path, description = "The name of the run's job"),
        ("run_id" = String, Path, description = "The run: a UUID"),
        PageParameters,
    ),
    responses(
        (status = 200, description = "A page of them", body = Page<RunDatasetItem>),
        (status = 404, description = "The job has no such run", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn list_run_datasets(
    State(adapters): State<Adapters>,
    _: Authenticated,
    RunPath(job, run): RunPath,
    Parameters(asked): Parameters<PageParameters>,
    context: RequestContext,
    uri: Uri,
) -> Result<Response, Failure> {
    page(&adapters, (job, run), Which::All, asked, context.now(), &uri).await
}
