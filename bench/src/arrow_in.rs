//! Batches into DuckDB by the fastest known way: a scan of Arrow's C stream.

use std::ffi::CString;

use anyhow::ensure;
use arrow::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator};
use duckdb::ffi;

use crate::duck::Duck;

/// Runs `sql` while the batches are to be read, once, as `memory.main.<name>`.
///
/// arrow-rs's stream leaks a schema for each call with this function of DuckDB's: a few kilobytes
/// for each round, which a bench can bear.
pub(crate) fn with_view(
    duck: &Duck,
    name: &str,
    batches: &[RecordBatch],
    sql: &[&str],
) -> anyhow::Result<()> {
    let rows: Vec<_> = batches.iter().cloned().map(Ok).collect();
    let reader = RecordBatchIterator::new(rows, batches[0].schema());
    let mut stream = Box::new(FFI_ArrowArrayStream::new(Box::new(reader)));
    let c_name = CString::new(name)?;
    let raw: *mut FFI_ArrowArrayStream = &mut *stream;
    // SAFETY: the connection is live, the name ends in NUL, the stream outlives the view.
    let made = unsafe { ffi::duckdb_arrow_scan(duck.raw, c_name.as_ptr(), raw.cast()) };
    ensure!(made == ffi::DuckDBSuccess, "DuckDB makes no view over the batches");
    let done = sql.iter().try_for_each(|sql| duck.run_raw(sql));
    duck.run_raw(&format!("DROP VIEW memory.main.{name}"))?;
    done
}
