//! `DELETE /jobs/{job_name}`

use api::Problem;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use web::{Authenticated, Failure, JobPath, KeyHeader, NoParameters, Parameters, replayed};

use crate::Adapters;

/// Deletes a job of which no run is running. Its runs can still be read by their ids; a job that is made
/// again under its name begins with none.
#[utoipa::path(
    delete, path = "/jobs/{job_name}", operation_id = "delete_job", tag = "Jobs",
    params(("job_name" = String, Path, description = "The name of a job"), KeyHeader),
    responses(
        (status = 204, description = "The job is gone"),
        (status = 404, description = "There is no such job", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Runs of it are running", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn delete_job(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    JobPath(name): JobPath,
    _: Parameters<NoParameters>,
    key: KeyHeader,
) -> Result<Response, Failure> {
    let before = adapters.jobs.delete(key.change(&caller, String::new()), &name).await?;
    Ok(replayed(StatusCode::NO_CONTENT.into_response(), before))
}
