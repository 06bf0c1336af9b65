//! Chunks to Arrow, column by column into batches of the size that goes out: one copy of each value,
//! where DuckDB's own conversion and joining its small batches make two.
//!
//! For types whose vectors are flat arrays of values or strings; a result with any other column takes
//! DuckDB's conversion (`arrow_out`), which is also what these must agree with. Layout of vectors:
//! <https://duckdb.org/docs/stable/clients/c/vector>.

use std::ffi::c_void;
use std::slice;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, make_array};
use arrow_buffer::{BooleanBufferBuilder, Buffer, MutableBuffer, NullBuffer};
use arrow_data::ArrayData;
use arrow_schema::{DataType, SchemaRef, TimeUnit};
use duckdb::ffi;

use super::arrow_out::not_utf8;
use super::{Chunk, Failure, LogicalType, Type};

/// How a column's values lie in DuckDB's vectors, and what they become.
#[derive(Clone, Copy)]
enum Kind {
    /// The same bytes in both: so many for each value.
    Same(usize),
    /// A byte for each; a bit in Arrow.
    Boolean,
    /// An integer of so many bytes; 16 in Arrow.
    Decimal(usize),
    /// `duckdb_string_t`; offsets and bytes in Arrow.
    Bytes,
}

/// Batches in the making.
pub(crate) struct ColumnsOut {
    schema: SchemaRef,
    columns: Vec<Column>,
    rows: usize,
}

struct Column {
    kind: Kind,
    values: MutableBuffer,
    bits: BooleanBufferBuilder,
    offsets: Vec<i32>,
    validity: BooleanBufferBuilder,
    nulls: bool,
}

impl ColumnsOut {
    /// `None` where a column is of a type that is left to DuckDB.
    pub(crate) fn new(schema: &SchemaRef, types: &[(String, LogicalType)]) -> Option<Self> {
        let fields = schema.fields().iter().zip(types);
        let kinds = fields.map(|(field, (_, from))| kind(field.data_type(), from));
        let columns = kinds.map(|kind| kind.map(Column::new)).collect::<Option<Vec<_>>>()?;
        Some(Self { schema: Arc::clone(schema), columns, rows: 0 })
    }

    /// Takes the rows of a chunk.
    pub(crate) fn push(&mut self, chunk: &Chunk) -> Result<(), Failure> {
        let rows = chunk.rows();
        for (index, column) in self.columns.iter_mut().enumerate() {
            // SAFETY: the chunk is live, and has the columns that its result has.
            let vector = unsafe { ffi::duckdb_data_chunk_get_vector(chunk.raw, index as u64) };
            // SAFETY: fetched chunks are flat, and `kind` was made of this column's type.
            unsafe { column.push(vector, rows)? };
        }
        self.rows += rows;
        Ok(())
    }

    /// Rows that wait.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes that wait.
    pub(crate) fn bytes(&self) -> usize {
        self.columns.iter().map(|column| column.values.len() + column.offsets.len() * 4).sum()
    }

    /// The rows that wait, as one batch.
    pub(crate) fn take(&mut self) -> Result<RecordBatch, Failure> {
        let rows = std::mem::take(&mut self.rows);
        let fields = self.schema.fields().iter();
        let arrays = self.columns.iter_mut().zip(fields);
        let arrays = arrays.map(|(column, field)| column.take(rows, field.data_type()));
        let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)
            .map_err(|error| Failure::of("Arrow", error.to_string()))
    }
}

