//! `GET /tables/{table_name}/data`

use api::{Problem, RowsAnswer};
use axum::extract::State;
use axum::response::Response;
use formats::Format;
use web::{
    Authenticated, Failure, RequestContext, RowsFormat, RowsParameters, TablePath, rows_response,
};

use crate::Adapters;

/// Streams the whole table, in constant memory; CSV on Lambda goes out whole, up to 32 MiB.
#[utoipa::path(
    get, path = "/tables/{table_name}/data", operation_id = "read_table", tag = "Tables",
    params(("table_name" = String, Path, description = "`name` or `schema.name`"), RowsParameters),
    responses(
        (status = 200, description = "The rows; Arrow unless asked otherwise", content(
            (Vec<u8> = "application/vnd.apache.arrow.stream"),
            (Vec<u8> = "application/vnd.apache.parquet"),
            (String = "text/csv"),
            (String = "application/x-ndjson"),
            (RowsAnswer = "application/json"),
        )),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn read_table(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    TablePath(table): TablePath,
    format: RowsFormat,
    context: RequestContext,
) -> Result<Response, Failure> {
    let representation = format.or(Format::ArrowStream)?;
    let deadlines = context.deadlines();
    let rows =
        service::read_table(&*adapters.catalog, &*adapters.queries, &caller, table, deadlines)
            .await?;
    Ok(rows_response(rows, representation, format.rows_as, None, context).await?)
}
