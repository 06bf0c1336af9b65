//! Rows in memory, as a body would give them.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use domain::{Error, Result};
use service::RowSource;

/// Batches that may be read any number of times; then, if asked, an error.
pub struct MemoryRows {
    /// The batches, at least one.
    pub batches: Vec<RecordBatch>,
    /// What a body says that breaks off after them.
    pub broken: bool,
}

impl RowSource for MemoryRows {
    fn schema(&self) -> SchemaRef {
        self.batches[0].schema()
    }

    fn parquet_file(&self) -> Option<&Path> {
        None
    }

    fn batches(&self) -> Result<Box<dyn Iterator<Item = Result<RecordBatch>> + Send>> {
        let end =
            self.broken.then(|| Err(Error::malformed("BODY_CUT_SHORT", "The body broke off.")));
        Ok(Box::new(self.batches.clone().into_iter().map(Ok).chain(end)))
    }
}

/// One batch with the BIGINT column `n`.
pub fn numbers(values: impl IntoIterator<Item = i64>) -> MemoryRows {
    let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true)]));
    let column = Arc::new(Int64Array::from_iter_values(values));
    let batch = RecordBatch::try_new(schema, vec![column]).expect("one column of one type");
    MemoryRows { batches: vec![batch], broken: false }
}