fn kind(to: &DataType, from: &LogicalType) -> Option<Kind> {
    use DataType::*;
    Some(match (from.read(), to) {
        (Type::Plain("BOOLEAN"), Boolean) => Kind::Boolean,
        (Type::Plain("TINYINT"), Int8) | (Type::Plain("UTINYINT"), UInt8) => Kind::Same(1),
        (Type::Plain("SMALLINT"), Int16) | (Type::Plain("USMALLINT"), UInt16) => Kind::Same(2),
        (Type::Plain("INTEGER"), Int32) | (Type::Plain("UINTEGER"), UInt32) => Kind::Same(4),
        (Type::Plain("BIGINT"), Int64) | (Type::Plain("UBIGINT"), UInt64) => Kind::Same(8),
        (Type::Plain("FLOAT"), Float32) | (Type::Plain("DATE"), Date32) => Kind::Same(4),
        (Type::Plain("DOUBLE"), Float64) => Kind::Same(8),
        (Type::Plain("TIME"), Time64(TimeUnit::Microsecond)) => Kind::Same(8),
        (Type::Plain("TIMESTAMP"), Timestamp(TimeUnit::Microsecond, None)) => Kind::Same(8),
        (Type::Plain("TIMESTAMP WITH TIME ZONE"), Timestamp(TimeUnit::Microsecond, Some(_))) => {
            Kind::Same(8)
        }
        (Type::Decimal(width, _), Decimal128(..)) => match width {
            0..=4 => Kind::Decimal(2),
            5..=9 => Kind::Decimal(4),
            10..=18 => Kind::Decimal(8),
            _ => Kind::Same(16),
        },
        (Type::Plain("VARCHAR" | "JSON"), Utf8) | (Type::Plain("BLOB"), Binary) => Kind::Bytes,
        _ => return None,
    })
}

