//! Prepared statements and results that stream.

use std::cell::Cell;
use std::ffi::CStr;
use std::marker::PhantomData;
use std::ptr;

use duckdb::ffi;

use super::{ArrowConverter, Connection, Failure, LogicalType, borrowed_text, owned_text};

/// A result that DuckDB has not filled yet.
fn empty_result() -> ffi::duckdb_result {
    // SAFETY: plain data of C; all zero is the state in which DuckDB takes it.
    unsafe { std::mem::zeroed() }
}

/// One prepared statement.
pub(crate) struct Prepared<'c> {
    raw: ffi::duckdb_prepared_statement,
    connection: PhantomData<&'c Connection>,
}

impl<'c> Prepared<'c> {
    pub(super) fn new(connection: &'c Connection, sql: &CStr) -> Result<Self, Failure> {
        let mut raw = ptr::null_mut();
        // SAFETY: the connection is live and not shared, the text ends in NUL, `raw` is a place.
        let state = unsafe { ffi::duckdb_prepare(connection.raw, sql.as_ptr(), &mut raw) };
        let prepared = Self { raw, connection: PhantomData };
        if state != ffi::DuckDBSuccess {
            // SAFETY: also a failed statement is one, with its error, until it is destroyed.
            let text = unsafe { borrowed_text(ffi::duckdb_prepare_error(raw)) };
            return Err(Failure::new(&text));
        }
        Ok(prepared)
    }

    /// The same without its bond to the connection.
    ///
    /// # Safety
    /// The connection lives longer, and whoever uses the statement has the connection to themselves.
    pub(crate) unsafe fn detach(mut self) -> Prepared<'static> {
        Prepared { raw: std::mem::replace(&mut self.raw, ptr::null_mut()), connection: PhantomData }
    }

    /// The names of its parameters in order: "1", "2", or as written after `$`.
    pub(crate) fn parameters(&self) -> Vec<String> {
        // SAFETY: the statement is live.
        let count = unsafe { ffi::duckdb_nparams(self.raw) };
        // SAFETY: indexes run from 1 to count; the texts are allocated for us.
        let name =
            |index| unsafe { owned_text(ffi::duckdb_parameter_name(self.raw, index).cast_mut()) };
        (1..=count).map(name).collect()
    }

    /// Gives the parameter at `index`, from 1 on, the value NULL.
    pub(crate) fn bind_null(&self, index: u64) -> Result<(), Failure> {
        // SAFETY: the statement is live; an index that is out of range is an error.
        let state = unsafe { ffi::duckdb_bind_null(self.raw, index) };
        if state == ffi::DuckDBSuccess {
            return Ok(());
        }
        Err(Failure::of("Invalid Input", "the statement has no such parameter"))
    }

    /// Names and types of its columns, as far as they are known before it runs.
    pub(crate) fn columns(&self) -> Vec<(String, LogicalType)> {
        // SAFETY: the statement is live.
        let count = unsafe { ffi::duckdb_prepared_statement_column_count(self.raw) };
        (0..count)
            .map(|index| {
                // SAFETY: the index is in range; the text is allocated for us.
                let name = unsafe {
                    let name = ffi::duckdb_prepared_statement_column_name(self.raw, index);
                    owned_text(name.cast_mut())
                };
                // SAFETY: the index is in range; the type is ours.
                let r#type = unsafe {
                    let raw = ffi::duckdb_prepared_statement_column_logical_type(self.raw, index);
                    LogicalType::own(raw)
                };
                (name, r#type)
            })
            .collect()
    }

    /// Runs it; rows come as they are fetched. Another statement on the connection ends it.
    pub(crate) fn stream(&self) -> Result<Streaming<'_>, Failure> {
        // SAFETY: the statement is live, the result is a place.
        Streaming::run(|result| unsafe { ffi::duckdb_execute_prepared_streaming(self.raw, result) })
    }
}

