//! `GET /jobs/{job_name}/runs`

use api::{Page, Problem, RunDocument};
use axum::extract::State;
use axum::response::Response;
use domain::{Error, Result as Parsed, RunState};
use http::Uri;
use serde::Deserialize;
use service::jobs::{Place, RunPage};
use utoipa::IntoParams;
use web::{
    Authenticated, Failure, JobPath, PageParameters, Parameters, RequestContext, page_response,
    place_in, time,
};

use crate::Adapters;

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// Items of the page: 1 to 1,000, by default 100.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only those in this state: `RUNNING`, `COMPLETED`, `FAILED` or `ABORTED`.
    state: Option<String>,
    /// Only those that began at this time (RFC 3339) or later.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Only those that began at this time (RFC 3339) or before.
    #[param(format = DateTime)]
    to: Option<String>,
}

/// Lists the runs of a job, the newest first.
#[utoipa::path(
    get, path = "/jobs/{job_name}/runs", operation_id = "list_runs", tag = "Jobs",
    params(("job_name" = String, Path, description = "The name of a job"), ListParameters),
    responses(
        (status = 200, description = "A page of runs", body = Page<RunDocument>),
        (status = 404, description = "There is no such job", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn list_runs(
    State(adapters): State<Adapters>,
    _: Authenticated,
    JobPath(name): JobPath,
    Parameters(asked): Parameters<ListParameters>,
    context: RequestContext,
    uri: Uri,
) -> Result<Response, Failure> {
    let state = asked.state.as_deref().map(state).transpose()?;
    let list = format!("runs {name} {}", state.map_or("", RunState::as_str));
    let from = asked.from.map(|text| time("from", &text)).transpose()?;
    let to = asked.to.map(|text| time("to", &text)).transpose()?;
    let page = PageParameters { limit: asked.limit, cursor: asked.cursor };
    let after = page.after_in(&list)?.map(Place::parse).transpose()?;
    let page = RunPage { state, from, to, after, limit: page.limit()? };

    let (runs, next) = adapters.jobs.list_runs(&name, page, context.now()).await?;

    let next = next.map(|place| place_in(&list, place.as_str()));
    let items: Vec<RunDocument> = runs.into_iter().map(RunDocument::from).collect();
    Ok(page_response(items, next.as_deref(), &uri))
}

fn state(text: &str) -> Parsed<RunState> {
    RunState::from_name(text).ok_or_else(|| {
        let what = "must be one of RUNNING, COMPLETED, FAILED, ABORTED";
        Error::malformed("INVALID_PARAMETER", format!("`state` {what}.")).field("state", what)
    })
}
