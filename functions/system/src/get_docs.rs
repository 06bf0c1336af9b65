//! `GET /docs`: Swagger UI, from this process alone.

use std::sync::Arc;

use api::Problem;
use axum::response::{Html, IntoResponse, Response};
use domain::{Code, Error};
use http::header;
use utoipa_swagger_ui::{Config, serve};
use web::{Failure, NoParameters, Parameters, TextPath};

use crate::State;

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
    _: axum::extract::State<State>,
    _: Parameters<NoParameters>,
) -> Result<Html<&'static str>, Failure> {
    Ok(Html(PAGE))
}

/// A file of those pages.
#[utoipa::path(
    get, path = "/docs/{file}", operation_id = "get_docs_asset", tag = "System",
    params(("file" = String, Path, description = "A file of Swagger UI")),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/css"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn get_docs_asset(
    _: axum::extract::State<State>,
    TextPath(file): TextPath,
    _: Parameters<NoParameters>,
) -> Result<Response, Failure> {
    let config = Arc::new(Config::from("/openapi.json"));
    let found = serve(&file, config).map_err(|error| Error::internal(error.to_string()))?;
    let found = found.ok_or_else(|| {
        Error::new(Code::NotFound, "ROUTE_NOT_FOUND", "The pages have no such file; see /docs.")
    })?;
    Ok(([(header::CONTENT_TYPE, found.content_type)], found.bytes).into_response())
}
