//! What `POST /query` and `POST /tables/{table_name}/query` share.

use std::time::{Duration, Instant};

use api::QueryRequest;
use axum::response::Response;
use domain::{Caller, Name, TableName};
use formats::Format;
use service::{Deadlines, Query, Select};
use web::{Failure, RequestContext, RowsFormat, RunHeader, point, rows_limit, rows_response};

use crate::{Adapters, parameters};

/// Both ways to ask are one question; `this` is the table in the path of the one.
pub(crate) async fn answer(
    adapters: &Adapters,
    caller: &Caller,
    this: Option<TableName>,
    format: RowsFormat,
    run: RunHeader,
    context: RequestContext,
    request: QueryRequest,
) -> Result<Response, Failure> {
    let representation = format.or(Format::Json)?;
    let limit = rows_limit(representation, request.limit, &context)?;
    let text = request.checked_sql()?.to_owned();
    let deadlines = deadlines(&context, request.timeout()?);
    let point = point(request.snapshot, request.as_of.as_deref())?;
    let default_schema = request.default_schema.as_deref();
    let default_schema = default_schema.map(|text| Name::parse("schema", text)).transpose()?;
    let parameters = parameters::read(request.params)?;

    let run = run.admit(&adapters.jobs).await?;
    let select = Select::Sql { text, parameters, this, default_schema };
    let query = Query::of(select, caller.grants.clone());
    let query = Query { limit, deadlines, ..query };
    let (catalog, queries) = (&*adapters.catalog, &*adapters.queries);
    let rows = service::run_query(catalog, queries, caller, point, query).await?;
    run.reads(&rows.tables, rows.snapshot).await?;
    Ok(rows_response(rows, representation, format.rows_as, limit, context).await?)
}

/// What the caller wants, within what there is.
fn deadlines(context: &RequestContext, timeout: Option<Duration>) -> Deadlines {
    let most = context.deadlines();
    let Some(timeout) = timeout else { return most };
    let wanted = context.started + timeout;
    let earlier = |at: Option<Instant>| Some(at.map_or(wanted, |at| at.min(wanted)));
    Deadlines { first: earlier(most.first), last: earlier(most.last) }
}
