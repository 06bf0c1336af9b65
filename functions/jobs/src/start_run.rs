//! `POST /jobs/{job_name}/runs`

use api::{Problem, RunDocument, StartRun};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::RunId;
use http::{StatusCode, header};
use web::{
    Authenticated, Failure, JobPath, JsonOrNothing, KeyHeader, NoParameters, Parameters,
    RequestContext, replayed,
};

use crate::Adapters;

/// Starts a run: it is `RUNNING` until it is told to end, or nothing is heard of it for too long.
#[utoipa::path(
    post, path = "/jobs/{job_name}/runs", operation_id = "start_run", tag = "Jobs",
    params(("job_name" = String, Path, description = "The name of a job"), KeyHeader),
    request_body = Option<StartRun>,
    responses(
        (status = 201, description = "The run", body = RunDocument,
            headers(("Location" = String, description = "Its path"))),
        (status = 404, description = "There is no such job", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The run is of another job", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The body does not hold, or the run was started with another", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn start_run(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    JobPath(job): JobPath,
    _: Parameters<NoParameters>,
    key: KeyHeader,
    context: RequestContext,
    JsonOrNothing(request): JsonOrNothing<StartRun>,
) -> Result<Response, Failure> {
    let (id, start) = request.value.parse()?;
    let id = id.unwrap_or_else(|| RunId(context.new_id()));
    let change = key.change(&caller, request.digest);
    let (run, before) = adapters.jobs.start(change, &job, id, start).await?;
    let place = [(header::LOCATION, format!("/jobs/{job}/runs/{}", run.id))];
    let answer = (StatusCode::CREATED, place, Json(RunDocument::from(run)));
    Ok(replayed(answer.into_response(), before))
}
