//! `GET /redoc`: ReDoc, from this process alone.

use axum::response::Html;
use web::{Failure, NoParameters, Parameters};

use crate::Adapters;

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
