//! `PUT /jobs/{job_name}/runs/{run_id}/progress`

use api::{Problem, PutProgress, RunDocument};
use axum::extract::State;
use axum::response::Response;
use web::{Authenticated, Failure, JsonOrNothing, KeyHeader, NoParameters, Parameters, RunPath};

use crate::Adapters;
use crate::run_answer::changed;

/// Tells how far a run is. Each call is its heartbeat.
#[utoipa::path(
    put, path = "/jobs/{job_name}/runs/{run_id}/progress", operation_id = "put_progress", tag = "Jobs",
    params(
        ("job_name" = String, Path, description = "The name of the run's job"),
        ("run_id" = String, Path, description = "The run: a UUID"),
        KeyHeader,
    ),
    request_body = Option<PutProgress>,
    responses(
        (status = 200, description = "The run as it is now", body = RunDocument),
        (status = 404, description = "The job has no such run", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The run has ended", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The percentage is none, or less than before", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn put_progress(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    RunPath(job, run): RunPath,
    _: Parameters<NoParameters>,
    key: KeyHeader,
    JsonOrNothing(request): JsonOrNothing<PutProgress>,
) -> Result<Response, Failure> {
    let progress = request.value.parse()?;
    let change = key.change(&caller, request.digest);
    Ok(changed(adapters.jobs.advance(change, &job, run, progress).await?))
}
