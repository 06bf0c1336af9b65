//! `POST /query`

use api::{Problem, QueryRequest, RowsAnswer, RowsBytes};
use axum::extract::State;
use axum::response::Response;
use web::{Authenticated, Failure, Json, RequestContext, RowsFormat, RowsParameters, RunHeader};

use crate::{Adapters, answer::answer};

/// Runs one SELECT over all tables that the caller may read.
#[utoipa::path(
    post, path = "/query", operation_id = "run_query", tag = "Tables",
    params(RowsParameters, RunHeader),
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
pub(crate) async fn run_query(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    format: RowsFormat,
    run: RunHeader,
    context: RequestContext,
    request: Json<QueryRequest>,
) -> Result<Response, Failure> {
    answer(&adapters, &caller, None, format, run, context, request.value).await
}
