//! `GET /openapi.json`

use axum::response::{IntoResponse, Response};
use http::header;
use web::{Failure, NoParameters, Parameters};

use crate::Adapters;

/// The document is derived from the handlers of all functions and kept as a file under test, since
/// this function links none of the others.
const DOCUMENT: &str = include_str!("../../../docs/openapi.json");

/// The OpenAPI document.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "get_openapi", tag = "System",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)),
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn get_openapi(
    _: axum::extract::State<Adapters>,
    _: Parameters<NoParameters>,
) -> Result<Response, Failure> {
    Ok(([(header::CONTENT_TYPE, "application/json")], DOCUMENT).into_response())
}
