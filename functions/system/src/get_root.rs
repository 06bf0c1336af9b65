//! `GET /`

use std::collections::BTreeMap;

use api::{Problem, Root};
use axum::Json;
use web::{Failure, NoParameters, Parameters};

use crate::Adapters;

/// Says what this is and where to go.
#[utoipa::path(
    get, path = "/", operation_id = "get_root", tag = "System",
    responses(
        (status = 200, description = "Name, version, links", body = Root),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn get_root(
    _: axum::extract::State<Adapters>,
    _: Parameters<NoParameters>,
) -> Result<Json<Root>, Failure> {
    let names = ["docs", "health", "openapi.json", "redoc", "tables", "query", "status"];
    let mut links: BTreeMap<_, _> =
        names.into_iter().map(|name| (name.to_owned(), format!("/{name}"))).collect();
    links.insert("config".to_owned(), "/config/summary".to_owned());
    Ok(Json(Root {
        name: "Eider".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        engines: vec!["duckdb".to_owned()],
        links,
    }))
}
