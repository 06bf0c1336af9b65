//! `GET /tables/{table_name}/snapshots`

use api::{Page, Problem, SnapshotItem, SnapshotWrite};
use axum::extract::State;
use axum::response::Response;
use domain::{Error, SnapshotId};
use http::Uri;
use service::TableChange;
use web::{Authenticated, Failure, PageParameters, Parameters, TablePath, page_response};

use crate::Adapters;

/// Lists the snapshots that changed a table, newest first; also those that have expired.
#[utoipa::path(
    get, path = "/tables/{table_name}/snapshots", operation_id = "list_snapshots", tag = "Tables",
    params(("table_name" = String, Path, description = "`name` or `schema.name`"), PageParameters),
    responses(
        (status = 200, description = "A page of snapshots", body = Page<SnapshotItem>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn list_snapshots(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    TablePath(name): TablePath,
    Parameters(page): Parameters<PageParameters>,
    uri: Uri,
) -> Result<Response, Failure> {
    let limit = page.limit()?;
    let before = page.after()?.map(|text| text.parse().map(SnapshotId)).transpose();
    let before = before.map_err(|_| {
        Error::malformed("INVALID_CURSOR", "`cursor` is not one of this list; start without it.")
    })?;
    let (changes, more) =
        service::list_history(&*adapters.catalog, &caller, &name, before, limit).await?;
    let next = changes.last().filter(|_| more).map(|last| last.snapshot.to_string());
    let items: Vec<SnapshotItem> = changes.into_iter().map(item).collect();
    Ok(page_response(items, next.as_deref(), &uri))
}

fn item(change: TableChange) -> SnapshotItem {
    let writes = change.writes.into_iter().map(|write| SnapshotWrite {
        kind: write.kind,
        rows: write.rows,
        bytes: write.bytes,
        run_id: write.run.map(|run| run.to_string()),
    });
    SnapshotItem {
        snapshot: change.snapshot.0,
        committed_at: change.at.to_string(),
        changes: change.kinds,
        available: change.kept,
        author: change.author,
        message: change.message,
        writes: writes.collect(),
    }
}
