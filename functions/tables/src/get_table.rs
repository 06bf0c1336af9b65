//! `GET /tables/{table_name}`

use api::{Problem, TableDocument};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Point;
use http::HeaderMap;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Authenticated, ETag, Failure, Parameters, TablePath, point};

use crate::{Adapters, describe};

/// Which state of the table.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PastParameters {
    /// As this snapshot of the lake left it.
    snapshot: Option<u64>,
    /// As it was at this time (RFC 3339).
    #[param(format = DateTime)]
    as_of: Option<String>,
}

/// Describes one table: columns, layout, statistics, its last snapshot.
#[utoipa::path(
    get, path = "/tables/{table_name}", operation_id = "get_table", tag = "Tables",
    params(
        ("table_name" = String, Path, description = "`name` or `schema.name`"),
        PastParameters,
        ("If-None-Match" = Option<String>, Header, description = "The ETag that the client has"),
    ),
    responses(
        (status = 200, description = "The table", body = TableDocument,
            headers(("ETag" = String, description = "The table's last snapshot, in quotes"))),
        (status = 304, description = "The client has it"),
        (status = 410, description = "The snapshot has expired", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn get_table(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    TablePath(name): TablePath,
    Parameters(past): Parameters<PastParameters>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let at = point(past.snapshot, past.as_of.as_deref())?;
    let table = service::get_table(&*adapters.catalog, &caller, &name, at).await?;
    let etag = ETag::of_table(table.summary.snapshot);
    // The columns of a view are those of what it reads, which changes without it.
    let is_table = table.view.is_none();
    if let Some(response) = etag.not_modified(&headers)?.filter(|_| is_table) {
        return Ok(response);
    }
    let snapshot = (at != Point::Newest).then_some(table.read_at);
    let document = describe::document(&adapters, &caller, table, snapshot).await?;
    Ok(etag.on(axum::Json(document).into_response()))
}
