//! `GET /jobs`

use api::{JobDocument, Page, Problem};
use axum::extract::State;
use axum::response::Response;
use domain::Tag;
use http::Uri;
use serde::Deserialize;
use service::jobs::{JobPage, Place};
use utoipa::IntoParams;
use web::{
    Authenticated, Failure, PageParameters, Parameters, RequestContext, page_response, place_in,
};

use crate::Adapters;
use crate::get_job::document;

/// Which jobs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// Items of the page: 1 to 1,000, by default 100.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only those that have this tag.
    tag: Option<String>,
}

/// Lists jobs, the newest first, each with the state of its newest run.
#[utoipa::path(
    get, path = "/jobs", operation_id = "list_jobs", tag = "Jobs",
    params(ListParameters),
    responses(
        (status = 200, description = "A page of jobs", body = Page<JobDocument>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn list_jobs(
    State(adapters): State<Adapters>,
    _: Authenticated,
    Parameters(asked): Parameters<ListParameters>,
    context: RequestContext,
    uri: Uri,
) -> Result<Response, Failure> {
    let tag = asked.tag.as_deref().map(Tag::parse).transpose()?;
    let list = format!("jobs {}", tag.as_ref().map_or("", Tag::as_str));
    let page = PageParameters { limit: asked.limit, cursor: asked.cursor };
    let after = page.after_in(&list)?.map(Place::parse).transpose()?;
    let page = JobPage { tag, after, limit: page.limit()? };

    let (jobs, next) = adapters.jobs.list(page, context.now()).await?;

    let next = next.map(|place| place_in(&list, place.as_str()));
    let items: Vec<JobDocument> = jobs.into_iter().map(document).collect();
    Ok(page_response(items, next.as_deref(), &uri))
}
