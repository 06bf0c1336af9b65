//! `GET /status`

use api::{EngineState, Problem, Status};
use axum::Json;
use axum::extract::State;
use web::{Failure, NoParameters, Parameters, RequestContext};

use crate::probe::Probes;
use crate::{Adapters, memory, words};

/// What this process is and does; 200 also while a dependency is down.
#[utoipa::path(
    get, path = "/status", operation_id = "get_status", tag = "System",
    responses(
        (status = 200, description = "Version, uptime, engines, dependencies, running work", body = Status),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn get_status(
    State(adapters): State<Adapters>,
    context: RequestContext,
    _: Parameters<NoParameters>,
) -> Result<Json<Status>, Failure> {
    let probes = Probes::of(&adapters).await;
    let (edge, features) = (&context.edge, adapters.config.server.features);
    let duckdb =
        EngineState { name: "duckdb".to_owned(), version: domain::DUCKDB_VERSION.to_owned() };
    Ok(Json(Status {
        name: "Eider".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        platform: words::platform(adapters.config.server.platform).to_owned(),
        uptime_seconds: words::seconds(edge.started.elapsed()),
        requests_in_flight: edge.in_flight.count(),
        engines: vec![duckdb],
        dependencies: probes.states(),
        newest_snapshot: probes.catalog_status().map(|status| status.newest_snapshot.0),
        memory: features.memory_monitoring.then(memory::read).flatten(),
    }))
}
