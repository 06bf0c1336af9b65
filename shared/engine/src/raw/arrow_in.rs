//! Batches into DuckDB: a view over a stream that pulls from an iterator.
//!
//! The stream is written by hand: arrow-rs's own leaks the schema with `duckdb_arrow_scan`. The view
//! is not temporary and lands in the default database, which is `memory`, and must be made before
//! `BEGIN` (FACTS 14).

use std::ffi::{c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow_array::{Array, RecordBatch, StructArray};
use arrow_schema::SchemaRef;
use domain::{Error, Result};
use duckdb::ffi;

use super::{Connection, Failure, arrow_out, connection::c_text};

/// The Arrow C stream interface's struct.
#[repr(C)]
struct ArrowArrayStream {
    get_schema: unsafe extern "C" fn(*mut ArrowArrayStream, *mut ffi::ArrowSchema) -> c_int,
    get_next: unsafe extern "C" fn(*mut ArrowArrayStream, *mut ffi::ArrowArray) -> c_int,
    get_last_error: unsafe extern "C" fn(*mut ArrowArrayStream) -> *const c_char,
    release: Option<unsafe extern "C" fn(*mut ArrowArrayStream)>,
    private_data: *mut c_void,
}

type Batches = Box<dyn Iterator<Item = Result<RecordBatch>> + Send>;

/// What the callbacks work on.
struct Source {
    schema: FFI_ArrowSchema,
    /// The same: DuckDB reads the memory of every batch by it.
    declared: SchemaRef,
    pull: Mutex<Pull>,
}

struct Pull {
    batches: Batches,
    /// The first error of an item, for the one who knows what it means.
    failed: Option<Error>,
}

/// A view `memory.main.<name>` over batches; it can be read once. It goes when this does.
pub(crate) struct ArrowView<'c> {
    connection: &'c Connection,
    name: String,
    // Behind raw pointers, for DuckDB holds copies of them until the view is gone.
    stream: *mut ArrowArrayStream,
    source: *mut Source,
}

impl<'c> ArrowView<'c> {
    /// Makes the view, in autocommit, before any `BEGIN`.
    pub(crate) fn new(
        connection: &'c Connection,
        name: &str,
        schema: &SchemaRef,
        batches: Batches,
    ) -> Result<Self, Failure> {
        let held = FFI_ArrowSchema::try_from(schema.as_ref())
            .map_err(|error| Failure::of("Arrow", error.to_string()))?;
        preflight(connection, &held)?;
        let pull = Mutex::new(Pull { batches, failed: None });
        let source =
            Box::into_raw(Box::new(Source { schema: held, declared: schema.clone(), pull }));
        let stream = Box::into_raw(Box::new(ArrowArrayStream {
            get_schema,
            get_next,
            get_last_error,
            release: None,
            private_data: source.cast(),
        }));
        let view = Self { connection, name: name.to_owned(), stream, source };
        let c_name = c_text(name)?;
        // SAFETY: the connection is live and ours, the name ends in NUL, and the stream lives until
        // this value is dropped, which drops the view first.
        let state =
            unsafe { ffi::duckdb_arrow_scan(connection.raw, c_name.as_ptr(), stream.cast()) };
        if state != ffi::DuckDBSuccess {
            return Err(Failure::of("Arrow", "the view over the batches was not made"));
        }
        Ok(view)
    }

    /// The error of an item, if that is why the statement over the view failed.
    pub(crate) fn take_error(&self) -> Option<Error> {
        // SAFETY: `source` lives as long as this value.
        let source = unsafe { &*self.source };
        source.pull.lock().unwrap_or_else(PoisonError::into_inner).failed.take()
    }
}

