//! Rows as a response: encoded as they come, complete only if it ends (invariant 4).

use std::collections::VecDeque;

use arrow_array::RecordBatch;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use config::Platform;
use domain::{Error, Result};
use formats::{Encoder, Format, RowsAs, Summary};
use futures::{Stream, StreamExt};
use http::{HeaderValue, header};
use service::{BatchStream, Rows};

use crate::{RequestContext, failure::problem_line};

/// CSV has no end mark, and a Lambda cannot cut a connection: there it goes out whole or not at all.
const WHOLE_CSV_BYTES: usize = 32 << 20;

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
    let whole =
        format == Format::Csv && matches!(context.edge.server.platform, Platform::Lambda { .. });
    let writing = Writing {
        encoder: Some(encoder),
        batches,
        left: limit.unwrap_or(u64::MAX),
        summary: Summary { row_count: 0, snapshot: rows.snapshot, truncated: false, elapsed_ms: 0 },
        started: false,
        ready: VecDeque::new(),
        failure: None,
        context,
    };
    let stream = writing.into_stream();
    let body = if whole { collect(stream).await? } else { Body::from_stream(stream) };
    let mut response = body.into_response();
    let content_type = HeaderValue::from_static(format.content_type());
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
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

/// An answer on its way out.
struct Writing {
    /// `None` once the end was written, or an error was.
    encoder: Option<Box<dyn Encoder>>,
    batches: BatchStream,
    /// Rows that may still go out.
    left: u64,
    summary: Summary,
    started: bool,
    /// Pieces that are encoded and not yet sent.
    ready: VecDeque<Bytes>,
    /// What ends the body, after its error record.
    failure: Option<Error>,
    context: RequestContext,
}

impl Writing {
    fn into_stream(self) -> impl Stream<Item = Result<Bytes>> + Send + 'static {
        futures::stream::unfold(self, |mut writing| async move {
            let piece = writing.next().await?;
            Some((piece, writing))
        })
    }

    /// The next piece that holds anything; `None` at the end.
    async fn next(&mut self) -> Option<Result<Bytes>> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Some(Ok(piece));
            }
            if let Some(error) = self.failure.take() {
                return Some(Err(error));
            }
            self.encoder.as_ref()?;
            match self.pieces().await {
                Ok(pieces) => self.ready.extend(pieces.into_iter().filter(|p| !p.is_empty())),
                Err(error) => self.break_off(error),
            }
        }
    }

    /// What the next batch, or the start or the end, comes to.
    async fn pieces(&mut self) -> Result<Vec<Bytes>> {
        let Some(encoder) = &mut self.encoder else { return Ok(Vec::new()) };
        if !self.started {
            self.started = true;
            return encoder.start().map(|piece| vec![piece]);
        }
        let ended = self.summary.truncated;
        let next = if ended { None } else { self.batches.next().await.transpose()? };
        let Some(batch) = next else { return self.finish() };
        let batch = self.cut(batch);
        match &mut self.encoder {
            Some(encoder) => encoder.pieces(&batch),
            None => Ok(Vec::new()),
        }
    }

    fn finish(&mut self) -> Result<Vec<Bytes>> {
        self.summary.elapsed_ms = self.context.started.elapsed().as_millis() as u64;
        match self.encoder.take() {
            Some(encoder) => encoder.finish(&self.summary).map(|piece| vec![piece]),
            None => Ok(Vec::new()),
        }
    }

    /// Keeps to the limit; what is over it is only noted.
    fn cut(&mut self, batch: RecordBatch) -> RecordBatch {
        let rows = batch.num_rows() as u64;
        let taken = rows.min(self.left);
        self.left -= taken;
        self.summary.row_count += taken;
        if taken == rows {
            return batch;
        }
        self.summary.truncated = true;
        batch.slice(0, taken as usize)
    }

    /// The stream fails: NDJSON can still say why; after that, the error itself ends the body.
    fn break_off(&mut self, error: Error) {
        let request_id = self.context.id.as_str();
        tracing::error!(
            request_id,
            error_code = error.error_code,
            causes = crate::failure::causes(&error).join(": "),
            "the answer broke off in mid-stream: {error}"
        );
        let debug = self.context.edge.server.debug;
        if let Some(mut encoder) = self.encoder.take() {
            let record = encoder.failure(&problem_line(&error, request_id, debug));
            self.ready.extend((!record.is_empty()).then_some(record));
        }
        self.failure = Some(error);
    }
}
