//! `PUT /tables/{table_name}`

use api::{AppendAnswer, Problem};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use service::{AppendTable, Appended};
use web::{
    Authenticated, Failure, IncomingBody, NoParameters, Parameters, TablePath, WriteHeaders,
    replayed,
};

use crate::{Adapters, body};

/// Appends the rows of the body: all of them, or none.
#[utoipa::path(
    put, path = "/tables/{table_name}", operation_id = "append_table", tag = "Tables",
    params(("table_name" = String, Path, description = "`name` or `schema.name`"), WriteHeaders),
    request_body(
        description = "Rows; their columns are matched by name",
        content(
            (Vec<u8> = "application/vnd.apache.arrow.stream"),
            (Vec<u8> = "application/vnd.apache.parquet"),
        )
    ),
    responses(
        (status = 200, description = "The rows were added", body = AppendAnswer),
        (status = 422, description = "The rows do not fit the table", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn append_table(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    TablePath(table): TablePath,
    _: Parameters<NoParameters>,
    headers: WriteHeaders,
    body: IncomingBody,
) -> Result<Response, Failure> {
    let kind = body::kind(&body.media_type)?;
    let has_key = headers.has_key();
    let (seen, spool) = futures::future::try_join(
        service::may_append(&*adapters.catalog, &caller, &table, has_key),
        body.receive(has_key),
    )
    .await?;

    // The type decides how the bytes are read, so it is part of what the key stands for.
    let payload = format!("{}:{}", kind.name(), spool.digest);
    let origin = headers.origin(&caller, payload);
    let request = AppendTable { table, origin, bytes: spool.length, seen };

    let open = async || body::open(kind, spool).await;
    let appended =
        service::append_table(&*adapters.catalog, &*adapters.lake, &caller, request, open).await?;

    let before = appended.replayed;
    Ok(replayed(axum::Json(answer(appended)).into_response(), before))
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
