//! `GET /events/jobs`

use api::{EventFrame, Problem};
use axum::extract::State;
use axum::response::Response;
use web::sse::LastEventId;
use web::{Authenticated, Failure, Parameters};

use crate::Adapters;
use crate::stream_jobs::{StreamParameters, jobs};

/// Streams what happens to the runs of all jobs, as `/jobs/events` does.
#[utoipa::path(
    get, path = "/events/jobs", operation_id = "stream_job_events", tag = "Events",
    params(StreamParameters, ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event that came")),
    responses(
        (status = 200, description = "Events, as they come", body = EventFrame, content_type = "text/event-stream"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn stream_job_events(
    State(adapters): State<Adapters>,
    _: Authenticated,
    Parameters(asked): Parameters<StreamParameters>,
    last: LastEventId,
) -> Result<Response, Failure> {
    Ok(jobs(&adapters, asked, last).await?)
}
