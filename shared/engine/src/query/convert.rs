//! The second thread of a query: chunks become batches of a sensible size (FACTS 14).

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{Schema, SchemaRef};
use arrow_select::coalesce::BatchCoalescer;
use domain::Error;
use service::ResultColumn;

use super::run::{Output, Stop};
use crate::raw::{ArrowConverter, Chunk, ColumnsOut, Streaming};
use crate::threads;

/// Rows of a batch: enough that a reader's overhead does not count.
const BATCH_ROWS: usize = 10_240;
/// Or so many bytes, whichever comes first: offsets overflow at 2 GB, memory much earlier.
const BATCH_BYTES: usize = 8 << 20;
/// Chunks that change threads together.
const CHUNKS: usize = 2;

/// Fetches here, converts on a second thread, which borrows from the result: hence the scope.
pub(super) fn fetch_and_convert(
    output: &Output,
    streaming: &Streaming<'_>,
    converter: ArrowConverter<'_>,
    names: &SchemaRef,
    second: Chunk,
) -> Result<(), Stop> {
    let columns = ColumnsOut::new(names, &streaming.columns());
    thread::scope(|scope| {
        let (send, receive) = sync_channel::<Vec<Chunk>>(1);
        let converting = thread::Builder::new()
            .name("engine-arrow".to_owned())
            .stack_size(threads::STACK)
            .spawn_scoped(scope, move || match columns {
                Some(columns) => convert_columns(output, columns, receive),
                None => convert_chunks(output, &converter, names, receive),
            })
            .map_err(|error| Error::unavailable("A thread for the work", error))?;
        let mut chunks = vec![second];
        let fetched = loop {
            match streaming.fetch() {
                Ok(Some(chunk)) => chunks.push(chunk),
                Ok(None) => break Ok(()),
                Err(failure) => break Err(Stop::Engine(failure)),
            }
            if chunks.len() == CHUNKS && send.send(std::mem::take(&mut chunks)).is_err() {
                break Ok(());
            }
        };
        // The other thread says why it ended early, if it did.
        let _ = send.send(chunks);
        drop(send);
        let converted = converting
            .join()
            .unwrap_or_else(|_| Err(Error::internal("the converting thread panicked").into()));
        converted.and(fetched)
    })
}

/// Each value copied once, where every column is of a type for that.
fn convert_columns(
    output: &Output,
    mut columns: ColumnsOut,
    receive: Receiver<Vec<Chunk>>,
) -> Result<(), Stop> {
    for chunk in receive.into_iter().flatten() {
        columns.push(&chunk)?;
        drop(chunk);
        if columns.rows() >= BATCH_ROWS || columns.bytes() >= BATCH_BYTES {
            output.hand_over(columns.take()?)?;
        }
    }
    if columns.rows() > 0 {
        output.hand_over(columns.take()?)?;
    }
    Ok(())
}

/// By DuckDB's own conversion, and then joined.
fn convert_chunks(
    output: &Output,
    converter: &ArrowConverter<'_>,
    names: &SchemaRef,
    receive: Receiver<Vec<Chunk>>,
) -> Result<(), Stop> {
    let mut coalescer = BatchCoalescer::new(Arc::clone(names), BATCH_ROWS);
    let mut bytes = 0;
    for chunk in receive.into_iter().flatten() {
        let batch = renamed(names, converter.convert(&chunk)?)?;
        drop(chunk);
        bytes += batch.get_array_memory_size();
        coalescer.push_batch(batch).map_err(Error::internal)?;
        if bytes >= BATCH_BYTES {
            coalescer.finish_buffered_batch().map_err(Error::internal)?;
        }
        while let Some(batch) = coalescer.next_completed_batch() {
            bytes = 0;
            output.hand_over(batch)?;
        }
    }
    coalescer.finish_buffered_batch().map_err(Error::internal)?;
    while let Some(batch) = coalescer.next_completed_batch() {
        output.hand_over(batch)?;
    }
    Ok(())
}

/// The schema under the columns' own names: a wrapped statement has others.
pub(super) fn rename(
    columns: &[ResultColumn],
    converter: &ArrowConverter<'_>,
) -> Result<SchemaRef, Stop> {
    let schema = converter.schema();
    if schema.fields().len() != columns.len() {
        return Err(
            Error::internal("a statement has other columns than it was prepared for").into()
        );
    }
    let fields = schema.fields().iter().zip(columns);
    let fields = fields.map(|(field, column)| field.as_ref().clone().with_name(&column.name));
    Ok(Arc::new(Schema::new(fields.collect::<Vec<_>>())))
}

pub(super) fn renamed(schema: &SchemaRef, batch: RecordBatch) -> Result<RecordBatch, Stop> {
    let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), batch.columns().to_vec(), &rows)
        .map_err(|error| Error::internal(error).into())
}
