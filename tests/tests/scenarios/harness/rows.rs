//! Bodies of rows: made, taken apart.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_select::concat::concat_batches;
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

/// The columns of `numbered`.
pub(crate) fn numbered_columns() -> Value {
    json!([{"name": "id", "type": "BIGINT"}, {"name": "name", "type": "VARCHAR"}])
}

/// Rows with ids from `first` on, each with a name.
pub(crate) fn numbered(first: i64, count: usize) -> RecordBatch {
    let ids = first..first + i64::try_from(count).expect("a count");
    let names: StringArray = ids.clone().map(|id| Some(format!("row {id}"))).collect();
    batch([
        ("id", Arc::new(Int64Array::from_iter_values(ids)) as ArrayRef),
        ("name", Arc::new(names)),
    ])
}

/// Columns as one batch.
pub(crate) fn batch<const N: usize>(columns: [(&str, ArrayRef); N]) -> RecordBatch {
    let columns = columns.into_iter().map(|(name, values)| (name, values, true));
    RecordBatch::try_from_iter_with_nullable(columns).expect("columns of one length")
}

/// An Arrow stream of these.
pub(crate) fn arrow_of(batches: &[RecordBatch]) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &batches[0].schema()).expect("a writer");
    for batch in batches {
        writer.write(batch).expect("written");
    }
    writer.into_inner().expect("ended")
}

/// A Parquet file of these.
pub(crate) fn parquet_of(batches: &[RecordBatch]) -> Vec<u8> {
    let mut writer = ArrowWriter::try_new(Vec::new(), batches[0].schema(), None).expect("a writer");
    for batch in batches {
        writer.write(batch).expect("written");
    }
    writer.into_inner().expect("ended")
}

/// The rows of an Arrow stream, as one batch.
pub(crate) fn read_arrow(bytes: &[u8]) -> RecordBatch {
    assert!(is_whole_arrow(bytes), "an Arrow stream without its end, of {} bytes", bytes.len());
    let reader = StreamReader::try_new(bytes, None).expect("an Arrow stream");
    let schema = reader.schema();
    let batches: Vec<_> = reader.collect::<Result<_, _>>().expect("batches");
    concat_batches(&schema, &batches).expect("one batch")
}

/// The rows of a Parquet file, as one batch.
pub(crate) fn read_parquet(bytes: Bytes) -> RecordBatch {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).expect("a Parquet file");
    let schema = builder.schema().clone();
    let batches: Vec<_> =
        builder.build().expect("a reader").collect::<Result<_, _>>().expect("batches");
    concat_batches(&schema, &batches).expect("one batch")
}

/// Whether the stream has its end mark: without it, it was cut off.
pub(crate) fn is_whole_arrow(bytes: &[u8]) -> bool {
    bytes.ends_with(&[0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])
}

/// The values of a column of 64-bit integers, in order of size.
pub(crate) fn sorted_ids(batch: &RecordBatch, column: &str) -> Vec<i64> {
    let values = batch.column_by_name(column).unwrap_or_else(|| panic!("no {column} in {batch:?}"));
    let values = values.as_any().downcast_ref::<Int64Array>().expect("64-bit integers");
    let mut values: Vec<i64> = values.values().to_vec();
    values.sort_unstable();
    values
}

/// The values of a column of text.
pub(crate) fn texts(batch: &RecordBatch, column: &str) -> Vec<String> {
    let values = batch.column_by_name(column).unwrap_or_else(|| panic!("no {column} in {batch:?}"));
    let values = values.as_any().downcast_ref::<StringArray>().expect("text");
    values.iter().map(|value| value.unwrap_or("NULL").to_owned()).collect()
}
