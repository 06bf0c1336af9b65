//! One query on its two threads: this one fetches, another makes Arrow of it (FACTS 14).

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use arrow_array::RecordBatch;
use arrow_select::coalesce::BatchCoalescer;
use domain::{Error, SnapshotId};
use service::{Query, ResultColumn};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::plan::{self, Plan};
use super::stream::{Ending, Head};
use crate::raw::{ArrowConverter, Chunk, Connection, Failure, Streaming};
use crate::{error, threads};

/// Rows of a batch: enough that a reader's overhead does not count.
const BATCH_ROWS: usize = 16_384;
/// Or so many bytes, whichever comes first: offsets overflow at 2 GB, memory much earlier.
const BATCH_BYTES: usize = 8 << 20;
/// Chunks that change threads together.
const CHUNKS: usize = 8;

/// What the thread of a query owns.
pub(super) struct Work {
    pub(super) connection: Connection,
    pub(super) query: Query,
    #[expect(dead_code, reason = "held until the work ends: so many queries run at once")]
    pub(super) turn: OwnedSemaphorePermit,
    pub(super) output: Output,
}

/// Where batches go, from whichever thread.
pub(super) struct Output {
    pub(super) send: mpsc::Sender<RecordBatch>,
    pub(super) ending: Arc<Ending>,
    pub(super) runtime: Handle,
}

/// Why a query did not begin.
pub(super) struct Stopped {
    pub(super) error: Error,
    /// Another instance may do better.
    pub(super) broken: bool,
}

/// Why the work stops early.
pub(super) enum Stop {
    /// In our words.
    Known(Error),
    /// What DuckDB says, not of the caller's statement.
    Engine(Failure),
    /// No one waits any more.
    Gone,
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Engine(failure)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Known(error)
    }
}

type Waiting = Option<oneshot::Sender<Result<Head, Stopped>>>;

/// Runs the query to its end.
pub(super) fn run(work: Work, head: oneshot::Sender<Result<Head, Stopped>>) {
    let mut waiting: Waiting = Some(head);
    if let Err(stop) = read(&work, &mut waiting) {
        let stopped = work.stopped(stop);
        match waiting {
            // Nobody waits: then nobody needs to know.
            Some(head) => drop(head.send(Err(stopped))),
            None => work.output.ending.fail(stopped.error),
        }
    }
    work.output.ending.watched.end();
}

impl Work {
    fn stopped(&self, stop: Stop) -> Stopped {
        let broken = matches!(&stop, Stop::Engine(failure) if error::is_instance_broken(failure));
        let watched = &self.output.ending.watched;
        let error = match stop {
            Stop::Engine(failure) if failure.is("INTERRUPT") && watched.is_late() => {
                error::timed_out()
            }
            Stop::Engine(_) if broken => {
                Error::unavailable("The lake's engine", "the instance was broken")
            }
            Stop::Engine(failure) => error::querying(failure),
            Stop::Known(error) => error,
            Stop::Gone => error::timed_out(),
        };
        Stopped { error, broken }
    }
}

impl Output {
    /// Hands a batch over; waits for a slow reader as long as there is time.
    fn hand_over(&self, batch: RecordBatch) -> Result<(), Stop> {
        let sent = match self.ending.watched.deadline() {
            None => self.send.blocking_send(batch).ok(),
            Some(at) => {
                let sending = self.send.send(batch);
                let sent = self
                    .runtime
                    .block_on(async { tokio::time::timeout_at(at.into(), sending).await });
                sent.map_err(|_| error::timed_out())?.ok()
            }
        };
        sent.ok_or(Stop::Gone)
    }
}

fn read(work: &Work, waiting: &mut Waiting) -> Result<(), Stop> {
    let plan = plan::plan(work)?;
    stream(work, &plan, waiting).map_err(|stop| plan.located(stop))
}

fn stream(work: &Work, plan: &Plan<'_>, waiting: &mut Waiting) -> Result<(), Stop> {
    let Plan { prepared, columns, snapshot, .. } = plan;
    let streaming = prepared.stream()?;
    let converter = streaming.converter()?;
    let names = rename(columns, &converter)?;
    let first = streaming.fetch()?;
    let first_batch = match &first {
        Some(chunk) => Some(renamed(&names, converter.convert(chunk)?)?),
        None => None,
    };
    send_head(waiting, columns, &names, *snapshot, first_batch)?;
    if first.is_none() {
        return Ok(());
    }
    // Small results end here, without a second thread.
    let Some(second) = streaming.fetch()? else { return Ok(()) };
    fetch_and_convert(&work.output, &streaming, converter, &names, second)
}

fn send_head(
    waiting: &mut Waiting,
    columns: &[ResultColumn],
    schema: &arrow_schema::SchemaRef,
    snapshot: Option<SnapshotId>,
    first: Option<RecordBatch>,
) -> Result<(), Stop> {
    let (columns, schema) = (columns.to_vec(), Arc::clone(schema));
    let head = Head { columns, schema, snapshot, first };
    let waiting = waiting.take().ok_or(Stop::Gone)?;
    waiting.send(Ok(head)).map_err(|_| Stop::Gone)
}

/// Fetches here, converts on a second thread, which borrows from the result: hence the scope.
fn fetch_and_convert(
    output: &Output,
    streaming: &Streaming<'_>,
    converter: ArrowConverter<'_>,
    names: &arrow_schema::SchemaRef,
    second: Chunk,
) -> Result<(), Stop> {
    thread::scope(|scope| {
        let (send, receive) = sync_channel::<Vec<Chunk>>(2);
        let converting = thread::Builder::new()
            .name("engine-arrow".to_owned())
            .stack_size(threads::STACK)
            .spawn_scoped(scope, move || convert_all(output, &converter, names, receive))
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

fn convert_all(
    output: &Output,
    converter: &ArrowConverter<'_>,
    names: &arrow_schema::SchemaRef,
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
fn rename(
    columns: &[ResultColumn],
    converter: &ArrowConverter<'_>,
) -> Result<arrow_schema::SchemaRef, Stop> {
    let schema = converter.schema();
    if schema.fields().len() != columns.len() {
        return Err(
            Error::internal("a statement has other columns than it was prepared for").into()
        );
    }
    let fields = schema.fields().iter().zip(columns);
    let fields = fields.map(|(field, column)| field.as_ref().clone().with_name(&column.name));
    Ok(Arc::new(arrow_schema::Schema::new(fields.collect::<Vec<_>>())))
}

fn renamed(schema: &arrow_schema::SchemaRef, batch: RecordBatch) -> Result<RecordBatch, Stop> {
    let rows = arrow_array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), batch.columns().to_vec(), &rows)
        .map_err(|error| Error::internal(error).into())
}
