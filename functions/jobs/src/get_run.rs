//! `GET /jobs/{job_name}/runs/{run_id}`

use api::{Problem, RunDocument};
use axum::Json;
use axum::extract::State;
use web::{Authenticated, Failure, NoParameters, Parameters, RequestContext, RunPath};

use crate::Adapters;

/// A run, also of a job that is gone by now.
#[utoipa::path(
    get, path = "/jobs/{job_name}/runs/{run_id}", operation_id = "get_run", tag = "Jobs",
    params(
        ("job_name" = String, Path, description = "The name of the run's job"),
        ("run_id" = String, Path, description = "The run: a UUID"),
    ),
    responses(
        (status = 200, description = "The run", body = RunDocument),
        (status = 404, description = "The job has no such run", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn get_run(
    State(adapters): State<Adapters>,
    _: Authenticated,
    RunPath(job, run): RunPath,
    _: Parameters<NoParameters>,
    context: RequestContext,
) -> Result<Json<RunDocument>, Failure> {
    Ok(Json(adapters.jobs.run(&job, run, context.now()).await?.into()))
}