impl Drop for ArrowView<'_> {
    fn drop(&mut self) {
        let name = self.name.replace('"', "\"\"");
        // Fails where a transaction is open and broken; then the view goes with the instance, and
        // no one reads it: its name is used once.
        let dropped =
            self.connection.execute(&format!("DROP VIEW IF EXISTS memory.main.\"{name}\""));
        if dropped.is_ok() {
            // SAFETY: made by Box::into_raw, and the view that used them is gone.
            unsafe {
                drop(Box::from_raw(self.stream));
                drop(Box::from_raw(self.source));
            }
        }
    }
}

/// The only way to the text of what is wrong with a schema.
fn preflight(connection: &Connection, schema: &FFI_ArrowSchema) -> Result<(), Failure> {
    let mut copy = borrowed_schema(schema);
    let mut converted = ptr::null_mut();
    // SAFETY: the connection is live; the copy borrows `schema`, which outlives this call, and its
    // release does nothing to it.
    unsafe {
        let checked = arrow_out::check(ffi::duckdb_schema_from_arrow(
            connection.raw,
            &mut copy,
            &mut converted,
        ));
        ffi::duckdb_destroy_arrow_converted_schema(&mut converted);
        checked
    }
}

/// The same schema without the right to free it: children and texts stay the holder's.
fn borrowed_schema(schema: &FFI_ArrowSchema) -> ffi::ArrowSchema {
    // SAFETY: both are the Arrow C data interface's struct; a bytewise copy that never frees.
    let mut copy: ffi::ArrowSchema = unsafe { ptr::read(ptr::from_ref(schema).cast()) };
    copy.release = Some(release_nothing);
    copy
}

unsafe extern "C" fn release_nothing(schema: *mut ffi::ArrowSchema) {
    // SAFETY: the interface passes the struct that is to be released; marking it is all we do.
    unsafe { (*schema).release = None };
}

unsafe extern "C" fn get_schema(
    stream: *mut ArrowArrayStream,
    out: *mut ffi::ArrowSchema,
) -> c_int {
    // SAFETY: DuckDB passes our stream (or its copy), whose private data is a live `Source`, and a
    // place for the answer.
    unsafe {
        let source = &*(*stream).private_data.cast::<Source>();
        ptr::write(out, borrowed_schema(&source.schema));
    }
    0
}

unsafe extern "C" fn get_next(stream: *mut ArrowArrayStream, out: *mut ffi::ArrowArray) -> c_int {
    // SAFETY: as in `get_schema`.
    let source = unsafe { &*(*stream).private_data.cast::<Source>() };
    let mut pull = source.pull.lock().unwrap_or_else(PoisonError::into_inner);
    // A panic must not cross into C++.
    let next = catch_unwind(AssertUnwindSafe(|| export(pull.batches.next(), &source.declared)));
    let panicked = || Err(Error::internal("a panic while batches were read"));
    let array = match next.unwrap_or_else(|_| panicked()) {
        Ok(array) => array,
        Err(error) => {
            pull.failed.get_or_insert(error);
            return 1;
        }
    };
    // SAFETY: both are the Arrow C data interface's struct; ownership moves to DuckDB, which
    // releases it. `out` is a place without content.
    unsafe {
        let array = std::mem::transmute::<FFI_ArrowArray, ffi::ArrowArray>(array);
        ptr::write(out, array);
    }
    0
}

/// A batch as DuckDB takes it; the end is an empty one.
fn export(next: Option<Result<RecordBatch>>, declared: &SchemaRef) -> Result<FFI_ArrowArray> {
    let Some(batch) = next.transpose()? else { return Ok(FFI_ArrowArray::empty()) };
    let types = |schema: &SchemaRef| -> Vec<_> {
        schema.fields().iter().map(|field| field.data_type().clone()).collect()
    };
    if !Arc::ptr_eq(batch.schema_ref(), declared) && types(batch.schema_ref()) != types(declared) {
        return Err(Error::internal("a batch has other types than its schema says"));
    }
    Ok(FFI_ArrowArray::new(&StructArray::from(batch).into_data()))
}

unsafe extern "C" fn get_last_error(_: *mut ArrowArrayStream) -> *const c_char {
    c"the rows could not be read".as_ptr()
}
