//! `SELECT` as Arrow's stream into nothing, in process: the crate's way, and the fastest known.

use std::ffi::CString;
use std::ptr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use anyhow::{Context, ensure};
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi_and_data_type};
use arrow_array::{RecordBatch, StructArray};
use arrow_schema::{DataType, Schema, SchemaRef};
use arrow_select::coalesce::BatchCoalescer;
use duckdb::ffi;
use formats::{Encoder, Format, RowsAs, Summary};

use crate::duck::Duck;

/// Rows of a batch, as Eider sends them.
const BATCH_ROWS: usize = 10_240;
/// Chunks that change threads together.
const CHUNKS: usize = 8;

/// Writes batches as Arrow's stream, each as one piece of memory, and keeps nothing of it.
pub(crate) struct Nowhere {
    encoder: Box<dyn Encoder>,
    rows: usize,
}

impl Nowhere {
    pub(crate) fn new(schema: SchemaRef) -> anyhow::Result<Self> {
        let mut encoder = Format::ArrowStream.encoder(schema, &[], RowsAs::Objects)?;
        std::hint::black_box(encoder.start()?);
        Ok(Self { encoder, rows: 0 })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> anyhow::Result<()> {
        std::hint::black_box(self.encoder.batch(batch)?);
        self.rows += batch.num_rows();
        Ok(())
    }

    /// Ends the stream and says how many rows it had.
    pub(crate) fn end(self) -> anyhow::Result<usize> {
        let summary = Summary { row_count: 0, snapshot: None, truncated: false, elapsed_ms: 0 };
        std::hint::black_box(self.encoder.finish(&summary)?);
        Ok(self.rows)
    }
}

/// As the duckdb crate has it: `stream_arrow`, on one thread.
pub(crate) fn by_crate(duck: &Duck, sql: &str) -> anyhow::Result<usize> {
    let mut statement = duck.connection.prepare(sql)?;
    let stream = statement.stream_arrow([])?;
    let schema = stream.get_schema();
    let mut nowhere = Nowhere::new(Arc::clone(&schema))?;
    let mut coalescer = BatchCoalescer::new(schema, BATCH_ROWS);
    for batch in stream {
        push(&mut coalescer, batch, &mut nowhere)?;
    }
    finish(coalescer, nowhere)
}

/// The fastest known: chunks are fetched on this thread, converted and written on another.
pub(crate) fn by_chunks(duck: &Duck, sql: &str) -> anyhow::Result<usize> {
    let result = Streaming::of(duck, sql)?;
    let converter = result.converter()?;
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel(2);
        let converting = scope.spawn(move || converter.write_all(receive));
        let mut chunks = Vec::with_capacity(CHUNKS);
        while let Some(chunk) = result.fetch() {
            chunks.push(chunk);
            if chunks.len() == CHUNKS && send.send(std::mem::take(&mut chunks)).is_err() {
                break;
            }
        }
        send.send(chunks).ok();
        drop(send);
        converting.join().unwrap_or_else(|_| anyhow::bail!("the converting thread panicked"))
    })
}

fn push(
    coalescer: &mut BatchCoalescer,
    batch: RecordBatch,
    nowhere: &mut Nowhere,
) -> anyhow::Result<()> {
    coalescer.push_batch(batch)?;
    while let Some(batch) = coalescer.next_completed_batch() {
        nowhere.write(&batch)?;
    }
    Ok(())
}

fn finish(mut coalescer: BatchCoalescer, mut nowhere: Nowhere) -> anyhow::Result<usize> {
    coalescer.finish_buffered_batch()?;
    if let Some(batch) = coalescer.next_completed_batch() {
        nowhere.write(&batch)?;
    }
    nowhere.end()
}

/// A statement whose rows come as they are fetched.
struct Streaming {
    prepared: ffi::duckdb_prepared_statement,
    result: ffi::duckdb_result,
}

impl Streaming {
    fn of(duck: &Duck, sql: &str) -> anyhow::Result<Self> {
        let sql = CString::new(sql)?;
        // SAFETY: plain data of C; all zero is the state in which DuckDB takes it.
        let result = unsafe { std::mem::zeroed() };
        let mut streaming = Self { prepared: ptr::null_mut(), result };
        // SAFETY: the connection is live, the text ends in NUL, both places are ours.
        let state = unsafe {
            ffi::duckdb_prepare(duck.raw, sql.as_ptr(), &mut streaming.prepared);
            ffi::duckdb_execute_prepared_streaming(streaming.prepared, &mut streaming.result)
        };
        ensure!(state == ffi::DuckDBSuccess, "DuckDB refused {sql:?}");
        Ok(streaming)
    }

