//! `DELETE /tables/{table_name}`

use api::Problem;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use web::{Authenticated, Failure, NoParameters, Parameters, TablePath, WriteHeaders, replayed};

use crate::Adapters;

/// Drops a table and its rows. Its earlier snapshots stay until they expire.
#[utoipa::path(
    delete, path = "/tables/{table_name}", operation_id = "delete_table", tag = "Tables",
    params(("table_name" = String, Path, description = "`name` or `schema.name`"), WriteHeaders),
    responses(
        (status = 204, description = "The table is gone"),
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
    _: Parameters<NoParameters>,
    headers: WriteHeaders,
) -> Result<Response, Failure> {
    let origin = headers.origin(&caller, String::new());
    let before =
        service::delete_table(&*adapters.catalog, &*adapters.lake, &caller, origin, name).await?;
    Ok(replayed(StatusCode::NO_CONTENT.into_response(), before))
}
