//! Arrow's streaming IPC format.

use std::io::Read;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use domain::{Error, Result};

/// What is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one batch in memory, decompressed; also of all dictionaries together.
    pub batch_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { batch_bytes: 256 << 20 }
    }
}

/// A stream whose schema was read.
pub struct ArrowStream<R> {
    reader: R,
    schema: SchemaRef,
}

/// Reads the schema.
pub fn open<R: Read + Send>(reader: R, limits: Limits) -> Result<ArrowStream<R>> {
    let _ = (reader, limits);
    Err(Error::internal("not yet"))
}

impl<R> ArrowStream<R> {
    /// The schema of every batch.
    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

impl<R: Read> Iterator for ArrowStream<R> {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let _ = &mut self.reader;
        None
    }
}
