//! `DELETE /tables/{table_name}`

use api::Problem;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Authenticated, Failure, Parameters, TablePath, WriteHeaders, replayed};

use crate::Adapters;

/// What goes with it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeleteParameters {
    /// Views that read it go too; without it a table that views read stays (409).
    cascade: Option<bool>,
}

/// Drops a table and its rows, or a view. Its earlier snapshots stay until they expire.
#[utoipa::path(
    delete, path = "/tables/{table_name}", operation_id = "delete_table", tag = "Tables",
    params(("table_name" = String, Path, description = "`name` or `schema.name`"), DeleteParameters, WriteHeaders),
    responses(
        (status = 204, description = "The table is gone"),
        (status = 409, description = "Views read it", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "The table is not as `If-Match` says", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such table", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn delete_table(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    TablePath(name): TablePath,
    Parameters(asked): Parameters<DeleteParameters>,
    headers: WriteHeaders,
) -> Result<Response, Failure> {
    let origin = headers.origin(&caller, String::new(), &adapters.jobs);
    let Adapters { catalog, lake, queries, .. } = &adapters;
    let cascade = asked.cascade.unwrap_or(false);
    let (catalog, lake, queries) = (&**catalog, &**lake, &**queries);
    let before =
        service::delete_table(catalog, queries, lake, &caller, origin, name, cascade).await?;
    Ok(replayed(StatusCode::NO_CONTENT.into_response(), before))
}