    fn fetch(&self) -> Option<Chunk> {
        // SAFETY: the result is live; the chunk is ours.
        let raw = unsafe { ffi::duckdb_fetch_chunk(self.result) };
        (!raw.is_null()).then_some(Chunk(raw))
    }

    fn converter(&self) -> anyhow::Result<Converter> {
        let mut result = self.result;
        let result = &mut result;
        let mut schema = ffi::ArrowSchema::empty();
        // SAFETY: the result is live; names and types have one entry for each column.
        let options = unsafe {
            let options = ffi::duckdb_result_get_arrow_options(result);
            let columns = ffi::duckdb_column_count(result);
            let of = |column| ffi::duckdb_column_logical_type(result, column);
            let mut types: Vec<_> = (0..columns).map(of).collect();
            let of = |column| ffi::duckdb_column_name(result, column);
            let mut names: Vec<_> = (0..columns).map(of).collect();
            let (types, names) = (types.as_mut_ptr(), names.as_mut_ptr());
            ffi::duckdb_to_arrow_schema(options, types, names, columns, &mut schema);
            options
        };
        // SAFETY: both are the Arrow C data interface's struct; ownership moves with the bytes.
        let schema = unsafe { std::mem::transmute::<ffi::ArrowSchema, FFI_ArrowSchema>(schema) };
        Ok(Converter { options, schema: Arc::new(Schema::try_from(&schema)?) })
    }
}

impl Drop for Streaming {
    fn drop(&mut self) {
        // SAFETY: both are live or null, and ours.
        unsafe {
            ffi::duckdb_destroy_result(&mut self.result);
            ffi::duckdb_destroy_prepare(&mut self.prepared);
        }
    }
}

struct Chunk(ffi::duckdb_data_chunk);

// SAFETY: a chunk owns its vectors and is used by one thread at a time.
unsafe impl Send for Chunk {}

impl Drop for Chunk {
    fn drop(&mut self) {
        // SAFETY: live, ours, destroyed once.
        unsafe { ffi::duckdb_destroy_data_chunk(&mut self.0) };
    }
}

struct Converter {
    options: ffi::duckdb_arrow_options,
    schema: SchemaRef,
}

// SAFETY: the options are only read, and the result that they point into outlives the thread.
unsafe impl Send for Converter {}

impl Converter {
    fn write_all(self, chunks: Receiver<Vec<Chunk>>) -> anyhow::Result<usize> {
        let mut nowhere = Nowhere::new(Arc::clone(&self.schema))?;
        let mut coalescer = BatchCoalescer::new(Arc::clone(&self.schema), BATCH_ROWS);
        for chunk in chunks.into_iter().flatten() {
            push(&mut coalescer, self.convert(&chunk)?, &mut nowhere)?;
        }
        finish(coalescer, nowhere)
    }

    fn convert(&self, chunk: &Chunk) -> anyhow::Result<RecordBatch> {
        let mut array = ffi::ArrowArray::empty();
        // SAFETY: options and chunk are live, `array` is a place for the answer.
        unsafe { ffi::duckdb_data_chunk_to_arrow(self.options, chunk.0, &mut array) };
        // SAFETY: both are the Arrow C data interface's struct; ownership moves with the bytes.
        let array = unsafe { std::mem::transmute::<ffi::ArrowArray, FFI_ArrowArray>(array) };
        let data_type = DataType::Struct(self.schema.fields().clone());
        // SAFETY: DuckDB made the array for these very types.
        let mut data = unsafe { from_ffi_and_data_type(array, data_type) }.context("Arrow")?;
        data.align_buffers();
        let (_, columns, _) = StructArray::from(data).into_parts();
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }
}

impl Drop for Converter {
    fn drop(&mut self) {
        // SAFETY: live, ours, destroyed once.
        unsafe { ffi::duckdb_destroy_arrow_options(&mut self.options) };
    }
}
