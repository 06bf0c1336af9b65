//! In a query process: the rows of a query that the process before it wants for itself.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use domain::{Error, Result};
use formats::{Encoder, Format, RowsAs, Summary};
use futures::{StreamExt, stream};
use service::{BatchStream, QueryEngine};
use web::{Failure, JsonBytes, RequestContext};

use super::message::{Asked, Head, Kind, PATH};

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
    let head = serde_json::to_vec(&Head::of(&rows)).map_err(Error::internal)?;
    let mut encoder = Format::ArrowStream.encoder(rows.schema, &[], RowsAs::Objects)?;
    let mut begun = frame(Kind::Head, vec![head.into()])?;
    begun.extend(frame(Kind::Rows, vec![encoder.start()?])?);
    let rest = stream::unfold(Some((encoder, rows.batches)), move |sending| {
        let context = context.clone();
        async move {
            let (encoder, batches) = sending?;
            let sent = next(encoder, batches).await;
            Some(sent.unwrap_or_else(|error| (problem(&error, &context), None)))
        }
    });
    let pieces = stream::once(async { begun }).chain(rest).flat_map(stream::iter);
    Ok(Response::new(Body::from_stream(pieces.map(Ok::<_, Error>))))
}

type Sending = (Box<dyn Encoder>, BatchStream);

/// What the next batch comes to, or the end.
async fn next(
    mut encoder: Box<dyn Encoder>,
    mut batches: BatchStream,
) -> Result<(Vec<Bytes>, Option<Sending>)> {
    match batches.next().await.transpose()? {
        Some(batch) => {
            let pieces = frame(Kind::Rows, encoder.pieces(&batch)?)?;
            Ok((pieces, Some((encoder, batches))))
        }
        None => {
            let summary = Summary { row_count: 0, snapshot: None, truncated: false, elapsed_ms: 0 };
            let mut pieces = frame(Kind::Rows, vec![encoder.finish(&summary)?])?;
            pieces.extend(frame(Kind::End, Vec::new())?);
            Ok((pieces, None))
        }
    }
}

/// A connection that is cut would not tell why.
fn problem(error: &Error, context: &RequestContext) -> Vec<Bytes> {
    let line = web::problem_line(error, context.id.as_str(), context.edge.server.debug);
    frame(Kind::Problem, vec![line.into()]).unwrap_or_default()
}

fn frame(kind: Kind, mut pieces: Vec<Bytes>) -> Result<Vec<Bytes>> {
    let before = kind.before(pieces.iter().map(Bytes::len).sum())?;
    pieces.insert(0, before);
    Ok(pieces)
}
