//! `POST /jobs`

use api::{CreateJob, JobDocument, Problem};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, StatusCode, header};
use web::{
    Authenticated, Failure, Json, KeyHeader, NoParameters, Parameters, RequestContext, replayed,
};

use crate::Adapters;

/// Defines a job. Runs of it may be started from then on.
#[utoipa::path(
    post, path = "/jobs", operation_id = "create_job", tag = "Jobs",
    params(KeyHeader),
    request_body = CreateJob,
    responses(
        (status = 201, description = "The job", body = JobDocument,
            headers(("Location" = String, description = "Its path"))),
        (status = 409, description = "There is a job of this name", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The definition does not hold", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn create_job(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    _: Parameters<NoParameters>,
    key: KeyHeader,
    context: RequestContext,
    request: Json<CreateJob>,
) -> Result<Response, Failure> {
    let definition = request.value.parse()?;
    let change = key.change(&caller, request.digest);
    let (job, before) = adapters.jobs.create(change, definition, context.new_id()).await?;
    let place: [(HeaderName, String); 1] =
        [(header::LOCATION, format!("/jobs/{}", job.definition.name))];
    let document = axum::Json(JobDocument::new(job, None));
    Ok(replayed((StatusCode::CREATED, place, document).into_response(), before))
}
