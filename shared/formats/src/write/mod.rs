//! Rows to bytes.

mod arrow_stream;
mod cores;
mod csv;
mod json;
mod ndjson;
mod packing;
mod parquet;
mod record_batch;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use bytes::Bytes;
use domain::{Result, SnapshotId};

pub use self::packing::Packer;
use crate::{Format, read::schema};

/// What a JSON document says of its rows once they are all written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Rows written.
    pub row_count: u64,
    /// The snapshot they were read at; `None` where no table was read.
    pub snapshot: Option<SnapshotId>,
    /// Whether there were more rows than the limit.
    pub truncated: bool,
    /// Milliseconds from the request to the last row.
    pub elapsed_ms: u64,
}

/// How a row is written in JSON and NDJSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowsAs {
    /// `{"a": 1, "b": 2}`. A result that names two columns alike is written in arrays all the same.
    Objects,
    /// `[1, 2]`
    Arrays,
}

/// Writes rows in one format, batch by batch: `start` once, `batch` for each, then `finish`.
///
/// The bytes of all calls, in order, are the answer. Without `finish` they lack the format's end
/// mark (Arrow's end of stream, Parquet's footer, JSON's closing brace), so that a reader notices.
pub trait Encoder: Send {
    /// What comes before the rows.
    fn start(&mut self) -> Result<Bytes>;

    /// One batch of the schema that the encoder was made for. May be empty: Parquet is written a row
    /// group at a time.
    fn batch(&mut self, batch: &RecordBatch) -> Result<Bytes>;

    /// As `batch`, in the pieces that it is made of: what is large is not copied into one.
    fn pieces(&mut self, batch: &RecordBatch) -> Result<Vec<Bytes>> {
        Ok(vec![self.batch(batch)?])
    }

    /// The end: all rows are written.
    fn finish(self: Box<Self>, summary: &Summary) -> Result<Bytes>;

    /// What to write in place of `finish` when the rows broke off: in NDJSON an error record,
    /// `{"error": <problem>}`; nothing elsewhere, where the missing end mark says it, or in CSV only
    /// the connection.
    fn failure(&mut self, problem_json: &str) -> Bytes {
        let _ = problem_json;
        Bytes::new()
    }
}

impl Format {
    /// An encoder of rows of `schema`. `columns` are the names and DuckDB types of the result.
    ///
    /// Errors: `Invalid` (`TYPE_TOO_DEEP`) for a column that nests deeper than readers take.
    pub fn encoder(
        self,
        schema: SchemaRef,
        columns: &[(String, String)],
        rows_as: RowsAs,
    ) -> Result<Box<dyn Encoder>> {
        schema::check_depth(&schema)?;
        Ok(match self {
            Self::ArrowStream => Box::new(arrow_stream::ArrowStreamEncoder::new(schema)),
            Self::Parquet => Box::new(parquet::ParquetEncoder::new(&schema)?),
            Self::Csv => Box::new(csv::CsvEncoder::new(columns)),
            Self::Ndjson => Box::new(ndjson::NdjsonEncoder::new(columns, rows_as)),
            Self::Json => Box::new(json::JsonEncoder::new(columns, rows_as)),
        })
    }
}
