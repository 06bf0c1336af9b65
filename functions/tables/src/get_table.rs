//! `GET /tables/{table_name}`

use api::{Problem, TableDocument};
use axum::Json;
use axum::extract::State;
use web::{Authenticated, Failure, NoParameters, Parameters, TablePath};

use crate::Adapters;

/// Describes one table: columns, statistics, its last snapshot.
#[utoipa::path(
    get, path = "/tables/{table_name}", operation_id = "get_table", tag = "Tables",
    params(("table_name" = String, Path, description = "`name` or `schema.name`")),
    responses(
        (status = 200, description = "The table", body = TableDocument),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn get_table(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    TablePath(name): TablePath,
    _: Parameters<NoParameters>,
) -> Result<Json<TableDocument>, Failure> {
    let table = service::get_table(&*adapters.catalog, &caller, &name).await?;
    Ok(Json(table.into()))
}
