//! An answer of rows on its way out, piece by piece.

use std::collections::VecDeque;

use arrow_array::RecordBatch;
use bytes::Bytes;
use domain::{Error, Result};
use formats::{Encoder, Summary};
use futures::{Stream, StreamExt};
use service::BatchStream;

use crate::aside::run;
use crate::{RequestContext, failure};

/// So many rows are encoded at once where others wait: less than a millisecond.
const ROWS_AT_ONCE: usize = 2048;

/// An answer on its way out.
pub(crate) struct Writing {
    /// `None` once the end was written, or an error was.
    encoder: Option<Box<dyn Encoder>>,
    /// Whether encoding a batch takes long enough that other requests would wait for it; Arrow is copied.
    is_work: bool,
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
    /// At most `limit` rows of `batches`. `is_work`: see the field.
    pub(crate) fn new(
        encoder: Box<dyn Encoder>,
        is_work: bool,
        batches: BatchStream,
        limit: Option<u64>,
        summary: Summary,
        context: RequestContext,
    ) -> Self {
        Self {
            encoder: Some(encoder),
            is_work,
            batches,
            left: limit.unwrap_or(u64::MAX),
            summary,
            started: false,
            ready: VecDeque::new(),
            failure: None,
            context,
        }
    }

    pub(crate) fn into_stream(self) -> impl Stream<Item = Result<Bytes>> + Send + 'static {
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
        let Some(batch) = next else { return self.finish().await };
        let batch = self.cut(batch);
        let Some(mut encoder) = self.encoder.take() else { return Ok(Vec::new()) };
        let aside = self.is_work && batch.num_rows() > ROWS_AT_ONCE;
        let encode = move || {
            let pieces = encoder.pieces(&batch);
            (encoder, pieces)
        };
        let (encoder, pieces) = run(aside, encode).await?;
        self.encoder = Some(encoder);
        pieces
    }

    async fn finish(&mut self) -> Result<Vec<Bytes>> {
        self.summary.elapsed_ms = self.context.started.elapsed().as_millis() as u64;
        let Some(encoder) = self.encoder.take() else { return Ok(Vec::new()) };
        let (summary, aside) = (self.summary, self.summary.row_count > ROWS_AT_ONCE as u64);
        let end = run(self.is_work && aside, move || encoder.finish(&summary)).await??;
        Ok(vec![end])
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
            causes = failure::causes(&error).join(": "),
            "the answer broke off in mid-stream: {error}"
        );
        let debug = self.context.edge.server.debug;
        if let Some(mut encoder) = self.encoder.take() {
            let record = encoder.failure(&failure::problem_line(&error, request_id, debug));
            self.ready.extend((!record.is_empty()).then_some(record));
        }
        self.failure = Some(error);
    }
}
