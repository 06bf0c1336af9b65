//! `GET /jobs/{job_name}`

use api::{JobDocument, Problem};
use axum::Json;
use axum::extract::State;
use service::jobs::JobWithRun;
use web::{Authenticated, Failure, JobPath, NoParameters, Parameters, RequestContext};

use crate::Adapters;

/// A job, with the state of its newest run.
#[utoipa::path(
    get, path = "/jobs/{job_name}", operation_id = "get_job", tag = "Jobs",
    params(("job_name" = String, Path, description = "The name of a job")),
    responses(
        (status = 200, description = "The job", body = JobDocument),
        (status = 404, description = "There is no such job", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn get_job(
    State(adapters): State<Adapters>,
    _: Authenticated,
    JobPath(name): JobPath,
    _: Parameters<NoParameters>,
    context: RequestContext,
) -> Result<Json<JobDocument>, Failure> {
    Ok(Json(document(adapters.jobs.get(&name, context.now()).await?)))
}

pub(crate) fn document(found: JobWithRun) -> JobDocument {
    let latest = found.latest.map(|run| (run.id, run.state()));
    JobDocument::new(found.job, latest)
}
