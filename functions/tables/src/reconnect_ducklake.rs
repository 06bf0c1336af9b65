//! `POST /config/ducklake/reconnect`

use api::{Problem, Reconnected};
use axum::Json;
use axum::extract::State;
use web::{Authenticated, Failure, NoParameters, Parameters};

use crate::Adapters;

/// Has every process connect to the lake anew, before the next work that it does there: where connections
/// are stale, or a failover went by unseen. Sent again it is done again, and does no harm.
#[utoipa::path(
    post, path = "/config/ducklake/reconnect", operation_id = "reconnect_ducklake", tag = "System",
    responses(
        (status = 200, description = "Every process was told", body = Reconnected),
        (status = 403, description = "The caller may not do everything", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn reconnect_ducklake(
    State(adapters): State<Adapters>,
    Authenticated(caller): Authenticated,
    _: Parameters<NoParameters>,
) -> Result<Json<Reconnected>, Failure> {
    let generation = service::reconnect(&*adapters.lake, &caller).await?;
    Ok(Json(Reconnected { generation }))
}
