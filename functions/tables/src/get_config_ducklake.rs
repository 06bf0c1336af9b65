//! `GET /config/ducklake`

use api::{DuckLakeState, Problem};
use axum::Json;
use axum::extract::State;
use web::{Authenticated, Failure, NoParameters, Parameters};

use crate::Adapters;

/// How the lake is, and how this process attaches it; never a secret.
#[utoipa::path(
    get, path = "/config/ducklake", operation_id = "get_config_ducklake", tag = "System",
    responses(
        (status = 200, description = "Format, newest snapshot, generation, settings", body = DuckLakeState),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn get_config_ducklake(
    State(adapters): State<Adapters>,
    _caller: Authenticated,
    _: Parameters<NoParameters>,
) -> Result<Json<DuckLakeState>, Failure> {
    let (status, mark) = service::lake_state(&*adapters.catalog).await?;
    let ducklake = &adapters.attached.ducklake;
    Ok(Json(DuckLakeState {
        format: status.format,
        migration: status.migration,
        newest_snapshot: mark.snapshot.0,
        schema_version: mark.schema_version,
        generation: mark.generation,
        data_path: adapters.attached.data_path,
        encrypted: ducklake.encrypted,
        data_inlining_rows: ducklake.data_inlining_row_limit,
        connection_retries: ducklake.connection_retries,
        connection_timeout_seconds: ducklake.connection_timeout.as_secs(),
    }))
}
