//! `GET /tables`

use api::{Page, Problem, TableItem};
use axum::extract::State;
use axum::response::Response;
use domain::{Error, Name, TableName};
use http::Uri;
use serde::Deserialize;
use service::ListTables;
use utoipa::IntoParams;
use web::{Authenticated, Failure, PageParameters, Parameters, page_response, point};

use crate::Adapters;

/// Which tables.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// Items of the page: 1 to 1,000, by default 100.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only those of this schema.
    schema: Option<String>,
    /// Only those whose name, without its schema, begins so; without regard to case.
    prefix: Option<String>,
    /// As this snapshot of the lake left them.
    snapshot: Option<u64>,
    /// As they were at this time (RFC 3339).
    #[param(format = DateTime)]
    as_of: Option<String>,
}

/// Lists the tables and views that the caller may see, in order of schema and name.
#[utoipa::path(
    get, path = "/tables", operation_id = "list_tables", tag = "Tables",
    params(ListParameters),
    responses(
        (status = 200, description = "A page of tables", body = Page<TableItem>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn list_tables(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    Parameters(asked): Parameters<ListParameters>,
    uri: Uri,
) -> Result<Response, Failure> {
    let point = point(asked.snapshot, asked.as_of.as_deref())?;
    let page = PageParameters { limit: asked.limit, cursor: asked.cursor };
    let limit = page.limit()?;
    let after = page.after()?.map(|text| TableName::parse(&text)).transpose().map_err(|_| {
        Error::malformed("INVALID_CURSOR", "`cursor` is not one of this list; start without it.")
    })?;
    let schema = asked.schema.map(|text| Name::parse("schema", &text)).transpose()?;

    let request = ListTables { after, schema, prefix: asked.prefix, point, limit };
    let (tables, more) = service::list_tables(&*adapters.catalog, &caller, request).await?;

    let last = tables.last().filter(|_| more).map(|table| table.name.to_string());
    let items: Vec<TableItem> = tables.into_iter().map(TableItem::from).collect();
    Ok(page_response(items, last.as_deref(), &uri))
}
