//! `GET /redoc`: ReDoc, from this process alone.

use axum::response::{Html, IntoResponse, Response};
use http::header;
use web::{Failure, NoParameters, Parameters};

use crate::Adapters;

/// The bundle of npm's `redoc`, which `./dev fetch` puts into the asset folder; the build script
/// says so if it is not there.
const SCRIPT: &str = include_str!(concat!(env!("EIDER_ASSET_DIR"), "/redoc.standalone.js"));

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Eider API</title>
<style>body { margin: 0 }</style>
</head>
<body>
<redoc spec-url="/openapi.json"></redoc>
<script src="/redoc/redoc.standalone.js"></script>
</body>
</html>
"#;

/// The API's reference, on one page.
#[utoipa::path(
    get, path = "/redoc", operation_id = "get_redoc", tag = "System",
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn get_redoc(
    _: axum::extract::State<Adapters>,
    _: Parameters<NoParameters>,
) -> Result<Html<&'static str>, Failure> {
    Ok(Html(PAGE))
}

/// The script of that page.
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
