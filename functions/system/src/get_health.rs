//! `GET /health`

use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant};

use api::{DependencyState, Health, HealthState, Problem, Versions};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{Error, Extension, LAKE_EXTENSIONS, Result};
use http::{StatusCode, header};
use web::{Failure, LOOK_AGAIN, NoParameters, Parameters};

use crate::Adapters;

/// A dependency that does not answer within this is down, whatever it may say later.
const PATIENCE: Duration = Duration::from_secs(3);

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
    let (catalog, storage) = tokio::join!(
        measured("the catalog", adapters.catalog.status()),
        measured("the object store", adapters.objects.check()),
    );
    let (catalog, status) = catalog;
    let (storage, _) = storage;
    let all_up = [&catalog, &storage].iter().all(|d| d.status == HealthState::Up);
    let health = Health {
        status: if all_up { HealthState::Up } else { HealthState::Down },
        dependencies: BTreeMap::from([
            ("catalog".to_owned(), catalog),
            ("storage".to_owned(), storage),
        ]),
        versions: versions(adapters.catalog_extension),
        catalog_format: status.as_ref().map(|status| status.format.clone()),
        newest_snapshot: status.map(|status| status.newest_snapshot.0),
    };
    Ok(if all_up { Json(health).into_response() } else { unavailable(health) })
}

/// No problem, but a 503 all the same: it says when to look again.
fn unavailable(health: Health) -> Response {
    let later = [(header::RETRY_AFTER, LOOK_AGAIN.as_secs().to_string())];
    (StatusCode::SERVICE_UNAVAILABLE, later, Json(health)).into_response()
}

async fn measured<T>(
    what: &str,
    asked: impl Future<Output = Result<T>>,
) -> (DependencyState, Option<T>) {
    let started = Instant::now();
    let answer = tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_| {
        let text = format!("{what} did not answer within {} s", PATIENCE.as_secs());
        Err(Error::unavailable(what, text))
    });
    let latency_ms = started.elapsed().as_millis() as u64;
    match answer {
        Ok(value) => {
            (DependencyState { status: HealthState::Up, latency_ms, detail: None }, Some(value))
        }
        Err(error) => {
            tracing::warn!(causes = ?error.source, "{what} is down: {error}");
            let detail = Some(error.detail);
            (DependencyState { status: HealthState::Down, latency_ms, detail }, None)
        }
    }
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
