//! Chunks to Arrow, by DuckDB's own conversion.

use std::ffi::CString;
use std::marker::PhantomData;
use std::sync::Arc;

use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi_and_data_type};
use arrow_array::{RecordBatch, RecordBatchOptions, StructArray};
use arrow_schema::{DataType, Schema, SchemaRef};
use duckdb::ffi;

use super::{Chunk, Failure, LogicalType, borrowed_text, mask};

/// The kind of a failure: a text of the result is not UTF-8.
pub(crate) const NOT_UTF8: &str = "Not UTF-8";

/// Makes Arrow of the chunks of one result, on any thread.
pub(crate) struct ArrowConverter<'r> {
    options: ffi::duckdb_arrow_options,
    schema: SchemaRef,
    result: PhantomData<&'r ()>,
}

// SAFETY: the options are read only; FACTS 14 measured just this: fetch on one thread, convert on
// another. The result that they point into is kept by the lifetime.
unsafe impl Send for ArrowConverter<'_> {}

impl ArrowConverter<'_> {
    pub(super) fn new(
        options: ffi::duckdb_arrow_options,
        columns: &[(String, LogicalType)],
    ) -> Result<Self, Failure> {
        let mut converter =
            Self { options, schema: Arc::new(Schema::empty()), result: PhantomData };
        converter.schema = Arc::new(read_schema(options, columns)?);
        Ok(converter)
    }

    /// The schema of every batch.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// One chunk as a batch.
    pub(crate) fn convert(&self, chunk: &Chunk) -> Result<RecordBatch, Failure> {
        let mut array = ffi::ArrowArray::empty();
        // SAFETY: options and chunk are live, `array` is a place for the answer.
        unsafe {
            check(ffi::duckdb_data_chunk_to_arrow(self.options, chunk.raw, &mut array))?;
        }
        // SAFETY: both are the Arrow C data interface's struct; ownership moves with the bytes, for
        // `ffi::ArrowArray` does nothing when dropped.
        let array = unsafe { std::mem::transmute::<ffi::ArrowArray, FFI_ArrowArray>(array) };
        let data_type = DataType::Struct(self.schema.fields().clone());
        // SAFETY: DuckDB made the array for these very types.
        let data = unsafe { from_ffi_and_data_type(array, data_type) };
        let mut data = data.map_err(|error| Failure::of("Arrow", error.to_string()))?;
        data.align_buffers();
        data.validate_full().map_err(not_utf8)?;
        let data = mask::nulls(data);
        let rows = RecordBatchOptions::new().with_row_count(Some(chunk.rows()));
        let (_, columns, _) = StructArray::from(data).into_parts();
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &rows)
            .map_err(|error| Failure::of("Arrow", error.to_string()))
    }
}

impl Drop for ArrowConverter<'_> {
    fn drop(&mut self) {
        // SAFETY: live, ours, destroyed once.
        unsafe { ffi::duckdb_destroy_arrow_options(&mut self.options) };
    }
}

/// DuckDB's VARCHAR should be UTF-8, but functions such as `printf('%c', 200)` make other bytes.
pub(super) fn not_utf8(error: arrow_schema::ArrowError) -> Failure {
    Failure::of(NOT_UTF8, error.to_string())
}

fn read_schema(
    options: ffi::duckdb_arrow_options,
    columns: &[(String, LogicalType)],
) -> Result<Schema, Failure> {
    let mut types: Vec<_> = columns.iter().map(|(_, r#type)| r#type.0).collect();
    // A name with a NUL cannot come out of SQL; should it, the column loses its name, not the rows.
    let names: Vec<_> =
        columns.iter().map(|(name, _)| CString::new(name.as_str()).unwrap_or_default()).collect();
    let mut pointers: Vec<_> = names.iter().map(|name| name.as_ptr()).collect();
    let mut schema = ffi::ArrowSchema::empty();
    // SAFETY: both arrays have `columns.len()` live entries, `schema` is a place for the answer.
    unsafe {
        check(ffi::duckdb_to_arrow_schema(
            options,
            types.as_mut_ptr(),
            pointers.as_mut_ptr(),
            columns.len() as u64,
            &mut schema,
        ))?;
    }
    // SAFETY: both are the Arrow C data interface's struct; ownership moves with the bytes.
    let schema = unsafe { std::mem::transmute::<ffi::ArrowSchema, FFI_ArrowSchema>(schema) };
    Schema::try_from(&schema).map_err(|error| Failure::of("Arrow", error.to_string()))
}

/// Takes over the error data of a call.
///
/// # Safety
/// `error` came from DuckDB just now; null is success.
pub(super) unsafe fn check(mut error: ffi::duckdb_error_data) -> Result<(), Failure> {
    if error.is_null() {
        return Ok(());
    }
    // SAFETY: live until it is destroyed below; the text stays DuckDB's.
    let answer = unsafe {
        if ffi::duckdb_error_data_has_error(error) {
            Err(Failure::new(&borrowed_text(ffi::duckdb_error_data_message(error))))
        } else {
            Ok(())
        }
    };
    // SAFETY: ours, destroyed once.
    unsafe { ffi::duckdb_destroy_error_data(&mut error) };
    answer
}
