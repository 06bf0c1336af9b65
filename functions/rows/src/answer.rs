//! What `POST /query` and `POST /tables/{table_name}/query` share.

use api::QueryRequest;
use axum::response::Response;
use domain::{Caller, TableName};
use formats::Format;
use service::{Query, Select};
use web::{Failure, RequestContext, RowsFormat, rows_response};

use crate::{Adapters, parameters};

/// Both ways to ask are one question; `this` is the table in the path of the one.
pub(crate) async fn answer(
    adapters: &Adapters,
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
    let rows = service::run_query(&*adapters.catalog, &*adapters.queries, caller, query).await?;
    Ok(rows_response(rows, representation, format.rows_as, request.limit, context).await?)
}
