//! `GET /config/validate`

use api::{CheckStatus, ConfigValidation, Problem};
use axum::Json;
use axum::extract::State;
use web::{Failure, NoParameters, Parameters};

use crate::{Adapters, checks};

/// Looks whether the configuration fits what is around it; 200 whatever is found.
#[utoipa::path(
    get, path = "/config/validate", operation_id = "get_config_validate", tag = "System",
    responses(
        (status = 200, description = "Each check and what it found", body = ConfigValidation),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn get_config_validate(
    State(adapters): State<Adapters>,
    _: Parameters<NoParameters>,
) -> Result<Json<ConfigValidation>, Failure> {
    let checks = checks::all(&adapters).await;
    let valid = checks.iter().all(|check| check.status != CheckStatus::Failed);
    Ok(Json(ConfigValidation { valid, checks }))
}
