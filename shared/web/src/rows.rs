//! Rows as a response: encoded as they come, complete only if it ends (invariant 4).

use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use config::Platform;
use domain::{Error, Result};
use formats::{Format, RowsAs, Summary};
use futures::{Stream, StreamExt};
use http::{HeaderValue, Version, header};
use service::Rows;

use crate::{RequestContext, writing::Writing};

/// CSV has no end mark. Where a cut cannot be seen it goes out whole or not at all: a Lambda cannot cut
/// a connection, and in HTTP/1.0 the end of the connection is the end of the body.
const WHOLE_CSV_BYTES: usize = 32 << 20;

/// An answer of so many bytes is no small one.
const SMALL: usize = 64 << 10;

/// So long the first piece waits for the end: nothing beside what made it.
const SOON: Duration = Duration::from_millis(2);

/// Answers `rows`, at most `limit` of them. An error before the first batch is still a problem of
/// its own; a later one ends the stream without its end mark.
pub async fn rows_response(
    rows: Rows,
    format: Format,
    rows_as: RowsAs,
    limit: Option<u64>,
    context: RequestContext,
) -> Result<Response> {
    let names: Vec<(String, String)> =
        rows.columns.into_iter().map(|column| (column.name, column.r#type)).collect();
    let encoder = format.encoder(rows.schema, &names, rows_as)?;
    let mut batches = rows.batches;
    // An ended stream must not be asked again.
    let batches = match batches.next().await.transpose()? {
        Some(first) => futures::stream::once(async { Ok(first) }).chain(batches).boxed(),
        None => futures::stream::empty().boxed(),
    };
    let is_cut_seen = context.version != Version::HTTP_10
        && !matches!(context.edge.server.platform, Platform::Lambda { .. });
    let whole = format == Format::Csv && !is_cut_seen;
    let is_work = format != Format::ArrowStream;
    let summary =
        Summary { row_count: 0, snapshot: rows.snapshot, truncated: false, elapsed_ms: 0 };
    let writing = Writing::new(encoder, is_work, batches, limit, summary, context);
    let stream = writing.into_stream();
    let body = if whole { collect(stream).await? } else { gather(stream).await? };
    let mut response = body.into_response();
    let content_type = HeaderValue::from_static(format.content_type());
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// The body in one piece, with its length, if its end is there soon: most answers are small, and pieces are
/// sent one by one. Else it goes out as it comes.
async fn gather(stream: impl Stream<Item = Result<Bytes>> + Send + 'static) -> Result<Body> {
    let mut stream = Box::pin(stream);
    let mut pieces = Vec::new();
    let mut bytes = 0;
    let ended = tokio::time::timeout(SOON, async {
        while bytes < SMALL {
            match stream.next().await {
                Some(piece) => pieces.push(piece.inspect(|piece| bytes += piece.len())?),
                None => return Ok(true),
            }
        }
        Ok(false)
    });
    // What has failed so far can still be said as a problem; what comes later breaks the body off.
    let is_whole = ended.await.unwrap_or(Ok(false))?;
    if is_whole {
        return Ok(Body::from(pieces.concat()));
    }
    let begun = futures::stream::iter(pieces.into_iter().map(Ok));
    Ok(Body::from_stream(begun.chain(stream)))
}

async fn collect(stream: impl Stream<Item = Result<Bytes>>) -> Result<Body> {
    let mut stream = std::pin::pin!(stream);
    let mut whole = Vec::new();
    while let Some(piece) = stream.next().await {
        whole.extend_from_slice(&piece?);
        if whole.len() > WHOLE_CSV_BYTES {
            return Err(Error::invalid(
                "RESULT_TOO_LARGE_FOR_CSV",
                format!(
                    "CSV goes out whole here, and this is over {WHOLE_CSV_BYTES} bytes; ask for \
                     application/x-ndjson, Arrow or Parquet, which stream, or set a limit."
                ),
            ));
        }
    }
    Ok(Body::from(whole))
}
