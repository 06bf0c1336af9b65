//! The formats, from outside: what is written is read by real readers, what is broken is refused.

mod bodies;
mod broken_arrow;
mod broken_parquet;
mod compression;
mod csv_body;
mod flat;
mod memory;
mod ndjson_body;
mod text;
mod text_types;
mod whole;

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema};
use domain::SnapshotId;
use formats::{Format, RowsAs, Summary};

const SUMMARY: Summary =
    Summary { row_count: 2, snapshot: Some(SnapshotId(12)), truncated: false, elapsed_ms: 3 };

/// A batch of columns that may be NULL.
fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true))
        .collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("a batch")
}

/// Names and types as the engine would give them.
fn columns(batch: &RecordBatch) -> Vec<(String, String)> {
    let fields = batch.schema_ref().fields();
    fields.iter().map(|field| (field.name().clone(), "VARCHAR".to_owned())).collect()
}

/// The whole answer.
fn encode(format: Format, rows_as: RowsAs, batches: &[RecordBatch]) -> Vec<u8> {
    encode_as(format, rows_as, &columns(&batches[0]), batches)
}

fn encode_as(
    format: Format,
    rows_as: RowsAs,
    columns: &[(String, String)],
    batches: &[RecordBatch],
) -> Vec<u8> {
    let mut encoder = format.encoder(batches[0].schema(), columns, rows_as).expect("an encoder");
    let mut bytes = encoder.start().expect("a start").to_vec();
    for batch in batches {
        bytes.extend(encoder.batch(batch).expect("a batch"));
    }
    bytes.extend(encoder.finish(&SUMMARY).expect("an end"));
    bytes
}

/// As [`encode`], but the rows broke off.
fn encode_broken(format: Format, batches: &[RecordBatch]) -> Vec<u8> {
    let columns = columns(&batches[0]);
    let mut encoder =
        format.encoder(batches[0].schema(), &columns, RowsAs::Objects).expect("an encoder");
    let mut bytes = encoder.start().expect("a start").to_vec();
    for batch in batches {
        bytes.extend(encoder.batch(batch).expect("a batch"));
    }
    bytes.extend(encoder.failure("{\"status\":\n500}"));
    bytes
}

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}
