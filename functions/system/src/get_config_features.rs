//! `GET /config/features`

use api::{ConfigFeatures, Problem};
use axum::Json;
use axum::extract::State;
use web::{Failure, NoParameters, Parameters};

use crate::{Adapters, features};

/// What is switched on, and what was asked for but is not there.
#[utoipa::path(
    get, path = "/config/features", operation_id = "get_config_features", tag = "System",
    responses(
        (status = 200, description = "Each feature and its state", body = ConfigFeatures),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn get_config_features(
    State(adapters): State<Adapters>,
    _: Parameters<NoParameters>,
) -> Result<Json<ConfigFeatures>, Failure> {
    Ok(Json(ConfigFeatures { features: features::all(&adapters.config) }))
}
