//! Which appends may share a snapshot: small ones, of which it is known beforehand that nothing in them can
//! fail, since one failure would undo them all.

use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use arrow_select::concat::concat_batches;
use domain::{Column, ColumnType};
use service::{Append, Change, Mode, Write};

/// Bytes of a body, rows in it, and bytes and batches that they unpack to, that are few.
const BYTES: u64 = 64 << 10;
const ROWS: usize = 1_000;
const UNPACKED: usize = 256 << 10;
const BATCHES: usize = 16;

/// Whether the write may share a snapshot with others, as far as its head tells. Parquet is read by the
/// engine, within the engine's memory: a small file can hold a large value a thousand times.
pub(super) fn may(write: &Write) -> bool {
    let Change::Append(append) = &write.change else { return false };
    append.mode == Mode::Append
        && write.if_match.is_none()
        && append.rows.bytes <= BYTES
        && append.rows.source.parquet_file().is_none()
}

/// The rows of such a write, if they may. They are read here, which may take a while: few bytes can hold
/// much.
pub(super) fn rows(write: &Write) -> Option<RecordBatch> {
    let Change::Append(append) = &write.change else { return None };
    let (mut batches, mut rows, mut bytes) = (Vec::new(), 0, 0);
    for batch in append.rows.source.batches().ok()? {
        // What is wrong with a body is said by the one who writes it alone.
        let batch = batch.ok()?;
        rows += batch.num_rows();
        bytes += batch.get_array_memory_size();
        if rows > ROWS || bytes > UNPACKED || batches.len() == BATCHES {
            return None;
        }
        batches.push(batch);
    }
    if rows == 0 {
        return None;
    }
    let batch = concat_batches(&append.rows.source.schema(), &batches).ok()?;
    cannot_fail(append, &batch).then_some(batch)
}

/// Whether every value is one of the table's: the columns themselves were compared before.
fn cannot_fail(append: &Append, batch: &RecordBatch) -> bool {
    let of = |column: &Column| {
        let is_it = |name: &str| column.name.as_str().eq_ignore_ascii_case(name);
        batch.schema_ref().fields().iter().position(|field| is_it(field.name()))
    };
    append.columns.iter().all(|column| match of(column) {
        None => column.nullable || column.default.is_some(),
        Some(index) => {
            let values = batch.column(index);
            (column.nullable || values.null_count() == 0) && is_kept(&column.r#type, values)
        }
    })
}

/// Whether the engine takes all such values as they are, or as wider ones.
fn is_kept(column: &ColumnType, values: &dyn Array) -> bool {
    use DataType as D;
    match (column, values.data_type()) {
        (ColumnType::Plain("BOOLEAN"), D::Boolean)
        | (ColumnType::Plain("FLOAT"), D::Float32)
        | (ColumnType::Plain("DOUBLE"), D::Float32 | D::Float64)
        | (ColumnType::Plain("VARCHAR"), D::Utf8 | D::LargeUtf8 | D::Utf8View)
        | (ColumnType::Plain("BLOB"), D::Binary | D::LargeBinary)
        | (ColumnType::Plain("DATE"), D::Date32)
        | (ColumnType::Plain("TIMESTAMP"), D::Timestamp(TimeUnit::Microsecond, None))
        | (ColumnType::Plain("TIMESTAMPTZ"), D::Timestamp(TimeUnit::Microsecond, Some(_))) => true,
        // That they fit by their width was seen before.
        (ColumnType::Plain("TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT"), found)
        | (ColumnType::Plain("UTINYINT" | "USMALLINT" | "UINTEGER" | "UBIGINT"), found) => {
            found.is_integer()
        }
        (ColumnType::Decimal(width, scale), D::Decimal128(found, digits)) => {
            let is_same = found == width && u8::try_from(*digits) == Ok(*scale);
            let values = values.as_primitive::<Decimal128Type>();
            is_same && values.validate_decimal_precision(*width).is_ok()
        }
        _ => false,
    }
}
