//! `PATCH /tables/{table_name}`

use api::{PatchTable, Problem, TableDocument};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use web::{
    Authenticated, ETag, Failure, Json, NoParameters, Parameters, RequestContext, TablePath,
    WriteHeaders, replayed,
};

use crate::Adapters;

/// Changes a table's definition: all changes in one snapshot, or none.
#[utoipa::path(
    patch, path = "/tables/{table_name}", operation_id = "patch_table", tag = "Tables",
    params(("table_name" = String, Path, description = "`name` or `schema.name`"), WriteHeaders),
    request_body = PatchTable,
    responses(
        (status = 200, description = "The table as it is now", body = TableDocument,
            headers(("ETag" = String, description = "The table's last snapshot, in quotes"))),
        (status = 412, description = "The table is not as `If-Match` says", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The changes do not fit the table", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn patch_table(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    TablePath(name): TablePath,
    _: Parameters<NoParameters>,
    headers: WriteHeaders,
    context: RequestContext,
    request: Json<PatchTable>,
) -> Result<Response, Failure> {
    let patch = request.value.parse()?;
    let origin = headers.origin(&caller, request.digest, &adapters.jobs);
    let (catalog, lake) = (&*adapters.catalog, &*adapters.lake);
    let limits = context.edge.server.table_limits;
    let altered = service::alter_table(catalog, lake, &caller, origin, name, patch, limits);
    let (table, before) = altered.await?;
    let etag = ETag::of_table(table.summary.snapshot);
    let document = axum::Json(TableDocument::from(table)).into_response();
    Ok(replayed(etag.on(document), before))
}
