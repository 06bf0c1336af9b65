//! Rows as a response: encoded as they come, complete only if it ends (invariant 4).

use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use config::Platform;
use domain::{Error, Result, limits};
use formats::{Format, RowsAs, Summary};
use futures::{Stream, StreamExt};
use http::{HeaderValue, Version, header};
use service::Rows;

use crate::{RequestContext, writing::Writing};

/// CSV has no end mark. Where a cut cannot be seen it goes out whole or not at all: a Lambda cannot cut
/// a connection, and in HTTP/1.0 the end of the connection is the end of the body. Packed or not: many clients
/// that unpack by themselves do not miss the end of a gzip member.
const WHOLE_CSV_BYTES: usize = 32 << 20;

/// By which headers of a request an answer of rows differs.
pub(crate) const VARY: &str = "accept, accept-encoding";

/// An answer of so many bytes is no small one.
const SMALL: usize = 64 << 10;

/// So long the first piece waits for the end: nothing beside what made it.
const SOON: Duration = Duration::from_millis(2);

/// How many rows to ask for where the client asks for `limit`; more than there can be are all rows.
///
/// A JSON document is held whole by its reader, so it has a limit of its own: who asks for more is told so,
/// `Invalid` (`TOO_MANY_JSON_ROWS`); for who asks for all it ends there, truncated.
pub fn rows_limit(
    format: Format,
    limit: Option<u64>,
    context: &RequestContext,
) -> Result<Option<u64>> {
    let most = context.edge.server.max_json_rows;
    match limit {
        Some(limit) if format == Format::Json && limit > most && limit < limits::ROWS => {
            let detail = format!(
                "A JSON document holds {most} rows at most (EIDER_MAX_JSON_ROWS); ask for fewer, or for \
                 application/x-ndjson, CSV, Arrow or Parquet, which have no such limit."
            );
            Err(Error::invalid("TOO_MANY_JSON_ROWS", detail).field("limit", format!("is {limit}")))
        }
        limit => Ok(limit.map(|limit| limit.min(limits::ROWS))),
    }
}

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
    let most = (format == Format::Json).then_some(context.edge.server.max_json_rows);
    let limit = limit.into_iter().chain(most).min();
    let writing = Writing::new(encoder, is_work, batches, limit, summary, context);
    let stream = writing.into_stream();
    let body = if whole { collect(stream).await? } else { gather(stream).await? };
    let mut response = body.into_response();
    let content_type = HeaderValue::from_static(format.content_type());
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static(VARY));
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use config::Config;

    use super::*;
    use crate::{Anonymous, Edge};

    fn limited(format: Format, limit: Option<u64>) -> Result<Option<u64>, &'static str> {
        let set = [("EIDER_MAX_JSON_ROWS".to_owned(), "100".to_owned())];
        let server = Config::from_variables(set).expect("a configuration").server;
        let edge = Edge::new(Arc::new(Anonymous), server, std::path::Path::new("/nowhere"));
        let request = http::Request::new(());
        let context =
            RequestContext::new(crate::ambient::new_id().into(), &request, Arc::new(edge));
        rows_limit(format, limit, &context).map_err(|error| error.error_code)
    }

    #[test]
    fn a_limit_beyond_any_number_of_rows_is_all_rows() {
        for format in Format::ALL {
            assert_eq!(limited(format, None), Ok(None));
            assert_eq!(limited(format, Some(0)), Ok(Some(0)));
            for all in [limits::ROWS, limits::ROWS + 1, u64::MAX] {
                assert_eq!(limited(format, Some(all)), Ok(Some(limits::ROWS)));
            }
        }
    }

    #[test]
    fn a_json_document_has_a_limit_of_its_own() {
        for format in Format::ALL {
            assert_eq!(limited(format, Some(100)), Ok(Some(100)));
            for more in [101, limits::ROWS - 1] {
                let taken =
                    if format == Format::Json { Err("TOO_MANY_JSON_ROWS") } else { Ok(Some(more)) };
                assert_eq!(limited(format, Some(more)), taken);
            }
        }
    }
}
