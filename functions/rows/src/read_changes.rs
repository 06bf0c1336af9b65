//! `GET /tables/{table_name}/changes`

use api::{Problem, RowsAnswer, RowsBytes};
use axum::extract::State;
use axum::response::Response;
use domain::{Error, Point, SnapshotId};
use formats::Format;
use http::HeaderMap;
use serde::Deserialize;
use service::{Query, Select};
use utoipa::IntoParams;
use web::{
    Authenticated, Failure, Parameters, RequestContext, RowsFormat, RunHeader, TablePath,
    rows_limit, rows_response,
    schema::{FormatName, RowsName},
};

use crate::Adapters;

/// Which changes, and how they are written.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChangesParameters {
    /// The first snapshot whose changes are shown; or a time (RFC 3339): what was committed after it.
    from: String,
    /// The last snapshot whose changes are shown; or a time: what was committed by then. By default the
    /// newest.
    to: Option<String>,
    /// `arrow`, `parquet`, `csv`, `ndjson` or `json`; overrides `Accept`.
    #[param(inline, value_type = Option<FormatName>)]
    format: Option<String>,
    /// `array` for rows as arrays in JSON; by default `object`.
    #[param(inline, value_type = Option<RowsName>)]
    rows: Option<String>,
    /// So many rows at most.
    limit: Option<u64>,
}

/// Streams what happened to a table's rows, in order: `snapshot_id`, `rowid` (a row keeps its own),
/// `change_type` (`insert`, `delete`, `update_preimage`, `update_postimage`), then the table's columns as
/// the last snapshot has them.
#[utoipa::path(
    get, path = "/tables/{table_name}/changes", operation_id = "read_changes", tag = "Tables",
    params(("table_name" = String, Path, description = "`name` or `schema.name`"), ChangesParameters, RunHeader),
    responses(
        (status = 200, description = "The changes; Arrow unless asked otherwise", content(
            (RowsBytes = "application/vnd.apache.arrow.stream"),
            (RowsBytes = "application/vnd.apache.parquet"),
            (String = "text/csv"),
            (String = "application/x-ndjson"),
            (RowsAnswer = "application/json"),
        )),
        (status = 410, description = "A snapshot of these has expired", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn read_changes(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    TablePath(name): TablePath,
    Parameters(asked): Parameters<ChangesParameters>,
    headers: HeaderMap,
    run: RunHeader,
    context: RequestContext,
) -> Result<Response, Failure> {
    let format = RowsFormat::read(asked.format.as_deref(), asked.rows.as_deref(), &headers)?;
    let representation = format.or(Format::ArrowStream)?;
    let from = end("from", &asked.from)?;
    let to = asked.to.as_deref().map_or(Ok(Point::Newest), |text| end("to", text))?;
    let limit = rows_limit(representation, asked.limit, &context)?;

    let run = run.admit(&adapters.jobs).await?;
    let (catalog, queries) = (&*adapters.catalog, &*adapters.queries);
    let (grants, deadlines) = (caller.grants.clone(), context.deadlines());
    let query = |select: Select| Query { limit, deadlines, ..Query::of(select, grants) };
    let rows = service::read_changes(catalog, queries, &caller, name, (from, to), query).await?;
    run.reads(&rows.tables, rows.snapshot).await?;
    Ok(rows_response(rows, representation, format.rows_as, limit, context).await?)
}

/// A snapshot's number, or a time.
fn end(parameter: &'static str, text: &str) -> domain::Result<Point> {
    if let Ok(snapshot) = text.parse() {
        return Ok(Point::Snapshot(SnapshotId(snapshot)));
    }
    text.parse().map(Point::Time).map_err(|_| {
        let what = "must be a snapshot's number or a time in RFC 3339, as in 2026-01-31T12:00:00Z";
        Error::malformed("INVALID_PARAMETER", format!("`{parameter}` {what}."))
            .field(parameter, what)
    })
}
