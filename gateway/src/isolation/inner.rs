//! In a query process: the rows of a query that the process before it wants for itself.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use domain::Error;
use formats::{Format, RowsAs};
use futures::{StreamExt, stream};
use service::QueryEngine;
use web::{Failure, JsonBytes, RequestContext, rows_response};

use super::message::{Asked, Head, PATH};

/// That one route.
pub(super) fn router(queries: Arc<dyn QueryEngine>) -> Router {
    Router::new().route(PATH, post(answer)).with_state(queries)
}

async fn answer(
    State(queries): State<Arc<dyn QueryEngine>>,
    context: RequestContext,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Failure> {
    let asked: Asked =
        serde_json::from_slice(&body.unwrap_or_default()).map_err(Error::internal)?;
    let rows = queries.query(asked.into_query()?).await?;
    let head = Bytes::from(Head::of(&rows)?);
    let (format, rows_as) = (Format::ArrowStream, RowsAs::Objects);
    let response = rows_response(rows, format, rows_as, None, context).await?;
    let head = stream::once(async { Ok(head) });
    Ok(response.map(|rows| Body::from_stream(head.chain(rows.into_data_stream()))))
}