impl Column {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            values: MutableBuffer::new(0),
            bits: BooleanBufferBuilder::new(0),
            offsets: vec![0],
            validity: BooleanBufferBuilder::new(0),
            nulls: false,
        }
    }

    /// # Safety
    /// The vector is live and flat, of the type that `kind` was made of, with `rows` rows.
    unsafe fn push(&mut self, vector: ffi::duckdb_vector, rows: usize) -> Result<(), Failure> {
        // SAFETY: the vector is live.
        let data = unsafe { ffi::duckdb_vector_get_data(vector) };
        // SAFETY: null, or a bit for each row in whole words.
        let valid = unsafe {
            let mask = ffi::duckdb_vector_get_validity(vector);
            (!mask.is_null()).then(|| slice::from_raw_parts(mask.cast::<u8>(), rows.div_ceil(8)))
        };
        match valid {
            Some(bits) => self.validity.append_packed_range(0..rows, bits),
            None => self.validity.append_n(rows, true),
        }
        self.nulls |= valid.is_some();
        // SAFETY: the data are as `kind` says.
        unsafe {
            match self.kind {
                Kind::Same(width) => {
                    let bytes = slice::from_raw_parts(data.cast::<u8>(), rows * width);
                    self.push_values(bytes, width, valid);
                }
                Kind::Boolean => {
                    let bytes = slice::from_raw_parts(data.cast::<u8>(), rows);
                    for (row, byte) in bytes.iter().enumerate() {
                        let is_valid = valid.is_none_or(|valid| is_valid(valid, row));
                        self.bits.append(is_valid && *byte != 0);
                    }
                }
                Kind::Decimal(2) => self.push_decimals::<i16>(data, rows, valid),
                Kind::Decimal(4) => self.push_decimals::<i32>(data, rows, valid),
                Kind::Decimal(_) => self.push_decimals::<i64>(data, rows, valid),
                Kind::Bytes => {
                    let strings = slice::from_raw_parts(data.cast::<ffi::duckdb_string_t>(), rows);
                    return self.push_strings(strings, valid);
                }
            }
        }
        Ok(())
    }

    /// What stands in the place of a NULL may be anything that was in that memory: it stays here.
    fn push_values(&mut self, bytes: &[u8], width: usize, valid: Option<&[u8]>) {
        let start = self.values.len();
        self.values.extend_from_slice(bytes);
        let Some(valid) = valid else { return };
        let values = &mut self.values.as_slice_mut()[start..];
        for (row, value) in values.chunks_exact_mut(width).enumerate() {
            if !is_valid(valid, row) {
                value.fill(0);
            }
        }
    }

    /// # Safety
    /// At `data` are `rows` values of `T`.
    unsafe fn push_decimals<T: Copy + Into<i128>>(
        &mut self,
        data: *const c_void,
        rows: usize,
        valid: Option<&[u8]>,
    ) {
        // SAFETY: promised by the caller.
        let values = unsafe { slice::from_raw_parts(data.cast::<T>(), rows) };
        self.values.reserve(rows * 16);
        match valid {
            None => self.values.extend(values.iter().map(|value| (*value).into())),
            Some(valid) => {
                let values = values.iter().enumerate();
                let values = values
                    .map(|(row, value)| if is_valid(valid, row) { (*value).into() } else { 0 });
                self.values.extend(values);
            }
        }
    }

    fn push_strings(
        &mut self,
        strings: &[ffi::duckdb_string_t],
        valid: Option<&[u8]>,
    ) -> Result<(), Failure> {
        let is_valid = |row: usize| valid.is_none_or(|valid| is_valid(valid, row));
        let lengths = strings.iter().enumerate();
        let lengths = lengths.map(|(row, string)| if is_valid(row) { length(string) } else { 0 });
        let total: usize = lengths.sum();
        let mut end = self.values.len();
        if i32::try_from(end + total).is_err() {
            let text = "the total string size for regular string buffers is over 2 GB";
            return Err(Failure::of("Invalid Input", text));
        }
        // Short strings are copied as a whole, with what stands behind them, and then written over.
        self.values.resize(end + total + INLINED, 0);
        self.offsets.reserve(strings.len());
        for (row, string) in strings.iter().enumerate() {
            if is_valid(row) {
                let place = &mut self.values.as_slice_mut()[end..];
                end += copy(string, place);
            }
            self.offsets.push(end as i32);
        }
        self.values.truncate(end);
        Ok(())
    }

    fn take(&mut self, rows: usize, to: &DataType) -> Result<ArrayRef, Failure> {
        let nulls = std::mem::take(&mut self.nulls);
        let validity = self.validity.finish();
        let room = MutableBuffer::with_capacity(self.values.capacity());
        let values = std::mem::replace(&mut self.values, room).into();
        let data = ArrayData::builder(to.clone())
            .len(rows)
            .nulls(nulls.then(|| NullBuffer::new(validity)).filter(|nulls| nulls.null_count() > 0));
        let data = match self.kind {
            Kind::Boolean => data.add_buffer(self.bits.finish().into_inner()),
            Kind::Same(_) | Kind::Decimal(_) => data.add_buffer(values),
            Kind::Bytes => {
                let offsets = std::mem::replace(&mut self.offsets, vec![0]);
                data.add_buffer(Buffer::from_vec(offsets)).add_buffer(values)
            }
        };
        // SAFETY: `rows` values of just this type were pushed, and texts are looked at below.
        let data = unsafe { data.build_unchecked() };
        if matches!(to, DataType::Utf8) && !data.buffers()[1].is_ascii() {
            data.validate_full().map_err(not_utf8)?;
        }
        Ok(make_array(data))
    }
}

/// Bytes of a string that lie in the `duckdb_string_t` itself.
const INLINED: usize = 12;

fn is_valid(valid: &[u8], row: usize) -> bool {
    valid[row / 8] & (1 << (row % 8)) != 0
}

fn length(string: &ffi::duckdb_string_t) -> usize {
    // SAFETY: both forms begin with it.
    unsafe { string.value.inlined.length as usize }
}

/// Copies a string that is not NULL to the start of `place`, which has room for [`INLINED`] bytes at
/// least; answers its length.
fn copy(string: &ffi::duckdb_string_t, place: &mut [u8]) -> usize {
    let length = length(string);
    // SAFETY: up to so many bytes it lies inside, beyond it at the pointer.
    unsafe {
        if length <= INLINED {
            let inside = (&raw const string.value.inlined.inlined).cast::<[u8; INLINED]>();
            place[..INLINED].copy_from_slice(&*inside);
        } else {
            let bytes = slice::from_raw_parts(string.value.pointer.ptr.cast::<u8>(), length);
            place[..length].copy_from_slice(bytes);
        }
    }
    length
}
