//! `PUT /tables/{table_name}`

use api::{AppendAnswer, AppendSource, Problem, RowsBytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{Caller, DatasetName, Error, Name, Result as Checked, Table};
use formats::Format;
use serde::Deserialize;
use service::{AppendTable, Appended, BodyRows, Mode};
use utoipa::IntoParams;
use web::{
    Authenticated, ETag, Failure, IncomingBody, Json, Parameters, RequestContext, TablePath,
    WriteHeaders, replayed, schema::ModeName,
};

use crate::body::{self, Encoding};
use crate::{Adapters, source};

/// What becomes of the rows that are there.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AppendParameters {
    /// `append` (by default), `overwrite` (what is there goes, with 0 rows in the body too) or `upsert`
    /// (rows of the same `key` are changed, others added).
    #[param(inline, value_type = Option<ModeName>)]
    mode: Option<String>,
    /// The columns of `upsert` by which a row is known, with commas between them.
    key: Option<String>,
}

impl AppendParameters {
    fn mode(&self) -> Checked<Mode> {
        match (self.mode.as_deref(), self.key.as_deref()) {
            (None | Some("append"), None) => Ok(Mode::Append),
            (Some("overwrite"), None) => Ok(Mode::Overwrite),
            (Some("upsert"), Some(key)) => Name::parse_list("column", key).map(Mode::Upsert),
            (Some("upsert"), None) => {
                Err(odd("key", "names the columns of an upsert; it is missing"))
            }
            (None | Some("append" | "overwrite"), Some(_)) => {
                Err(odd("key", "is for mode=upsert only"))
            }
            (Some(_), _) => Err(odd("mode", "must be append, overwrite or upsert")),
        }
    }
}

fn odd(parameter: &'static str, what: &str) -> Error {
    Error::malformed("INVALID_PARAMETER", format!("`{parameter}` {what}.")).field(parameter, what)
}

/// Adds the rows of the body, or puts them in place of what is there: all of them, or none.
#[utoipa::path(
    put, path = "/tables/{table_name}", operation_id = "append_table", tag = "Tables",
    params(("table_name" = String, Path, description = "`name` or `schema.name`"), AppendParameters, WriteHeaders),
    request_body(
        description = "Rows, their columns matched by name; or, as JSON, where they are in storage already",
        content(
            (RowsBytes = "application/vnd.apache.arrow.stream"),
            (RowsBytes = "application/vnd.apache.parquet"),
            (String = "text/csv"),
            (String = "application/csv"),
            (String = "application/x-ndjson"),
            (AppendSource = "application/json"),
        )
    ),
    responses(
        (status = 200, description = "The rows were added", body = AppendAnswer,
            headers(("ETag" = String, description = "The table's last snapshot, in quotes; not there where other appends of the same moment share it"))),
        (status = 412, description = "The table is not as `If-Match` says", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The rows do not fit the table", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn append_table(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    TablePath(table): TablePath,
    Parameters(asked): Parameters<AppendParameters>,
    headers: WriteHeaders,
    context: RequestContext,
    body: IncomingBody,
) -> Result<Response, Failure> {
    let mode = asked.mode()?;
    let has_key = headers.has_key();
    if body.media_type == "application/json" {
        service::may_append(&*adapters.catalog, &caller, &table, true).await?;
        let Json { value, digest } = body.json::<AppendSource>().await?;
        let object = source::parse(&adapters, &value)?;
        let format = value.format.as_deref().map(format_of).transpose()?;
        let origin =
            headers.origin(&caller, payload(&mode, format!("source:{digest}")), &adapters.jobs);
        let run = origin.run.clone();
        let request = AppendTable { table, origin, mode, seen: None };
        let open = async |table: &Table| {
            let (encoding, spool) = source::fetch(&adapters, &object, format, &context).await?;
            if let Some(run) = run {
                run.reads_dataset(DatasetName::parse(&object.to_string())?).await?;
            }
            body::open(encoding, spool, &table.columns).await
        };
        return write(&adapters, &caller, request, open).await;
    }
    let encoding = Encoding::of(&body, &context, body::ALL)?;
    let (seen, spool) = futures::future::try_join(
        service::may_append(&*adapters.catalog, &caller, &table, has_key),
        body.receive(has_key),
    )
    .await?;
    // The type decides how the bytes are read, so it is part of what the key stands for.
    let payload = payload(&mode, format!("{}:{}", encoding.name(), spool.digest));
    let origin = headers.origin(&caller, payload, &adapters.jobs);
    let request = AppendTable { table, origin, mode, seen };
    let open = async |table: &Table| body::open(encoding, spool, &table.columns).await;
    write(&adapters, &caller, request, open).await
}

/// What the key stands for: the body, and what becomes of the rows that are there.
fn payload(mode: &Mode, body: String) -> String {
    if *mode == Mode::Append { body } else { format!("{mode:?}:{body}") }
}

fn format_of(name: &str) -> Checked<Format> {
    let format = Format::from_name(name).filter(|format| body::ALL.contains(format));
    format.ok_or_else(|| {
        let what = format!("is `{name}`, which is none of arrow, parquet, csv, ndjson");
        Error::invalid("INVALID_SOURCE", format!("`format` {what}.")).field("format", what)
    })
}

async fn write(
    adapters: &Adapters,
    caller: &Caller,
    request: AppendTable,
    open: impl AsyncFnOnce(&Table) -> Checked<BodyRows>,
) -> Result<Response, Failure> {
    let (catalog, lake) = (&*adapters.catalog, &*adapters.lake);
    let appended = service::append_table(catalog, lake, caller, request, open).await?;
    let (before, snapshot, alone) = (appended.replayed, appended.snapshot, appended.alone);
    let response = axum::Json(answer(appended)).into_response();
    // A snapshot that others share is no state that this caller made.
    let response = if alone { ETag::of_table(snapshot).on(response) } else { response };
    Ok(replayed(response, before))
}

fn answer(appended: Appended) -> AppendAnswer {
    AppendAnswer {
        table: appended.table.to_string(),
        rows: appended.rows,
        bytes: appended.bytes,
        snapshot: appended.snapshot.0,
        run_id: appended.run.map(|run| run.to_string()),
    }
}