impl Drop for Prepared<'_> {
    fn drop(&mut self) {
        // SAFETY: live or null; results of it borrow it and are gone.
        unsafe { ffi::duckdb_destroy_prepare(&mut self.raw) };
    }
}

/// Rows on their way.
pub(crate) struct Streaming<'s> {
    raw: Cell<ffi::duckdb_result>,
    statement: PhantomData<&'s ()>,
}

impl Streaming<'_> {
    /// Takes the result that `run` fills, or its error.
    pub(super) fn run(
        run: impl FnOnce(*mut ffi::duckdb_result) -> ffi::duckdb_state,
    ) -> Result<Self, Failure> {
        let streaming = Self { raw: Cell::new(empty_result()), statement: PhantomData };
        if run(streaming.raw.as_ptr()) == ffi::DuckDBSuccess {
            return Ok(streaming);
        }
        // SAFETY: filled, also on failure; the text stays DuckDB's and lives as long as the result.
        Err(Failure::new(&unsafe {
            borrowed_text(ffi::duckdb_result_error(streaming.raw.as_ptr()))
        }))
    }

    /// How many rows the statement changed.
    pub(crate) fn rows_changed(&self) -> u64 {
        // SAFETY: the result is live.
        unsafe { ffi::duckdb_rows_changed(self.raw.as_ptr()) }
    }

    /// The next rows; `None` at the end.
    pub(crate) fn fetch(&self) -> Result<Option<Chunk>, Failure> {
        // SAFETY: the result is live; the chunk is ours.
        let raw = unsafe { ffi::duckdb_fetch_chunk(self.raw.get()) };
        if raw.is_null() {
            // SAFETY: the result is live; the text stays DuckDB's.
            let text = unsafe { borrowed_text(ffi::duckdb_result_error(self.raw.as_ptr())) };
            return if text.is_empty() { Ok(None) } else { Err(Failure::new(&text)) };
        }
        let chunk = Chunk { raw };
        Ok((chunk.rows() > 0).then_some(chunk))
    }

    /// Names and types of the columns.
    pub(crate) fn columns(&self) -> Vec<(String, LogicalType)> {
        // SAFETY: the result is live.
        let count = unsafe { ffi::duckdb_column_count(self.raw.as_ptr()) };
        (0..count)
            .map(|index| {
                // SAFETY: the index is in range; the name stays DuckDB's, the type is ours.
                unsafe {
                    let name = borrowed_text(ffi::duckdb_column_name(self.raw.as_ptr(), index));
                    let raw = ffi::duckdb_column_logical_type(self.raw.as_ptr(), index);
                    (name, LogicalType::own(raw))
                }
            })
            .collect()
    }

    /// What makes Arrow of the chunks. It is gone before the result is, by its lifetime.
    pub(crate) fn converter(&self) -> Result<ArrowConverter<'_>, Failure> {
        let columns = self.columns();
        // SAFETY: the result is live and outlives the converter, which borrows it.
        let options = unsafe { ffi::duckdb_result_get_arrow_options(self.raw.as_ptr()) };
        ArrowConverter::new(options, &columns)
    }
}

impl Drop for Streaming<'_> {
    fn drop(&mut self) {
        // SAFETY: filled or all zero; destroyed once.
        unsafe { ffi::duckdb_destroy_result(self.raw.as_ptr()) };
    }
}

/// Up to 2,048 rows.
pub(crate) struct Chunk {
    pub(super) raw: ffi::duckdb_data_chunk,
}

// SAFETY: a chunk owns its vectors (shared buffers are counted atomically) and is used by one thread
// at a time.
unsafe impl Send for Chunk {}

impl Chunk {
    /// How many rows it holds.
    pub(crate) fn rows(&self) -> usize {
        // SAFETY: the chunk is live.
        unsafe { ffi::duckdb_data_chunk_get_size(self.raw) as usize }
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        // SAFETY: live, ours, destroyed once.
        unsafe { ffi::duckdb_destroy_data_chunk(&mut self.raw) };
    }
}
