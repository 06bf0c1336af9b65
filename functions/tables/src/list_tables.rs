//! `GET /tables`

use api::{Page, Problem, TableItem};
use axum::extract::State;
use axum::response::Response;
use domain::{Error, TableName};
use service::ListTables;
use web::{Authenticated, Failure, PageParameters, Parameters, page_response};

use crate::Adapters;

/// Lists the tables that the caller may see, in order of schema and name.
#[utoipa::path(
    get, path = "/tables", operation_id = "list_tables", tag = "Tables",
    params(PageParameters),
    responses(
        (status = 200, description = "A page of tables", body = Page<TableItem>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn list_tables(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    Parameters(page): Parameters<PageParameters>,
) -> Result<Response, Failure> {
    let limit = page.limit()?;
    let after = page.after()?.map(|text| TableName::parse(&text)).transpose().map_err(|_| {
        Error::malformed("INVALID_CURSOR", "`cursor` is not one of this list; start without it.")
    })?;

    let request = ListTables { after, limit };
    let (tables, more) = service::list_tables(&*adapters.catalog, &caller, request).await?;

    let last = tables.last().filter(|_| more).map(|table| table.name.to_string());
    let items: Vec<TableItem> = tables.into_iter().map(TableItem::from).collect();
    Ok(page_response(items, last.as_deref(), "/tables", limit))
}
