//! The reader's end of a query.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use domain::{Error, Result, SnapshotId, TableName};
use futures::stream::{self, StreamExt};
use service::{ResultColumn, Rows};
use tokio::sync::mpsc;

use super::renewal::Renewal;
use crate::watchdog::Watched;

/// What is known once the first batch is there.
pub(super) struct Head {
    pub(super) columns: Vec<ResultColumn>,
    pub(super) schema: SchemaRef,
    pub(super) snapshot: Option<SnapshotId>,
    pub(super) tables: Vec<TableName>,
    pub(super) first: Option<RecordBatch>,
}

/// How the work ends, told beside the channel of batches: that may be full.
pub(super) struct Ending {
    pub(super) watched: Arc<Watched>,
    error: Mutex<Option<Error>>,
}

impl Ending {
    pub(super) fn new(watched: Arc<Watched>) -> Self {
        Self { watched, error: Mutex::new(None) }
    }

    /// Keeps the first error for the reader, who finds it after the last batch.
    pub(super) fn fail(&self, error: Error) {
        self.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    fn take(&self) -> Option<Error> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Calls the work off when the reader goes.
pub(super) struct CallOff(pub(super) Arc<Ending>);

impl Drop for CallOff {
    fn drop(&mut self) {
        self.0.watched.call_off();
    }
}

/// Batches on their way to the reader.
struct Coming {
    first: Option<RecordBatch>,
    batches: mpsc::Receiver<RecordBatch>,
    call_off: CallOff,
    renewal: Option<Renewal>,
    ended: bool,
}

impl Coming {
    /// The first batch, then those that come; the error of one that failed is the last.
    async fn next(&mut self) -> Option<Result<RecordBatch>> {
        if self.ended {
            return None;
        }
        if let Some(first) = self.first.take() {
            return Some(Ok(first));
        }
        if let Some(renewal) = &mut self.renewal {
            renewal.tick(Instant::now()).await;
        }
        if let Some(batch) = self.batches.recv().await {
            return Some(Ok(batch));
        }
        self.ended = true;
        self.call_off.0.take().map(Err)
    }
}

/// The rows for the caller: the first batch, those that come, and the error, if one ended them. Where
/// there are credentials, they are renewed while rows come.
pub(super) fn rows(
    head: Head,
    batches: mpsc::Receiver<RecordBatch>,
    call_off: CallOff,
    renewal: Option<Renewal>,
) -> Rows {
    let coming = Coming { first: head.first, batches, call_off, renewal, ended: false };
    let batches = stream::unfold(coming, |mut coming| async move {
        let next = coming.next().await?;
        Some((next, coming))
    });
    Rows {
        columns: head.columns,
        schema: head.schema,
        snapshot: head.snapshot,
        tables: head.tables,
        batches: batches.boxed(),
    }
}
