//! Rows that come as text: what CSV and NDJSON share.

use std::io::Read;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use domain::{Column, Result};

mod builder;
mod columns;
pub(super) mod fault;
mod input;
mod misfit;
mod names;
mod room;
pub(super) mod scan;
mod value;

pub(super) use columns::Columns;
pub(super) use input::Input;
pub(super) use misfit::shortened;
pub(super) use scan::DEPTH;

use super::{csv, ndjson};

/// What is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one row in the body, up to 128 MiB. In memory it may take eight times as many.
    pub row_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { row_bytes: 16 << 20 }
    }
}

impl Limits {
    /// No larger than what 32 bits count in memory.
    fn checked(self) -> Self {
        Self { row_bytes: self.row_bytes.min(128 << 20) }
    }
}

/// Rows of one batch, unless it is large.
const BATCH_ROWS: usize = 8_192;

/// About what a batch takes in memory at most, unless one row is larger.
const BATCH_BYTES: usize = 8 << 20;

/// The rows of a CSV or NDJSON body: an iterator of batches. After an error it ends.
pub struct TextRows {
    rows: Rows,
    columns: Columns,
    ended: bool,
}

enum Rows {
    Csv(csv::CsvRows),
    Ndjson(ndjson::NdjsonRows),
}

pub(super) fn open_csv(
    reader: Box<dyn Read + Send>,
    columns: &[Column],
    limits: Limits,
) -> Result<TextRows> {
    let (rows, columns) = csv::CsvRows::open(reader, columns, limits.checked())?;
    Ok(TextRows { rows: Rows::Csv(rows), columns, ended: false })
}

pub(super) fn open_ndjson(
    reader: Box<dyn Read + Send>,
    columns: &[Column],
    limits: Limits,
) -> Result<TextRows> {
    let limits = limits.checked();
    let rows = ndjson::NdjsonRows::open(reader, limits)?;
    let columns = Columns::new(columns.iter(), limits.row_bytes)?;
    Ok(TextRows { rows: Rows::Ndjson(rows), columns, ended: false })
}

impl TextRows {
    /// The schema of every batch: the table's columns that the body fills, in the table's order.
    pub fn schema(&self) -> SchemaRef {
        self.columns.schema()
    }

    fn read(&mut self) -> Result<Option<RecordBatch>> {
        let mut bytes = 0;
        while self.columns.rows() < BATCH_ROWS && bytes < BATCH_BYTES {
            let row = match &mut self.rows {
                Rows::Csv(rows) => rows.read(&mut self.columns)?,
                Rows::Ndjson(rows) => rows.read(&mut self.columns)?,
            };
            match row {
                Some(taken) => bytes += taken,
                None => break,
            }
        }
        if self.columns.rows() == 0 { Ok(None) } else { self.columns.finish().map(Some) }
    }
}

impl Iterator for TextRows {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.read().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}
