//! The rows of a Parquet body, by our own reader: to say what is wrong with one that the engine, which
//! is faster, did not get to the end of.

use std::fs::File;

use arrow_array::RecordBatch;
use domain::{Error, Result};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};

use crate::read::fault;

/// Rows of a file, in batches; an error ends them.
pub struct ParquetRows {
    reader: Option<ParquetRecordBatchReader>,
    batch: u64,
}

/// Opens the file at its first row.
pub fn rows(file: File) -> Result<ParquetRows> {
    open(file, None)
}

/// The same, with these columns alone.
pub fn columns(file: File, columns: &[String]) -> Result<ParquetRows> {
    open(file, Some(columns))
}

fn open(file: File, columns: Option<&[String]>) -> Result<ParquetRows> {
    // Hints for Arrow are the sender's word, and not what the columns hold.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let reader = fault::guarded(|| {
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)?;
        let Some(columns) = columns else { return builder.build() };
        let fields = builder.schema().fields().iter().enumerate();
        let wanted = fields.filter(|(_, field)| columns.contains(field.name()));
        let wanted = wanted.map(|(index, _)| index).collect::<Vec<_>>();
        let mask = ProjectionMask::roots(builder.parquet_schema(), wanted);
        builder.with_projection(mask).build()
    });
    Ok(ParquetRows { reader: Some(reader.map_err(|what| broken(0, &what))?), batch: 0 })
}

impl Iterator for ParquetRows {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let reader = self.reader.as_mut()?;
        match fault::guarded(|| reader.next().transpose()) {
            Ok(batch) => {
                self.batch += 1;
                batch.map(Ok)
            }
            Err(what) => {
                self.reader = None;
                Some(Err(broken(self.batch, &what)))
            }
        }
    }
}

fn broken(batch: u64, what: &str) -> Error {
    let after = batch * 1_024;
    Error::malformed(
        "CORRUPT_BODY",
        format!(
            "The Parquet body is corrupt after about {after} rows: {what}. Nothing was changed."
        ),
    )
}
