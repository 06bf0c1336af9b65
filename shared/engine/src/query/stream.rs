//! The reader's end of a query.

use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use domain::{Error, SnapshotId};
use futures::stream::{self, StreamExt};
use service::{ResultColumn, Rows};
use tokio::sync::mpsc;

use crate::watchdog::Watched;

/// What is known once the first batch is there.
pub(super) struct Head {
    pub(super) columns: Vec<ResultColumn>,
    pub(super) schema: SchemaRef,
    pub(super) snapshot: Option<SnapshotId>,
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

/// The rows for the caller: the first batch, those that come, and the error, if one ended them.
pub(super) fn rows(head: Head, batches: mpsc::Receiver<RecordBatch>, call_off: CallOff) -> Rows {
    let state = (head.first, batches, call_off, false);
    let batches = stream::unfold(state, |(first, mut batches, call_off, ended)| async move {
        if ended {
            return None;
        }
        if let Some(first) = first {
            return Some((Ok(first), (None, batches, call_off, false)));
        }
        match batches.recv().await {
            Some(batch) => Some((Ok(batch), (None, batches, call_off, false))),
            None => {
                let error = call_off.0.take()?;
                Some((Err(error), (None, batches, call_off, true)))
            }
        }
    });
    Rows {
        columns: head.columns,
        schema: head.schema,
        snapshot: head.snapshot,
        batches: batches.boxed(),
    }
}
