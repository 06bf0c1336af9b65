//! A small safe face over DuckDB's C API: only what this crate needs.
//!
//! The Rust crate's own `Connection` is not used: its iterators panic on an error in mid-stream,
//! `prepare` executes all statements but the last, and the raw handle, which `duckdb_arrow_scan` and
//! the chunk-wise conversion to Arrow need, is hidden (FACTS 4, 6, 14).

mod arrow_in;
mod arrow_out;
mod columns_out;
mod connection;
mod failure;
mod logical_type;
mod mask;
pub(crate) mod memory;
mod statement;

pub(crate) use arrow_in::ArrowView;
pub(crate) use arrow_out::{ArrowConverter, NOT_UTF8};
pub(crate) use columns_out::ColumnsOut;
pub(crate) use connection::{Connection, Database, Interrupt};
pub(crate) use failure::Failure;
pub(crate) use logical_type::{LogicalType, Type};
pub(crate) use statement::{Chunk, Prepared, Streaming};

use std::ffi::{CStr, c_char};

/// The text behind a C string of DuckDB's that stays DuckDB's; empty for null.
///
/// # Safety
/// `text` is null or points to a string that ends in NUL and lives for this call.
unsafe fn borrowed_text(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: not null, and the caller promises a terminated string.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

/// The same for a string that we must free.
///
/// # Safety
/// As for [`borrowed_text`], and DuckDB allocated the string for us.
unsafe fn owned_text(text: *mut c_char) -> String {
    // SAFETY: promised by the caller.
    let copy = unsafe { borrowed_text(text) };
    // SAFETY: the string is ours; DuckDB frees what it allocated, null included.
    unsafe { duckdb::ffi::duckdb_free(text.cast()) };
    copy
}
