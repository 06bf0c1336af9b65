//! `GET /health`

use api::{Health, HealthState, Problem, Versions};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{Extension, LAKE_EXTENSIONS};
use http::{StatusCode, header};
use web::{Failure, LOOK_AGAIN, NoParameters, Parameters};

use crate::Adapters;
use crate::probe::Probes;

/// Asks each dependency; 503 when one that matters is down.
#[utoipa::path(
    get, path = "/health", operation_id = "get_health", tag = "System",
    responses(
        (status = 200, description = "Everything that matters is up", body = Health),
        (status = 503, description = "Something that matters is down", body = Health,
            headers(("Retry-After" = u64, description = "Seconds until another look is worth it"))),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn get_health(
    State(adapters): State<Adapters>,
    _: Parameters<NoParameters>,
) -> Result<Response, Failure> {
    let probes = Probes::of(&adapters).await;
    let status = probes.catalog_status();
    let health = Health {
        status: if probes.all_up() { HealthState::Up } else { HealthState::Down },
        dependencies: probes.states(),
        versions: versions(adapters.catalog_extension),
        catalog_format: status.map(|status| status.format.clone()),
        newest_snapshot: status.map(|status| status.newest_snapshot.0),
    };
    Ok(if probes.all_up() { Json(health).into_response() } else { unavailable(health) })
}

/// No problem, but a 503 all the same: it says when to look again.
fn unavailable(health: Health) -> Response {
    let later = [(header::RETRY_AFTER, LOOK_AGAIN.as_secs().to_string())];
    (StatusCode::SERVICE_UNAVAILABLE, later, Json(health)).into_response()
}

/// What this release was built with, and this process uses.
fn versions(catalog: Extension) -> Versions {
    let extensions = LAKE_EXTENSIONS.into_iter().chain([catalog]);
    Versions {
        eider: env!("CARGO_PKG_VERSION").to_owned(),
        duckdb: domain::DUCKDB_VERSION.to_owned(),
        extensions: extensions.map(|e| (e.name.to_owned(), e.version.to_owned())).collect(),
    }
}
