//! `POST /query`

use api::{Problem, QueryRequest, RowsAnswer};
use axum::extract::State as Context;
use axum::response::Response;
use domain::{Caller, TableName};
use formats::Format;
use service::{Query, Select};
use web::{
    Authenticated, Failure, Json, RequestContext, RowsFormat, RowsParameters, rows_response,
};

use crate::{State, parameters};

/// Runs one SELECT over all tables that the caller may read.
#[utoipa::path(
    post, path = "/query", operation_id = "run_query", tag = "Tables",
    params(RowsParameters),
    request_body = QueryRequest,
    responses(
        (status = 200, description = "The rows; JSON unless asked otherwise", content(
            (RowsAnswer = "application/json"),
            (String = "text/csv"),
            (String = "application/x-ndjson"),
            (Vec<u8> = "application/vnd.apache.arrow.stream"),
            (Vec<u8> = "application/vnd.apache.parquet"),
        )),
        (status = 422, description = "The SQL is not one that is run", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn run_query(
    Context(state): Context<State>,
    Authenticated(caller): Authenticated,
    format: RowsFormat,
    context: RequestContext,
    request: Json<QueryRequest>,
) -> Result<Response, Failure> {
    answer(&state, &caller, None, format, context, request.value).await
}

/// Both ways to ask are one question.
pub(crate) async fn answer(
    state: &State,
    caller: &Caller,
    this: Option<TableName>,
    format: RowsFormat,
    context: RequestContext,
    request: QueryRequest,
) -> Result<Response, Failure> {
    let representation = format.or(Format::Json)?;
    let text = request.checked_sql()?.to_owned();
    let parameters = parameters::read(request.params)?;

    let query = Query {
        select: Select::Sql { text, parameters, this },
        grants: caller.grants.clone(),
        limit: request.limit,
        deadlines: context.deadlines(),
    };
    let rows = service::run_query(&*state.catalog, &*state.queries, caller, query).await?;
    Ok(rows_response(rows, representation, format.rows_as, request.limit, context).await?)
}
