//! `POST /tables/{table_name}/query`

use api::{Problem, QueryRequest, RowsAnswer, RowsBytes};
use axum::extract::State;
use axum::response::Response;
use web::{
    Authenticated, Failure, Json, RequestContext, RowsFormat, RowsParameters, RunHeader, TablePath,
};

use crate::{Adapters, answer::answer};

/// Runs one SELECT, in which the table is also visible as `this`.
#[utoipa::path(
    post, path = "/tables/{table_name}/query", operation_id = "query_table", tag = "Tables",
    params(("table_name" = String, Path, description = "`name` or `schema.name`"), RowsParameters, RunHeader),
    request_body = QueryRequest,
    responses(
        (status = 200, description = "The rows; JSON unless asked otherwise", content(
            (RowsAnswer = "application/json"),
            (String = "text/csv"),
            (String = "application/x-ndjson"),
            (RowsBytes = "application/vnd.apache.arrow.stream"),
            (RowsBytes = "application/vnd.apache.parquet"),
        )),
        (status = 422, description = "The SQL is not one that is run", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn query_table(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    TablePath(table): TablePath,
    format: RowsFormat,
    run: RunHeader,
    context: RequestContext,
    request: Json<QueryRequest>,
) -> Result<Response, Failure> {
    answer(&adapters, &caller, Some(table), format, run, context, request.value).await
}
