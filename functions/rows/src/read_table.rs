//! `GET /tables/{table_name}/data`

use api::{Problem, RowsAnswer, RowsBytes};
use axum::extract::State;
use axum::response::Response;
use domain::Name;
use formats::Format;
use http::HeaderMap;
use serde::Deserialize;
use service::{Query, ReadTable, Select};
use utoipa::IntoParams;
use web::{
    Authenticated, ETag, Failure, Parameters, RequestContext, RowsFormat, RunHeader, TablePath,
    point, rows_limit, rows_response,
    schema::{FormatName, RowsName},
};

use crate::Adapters;

/// Which rows, and how they are written.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DataParameters {
    /// `arrow`, `parquet`, `csv`, `ndjson` or `json`; overrides `Accept`.
    #[param(inline, value_type = Option<FormatName>)]
    format: Option<String>,
    /// `array` for rows as arrays in JSON; by default `object`.
    #[param(inline, value_type = Option<RowsName>)]
    rows: Option<String>,
    /// Only these columns, with commas between them; one that holds a comma stands in double quotes.
    columns: Option<String>,
    /// Only rows for which this holds: what stands behind WHERE in SQL.
    filter: Option<String>,
    /// So many rows at most.
    limit: Option<u64>,
    /// As this snapshot of the lake left the table.
    snapshot: Option<u64>,
    /// As the table was at this time (RFC 3339).
    #[param(format = DateTime)]
    as_of: Option<String>,
}

/// Streams a table, in constant memory; CSV on Lambda goes out whole, up to 32 MiB.
#[utoipa::path(
    get, path = "/tables/{table_name}/data", operation_id = "read_table", tag = "Tables",
    params(
        ("table_name" = String, Path, description = "`name` or `schema.name`"),
        DataParameters,
        RunHeader,
        ("If-None-Match" = Option<String>, Header, description = "The ETag that the client has"),
    ),
    responses(
        (status = 200, description = "The rows; Arrow unless asked otherwise", content(
            (RowsBytes = "application/vnd.apache.arrow.stream"),
            (RowsBytes = "application/vnd.apache.parquet"),
            (String = "text/csv"),
            (String = "application/x-ndjson"),
            (RowsAnswer = "application/json"),
        )),
        (status = 304, description = "The client has them"),
        (status = 410, description = "The snapshot has expired", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn read_table(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    TablePath(name): TablePath,
    Parameters(asked): Parameters<DataParameters>,
    headers: HeaderMap,
    run: RunHeader,
    context: RequestContext,
) -> Result<Response, Failure> {
    let format = RowsFormat::read(asked.format.as_deref(), asked.rows.as_deref(), &headers)?;
    let representation = format.or(Format::ArrowStream)?;
    let point = point(asked.snapshot, asked.as_of.as_deref())?;
    let columns = asked.columns.map(|text| Name::parse_list("column", &text)).transpose()?;
    let limit = rows_limit(representation, asked.limit, &context)?;

    let run = run.admit(&adapters.jobs).await?;
    let (catalog, queries) = (&*adapters.catalog, &*adapters.queries);
    let table = service::get_table(catalog, &caller, &name, point).await?;
    let seen = ETag::of_rows(table.summary.snapshot, representation);
    // Of a view it says nothing, nor of a filter, which may read other tables, or the time.
    let is_table = table.view.is_none() && asked.filter.is_none();
    if let Some(response) = seen.not_modified(&headers)?.filter(|_| is_table) {
        run.reads(&[table.summary.name], Some(table.read_at)).await?;
        return Ok(response);
    }
    let request = ReadTable { columns: columns.unwrap_or_default(), filter: asked.filter, point };
    let (grants, deadlines) = (caller.grants.clone(), context.deadlines());
    let query = |select: Select| Query { limit, deadlines, ..Query::of(select, grants) };
    let read = service::read_table(catalog, queries, &caller, table, request, query);
    let (rows, last) = read.await?;
    run.reads(&rows.tables, rows.snapshot).await?;

    let response = rows_response(rows, representation, format.rows_as, limit, context).await?;
    Ok(if is_table { ETag::of_rows(last, representation).on(response) } else { response })
}
