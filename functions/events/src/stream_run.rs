//! `GET /jobs/{job_name}/runs/{run_id}/events`

use api::{EventFrame, Problem};
use axum::extract::State;
use axum::response::Response;
use domain::RunState;
use service::stream::{FeedKey, StreamEvent};
use web::sse::LastEventId;
use web::{Authenticated, Failure, Parameters, RequestContext, RunPath};

use crate::Adapters;
use crate::follow::{Asked, Start, follow};
use crate::stream_jobs::StreamParameters;

/// Streams all that happens to a run, from its start unless told otherwise: `job_status` and `run_progress`.
/// It ends with the run; who comes after that with the id of its last event gets 204.
#[utoipa::path(
    get, path = "/jobs/{job_name}/runs/{run_id}/events", operation_id = "stream_run", tag = "Events",
    params(
        ("job_name" = String, Path, description = "The name of the run's job"),
        ("run_id" = String, Path, description = "The run: a UUID"),
        StreamParameters,
        ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event that came"),
    ),
    responses(
        (status = 200, description = "Events, as they come", body = EventFrame, content_type = "text/event-stream"),
        (status = 204, description = "The run has ended, and no event is left"),
        (status = 404, description = "The job has no such run", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn stream_run(
    State(adapters): State<Adapters>,
    _: Authenticated,
    RunPath(job, run): RunPath,
    Parameters(asked): Parameters<StreamParameters>,
    last: LastEventId,
    context: RequestContext,
) -> Result<Response, Failure> {
    let found = adapters.jobs.run(&job, run, context.now()).await?;
    let asked = Asked {
        feeds: vec![FeedKey::of_run(run)],
        names: asked.names(),
        last: last.or(asked.last_event_id),
        start: Start::Earliest,
        is_last: ends_the_run,
    };
    Ok(follow(&adapters, asked, found.ended.is_some()).await?)
}

fn ends_the_run(event: &StreamEvent) -> bool {
    let state = event.data["state"].as_str().and_then(RunState::from_name);
    state.is_some_and(|state| state != RunState::Running)
}
