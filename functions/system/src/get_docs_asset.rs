//! `GET /docs/{file}`: what the page of `get_docs` loads.

use std::sync::Arc;

use api::Problem;
use axum::response::{IntoResponse, Response};
use domain::{Code, Error};
use http::header;
use utoipa_swagger_ui::{Config, serve};
use web::{Failure, NoParameters, Parameters, TextPath};

use crate::Adapters;

/// A file of the API's pages.
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
    _: axum::extract::State<Adapters>,
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
