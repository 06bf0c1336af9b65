//! `GET /docs`: Swagger UI, from this process alone.

use axum::response::Html;
use web::{Failure, NoParameters, Parameters};

use crate::Adapters;

const PAGE: &str = r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Eider API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui" })</script>
</body>
</html>
"##;

/// The API's pages, to try it out.
#[utoipa::path(
    get, path = "/docs", operation_id = "get_docs", tag = "System",
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn get_docs(
    _: axum::extract::State<Adapters>,
    _: Parameters<NoParameters>,
) -> Result<Html<&'static str>, Failure> {
    Ok(Html(PAGE))
}
