//! `GET /redoc/redoc.standalone.js`: what the page of `get_redoc` loads.

use axum::response::{IntoResponse, Response};
use http::header;
use web::{Failure, NoParameters, Parameters};

use crate::Adapters;

/// The bundle of npm's `redoc`, which `./dev fetch` puts into the asset folder; the build script
/// says so if it is not there.
const SCRIPT: &str = include_str!(concat!(env!("EIDER_ASSET_DIR"), "/redoc.standalone.js"));

/// The script of the API's reference.
#[utoipa::path(
    get, path = "/redoc/redoc.standalone.js", operation_id = "get_redoc_script", tag = "System",
    responses((status = 200, description = "A script", body = String, content_type = "text/javascript")),
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn get_redoc_script(
    _: axum::extract::State<Adapters>,
    _: Parameters<NoParameters>,
) -> Result<Response, Failure> {
    Ok(([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT).into_response())
}
