//! What a Parquet body says of itself. Its rows are read by the engine.

mod footer;
mod rows;

use std::sync::Arc;

use arrow_schema::{DataType, Field, IntervalUnit, Schema, SchemaRef};
use bytes::Bytes;
use domain::{Error, Result};
use parquet::arrow::parquet_to_arrow_schema;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::ChunkReader;

use super::{fault, schema};

pub use rows::{ParquetRows, columns, rows};

/// What a whole Parquet file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParquetBody {
    /// Its columns, as DuckDB reads them: hints for Arrow in the file are ignored.
    pub schema: SchemaRef,
    /// Its rows.
    pub row_count: u64,
}

const MAGIC: &[u8] = b"PAR1";
const ENCRYPTED_MAGIC: &[u8] = b"PARE";

/// The length of the footer and the magic after it.
const TAIL: u64 = 8;

/// Bytes of a footer: ten thousand row groups of ten columns take a third.
const FOOTER_BYTES: u64 = 32 << 20;

/// Reads the footer of a file (`std::fs::File`) or of bytes in memory (`bytes::Bytes`).
///
/// Errors: `Malformed` (`EMPTY_BODY`, `NOT_PARQUET`, `BODY_CUT_SHORT`, `CORRUPT_BODY`,
/// `ENCRYPTED_BODY`), `Invalid` (`DUPLICATE_COLUMN`, `NO_COLUMNS`, `TYPE_TOO_DEEP`).
pub fn inspect(body: &impl ChunkReader) -> Result<ParquetBody> {
    let length = body.len();
    if length == 0 {
        return Err(fault::empty());
    }
    let head = read(body, 0, length.min(MAGIC.len() as u64))?;
    if head == ENCRYPTED_MAGIC {
        return Err(encrypted());
    }
    if !MAGIC.starts_with(&head) {
        return Err(Error::malformed(
            "NOT_PARQUET",
            "The body is not a Parquet file: it does not begin with `PAR1`.",
        ));
    }
    let footer = read_footer(body, length)?;
    let at = length - TAIL - footer.len() as u64;
    if footer::check(&footer, at)? == footer::Protection::Encrypted {
        return Err(encrypted());
    }
    let described =
        fault::guarded(|| describe(&footer, at)).map_err(|what| fault::corrupt(at, what))?;
    schema::check(&described.schema)?;
    Ok(described)
}

/// The footer, if the body ends as a Parquet file does.
fn read_footer(body: &impl ChunkReader, length: u64) -> Result<Bytes> {
    let cut_short = || fault::cut_short(length, "and not with a Parquet footer");
    if length < MAGIC.len() as u64 + TAIL {
        return Err(cut_short());
    }
    let tail = read(body, length - TAIL, TAIL)?;
    let (size, magic) = tail.split_first_chunk::<4>().ok_or_else(cut_short)?;
    let size = u64::from(u32::from_le_bytes(*size));
    if magic != MAGIC || size > length - TAIL - MAGIC.len() as u64 {
        return Err(cut_short());
    }
    if size > FOOTER_BYTES {
        return Err(fault::corrupt(length - TAIL, "its footer claims to be larger than any"));
    }
    read(body, length - TAIL - size, size)
}

fn read(body: &impl ChunkReader, start: u64, length: u64) -> Result<Bytes> {
    // It is at most FOOTER_BYTES.
    body.get_bytes(start, length as usize).map_err(Error::internal)
}

/// `data_end` is where the footer begins: columns end before it.
fn describe(footer: &[u8], data_end: u64) -> Result<ParquetBody, String> {
    let metadata =
        ParquetMetaDataReader::decode_metadata(footer).map_err(|error| error.to_string())?;
    check_columns(&metadata, data_end)?;
    let file = metadata.file_metadata();
    let rows: i64 = metadata.row_groups().iter().map(|group| group.num_rows()).sum();
    let row_count = u64::try_from(rows).ok().filter(|_| rows == file.num_rows());
    let schema =
        parquet_to_arrow_schema(file.schema_descr(), None).map_err(|error| error.to_string())?;
    Ok(ParquetBody {
        schema: Arc::new(as_duckdb_reads(&schema)),
        row_count: row_count.ok_or("its row groups hold another number of rows than it says")?,
    })
}

fn check_columns(metadata: &ParquetMetaData, data_end: u64) -> Result<(), String> {
    for column in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        let (start, length) = column.byte_range();
        if start.checked_add(length).is_none_or(|end| end > data_end) {
            return Err("a column lies outside the file".to_owned());
        }
        if column.file_path().is_some() {
            return Err("a column lies in another file".to_owned());
        }
    }
    Ok(())
}

/// Parquet's interval is months, days and milliseconds; arrow-rs drops the months.
fn as_duckdb_reads(schema: &Schema) -> Schema {
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::Interval(_) => {
            let whole = DataType::Interval(IntervalUnit::MonthDayNano);
            field.as_ref().clone().with_data_type(whole)
        }
        _ => field.as_ref().clone(),
    });
    Schema::new(fields.collect::<Vec<Field>>())
}

fn encrypted() -> Error {
    Error::malformed("ENCRYPTED_BODY", "The Parquet file is encrypted; send it without encryption.")
}
