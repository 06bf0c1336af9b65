//! `GET /jobs/events`

use std::collections::BTreeSet;

use api::{EventFrame, Problem};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use service::stream::FeedKey;
use utoipa::IntoParams;
use web::sse::LastEventId;
use web::{Authenticated, Failure, Parameters};

use crate::Adapters;
use crate::follow::{Asked, Start, follow};

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamParameters {
    /// The `id` of the last event that came, or `earliest` for all that are kept; the header `Last-Event-ID`
    /// goes before it.
    pub(crate) last_event_id: Option<String>,
    /// Only events of these names, with commas between them.
    pub(crate) events: Option<String>,
}

impl StreamParameters {
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let names = self.events.iter().flat_map(|names| names.split(','));
        names.map(str::trim).filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect()
    }
}

/// Streams what happens to the runs of all jobs: `job_status`, in order of each run; from now on unless told
/// otherwise. After a break it goes on where it was.
#[utoipa::path(
    get, path = "/jobs/events", operation_id = "stream_jobs", tag = "Events",
    params(StreamParameters, ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event that came")),
    responses(
        (status = 200, description = "Events, as they come", body = EventFrame, content_type = "text/event-stream"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn stream_jobs(
    State(adapters): State<Adapters>,
    _: Authenticated,
    Parameters(asked): Parameters<StreamParameters>,
    last: LastEventId,
) -> Result<Response, Failure> {
    Ok(jobs(&adapters, asked, last).await?)
}

pub(crate) async fn jobs(
    adapters: &Adapters,
    asked: StreamParameters,
    last: LastEventId,
) -> domain::Result<Response> {
    let (names, feeds) = (asked.names(), FeedKey::of_jobs());
    let last = last.or(asked.last_event_id);
    let asked = Asked { feeds, last, start: Start::Now, names, is_last: |_| false };
    follow(adapters, asked, false).await
}
