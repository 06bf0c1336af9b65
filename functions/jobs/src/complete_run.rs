//! `PUT /jobs/{job_name}/runs/{run_id}/complete`

use api::{CompleteRun, Problem, RunDocument};
use axum::extract::State;
use axum::response::Response;
use web::{Authenticated, Failure, JsonOrNothing, KeyHeader, NoParameters, Parameters, RunPath};

use crate::Adapters;
use crate::run_answer::changed;

/// Ends a run that did what it should. The same again is answered as the first time.
#[utoipa::path(
    put, path = "/jobs/{job_name}/runs/{run_id}/complete", operation_id = "complete_run", tag = "Jobs",
    params(
        ("job_name" = String, Path, description = "The name of the run's job"),
        ("run_id" = String, Path, description = "The run: a UUID"),
        KeyHeader,
    ),
    request_body = Option<CompleteRun>,
    responses(
        (status = 200, description = "The run has ended", body = RunDocument),
        (status = 404, description = "The job has no such run", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The run has ended otherwise", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn complete_run(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    RunPath(job, run): RunPath,
    _: Parameters<NoParameters>,
    key: KeyHeader,
    JsonOrNothing(request): JsonOrNothing<CompleteRun>,
) -> Result<Response, Failure> {
    let ending = request.value.parse()?;
    let change = key.change(&caller, request.digest);
    Ok(changed(adapters.jobs.end(change, &job, run, ending).await?))
}
