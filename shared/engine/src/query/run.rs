//! One query on its two threads: this one fetches, another makes Arrow of it (FACTS 14).

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use domain::Error;
use service::Query;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::convert::{fetch_and_convert, rename, renamed};
use super::parses::Parses;
use super::plan::{self, Plan, Ready};
use super::reading::Newest;
use super::session::{Session, Sessions};
use super::stream::{Ending, Head};
use super::turns::Turn;
use super::unreadable::{Reads, Unreadable};
use crate::raw::Failure;
use crate::watchdog::Watch;
use crate::{answer, error};

/// A batch, which has some megabytes, must be taken in this time: 10 to 30 kB a second.
const SLOWEST: Duration = Duration::from_mins(5);

/// What the thread of a query owns.
pub(super) struct Work {
    pub(super) session: Session,
    /// Where it came from.
    pub(super) sessions: Arc<Sessions>,
    /// Who knows the newest snapshot, if another than the session does.
    pub(super) newest: Option<Newest>,
    pub(super) parses: Arc<Parses>,
    pub(super) unreadable: Arc<Unreadable>,
    pub(super) query: Query,
    /// Ends with the work.
    pub(super) watch: Watch,
    pub(super) output: Output,
}

/// Where batches go, from whichever thread.
pub(super) struct Output {
    pub(super) send: mpsc::Sender<RecordBatch>,
    /// Held until the work ends, but while a slow reader is waited for.
    pub(super) turn: Turn,
    pub(super) ending: Arc<Ending>,
    pub(super) runtime: Handle,
}

/// Why a query did not begin.
pub(super) struct Stopped {
    pub(super) error: Error,
    pub(super) cure: Option<Cure>,
}

/// What may help a query that did not begin.
pub(super) enum Cure {
    /// Another instance.
    Reopen,
    /// The same, unless what it reads cannot be read on any.
    ReopenFor(Box<Reads>),
    /// Another try: DuckDB lost the reason for the failure, or the transaction was too old.
    Again,
}

/// Why the work stops early.
pub(super) enum Stop {
    /// In our words.
    Known(Error),
    /// What DuckDB says, not of the caller's statement.
    Engine(Failure),
    /// The same, where rows of a table cannot be read, unless the instance is at fault.
    Unreadable(Failure, Box<Reads>),
    /// The instance is to connect anew.
    Moved,
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
    let Err(stop) = read(&work, &mut waiting) else { return work.end() };
    let stopped = work.stopped(stop);
    // The next try takes it, before the connection is closed, which may take a while.
    work.output.turn.end();
    match waiting {
        // Nobody waits: then nobody needs to know.
        Some(head) => drop(head.send(Err(stopped))),
        None => work.output.ending.fail(stopped.error),
    }
}

/// Without an error the rows so far would look like all of them.
impl Drop for Output {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.ending.fail(Error::internal("the query's thread panicked"));
        }
    }
}

impl Work {
    /// It ended well: the next query may have the session, before the reader can ask for one.
    fn end(self) {
        let Self { session, sessions, watch, output, .. } = self;
        // After that no interrupt comes.
        drop(watch);
        sessions.put(session);
        drop(output);
    }

    fn stopped(&self, stop: Stop) -> Stopped {
        let watched = &self.watch;
        match stop {
            Stop::Engine(failure) if error::is_interrupt(&failure) && watched.is_late() => {
                Stopped { error: answer::timed_out(), cure: None }
            }
            Stop::Engine(failure) if error::is_interrupt(&failure) => {
                Stopped { error: answer::reason_lost(failure), cure: Some(Cure::Again) }
            }
            // What it relied on is gone: a file that was cleaned up, its connection to the catalog.
            Stop::Engine(failure)
                if self.session.is_old() && error::may_be_of_an_old_transaction(&failure) =>
            {
                self.sessions.clear();
                Stopped { error: error::querying(failure), cure: Some(Cure::Again) }
            }
            Stop::Engine(failure) if error::is_instance_broken(&failure) => {
                let error = Error::unavailable("The lake's engine", failure);
                Stopped { error, cure: Some(Cure::Reopen) }
            }
            Stop::Engine(failure) => Stopped { error: error::querying(failure), cure: None },
            Stop::Unreadable(failure, reads) => {
                let error = Error::unavailable("The lake's engine", failure);
                Stopped { error, cure: Some(Cure::ReopenFor(reads)) }
            }
            Stop::Known(error) => Stopped { error, cure: None },
            Stop::Moved => Stopped { error: answer::moved(), cure: Some(Cure::Reopen) },
            Stop::Gone => Stopped { error: answer::timed_out(), cure: None },
        }
    }
}

impl Output {
    /// Hands a batch over; waits for a slow reader as long as there is time, but not for one that takes
    /// hardly anything: others wait for its place.
    pub(super) fn hand_over(&self, batch: RecordBatch) -> Result<(), Stop> {
        let patience = Instant::now() + SLOWEST;
        let deadline = self.ending.watched.deadline();
        let at = deadline.map_or(patience, |deadline| deadline.min(patience));
        let sending = async {
            let sent = tokio::time::timeout_at(at.into(), self.send.send(batch)).await;
            sent.map_err(|_| answer::timed_out())?.map_err(|_| Stop::Gone)
        };
        self.runtime.block_on(self.turn.wait_for(sending, deadline))
    }
}

fn read(work: &Work, waiting: &mut Waiting) -> Result<(), Stop> {
    let plan = plan::plan(work)?;
    let begun = Instant::now();
    stream(work, &plan, waiting).map_err(|stop| plan.located(stop))?;
    plan.keep(&work.session, begun.elapsed());
    Ok(())
}

fn stream(work: &Work, plan: &Plan<'_>, waiting: &mut Waiting) -> Result<(), Stop> {
    let Plan { ready: Ready { prepared, columns, .. }, snapshot, .. } = plan;
    let streaming = prepared.stream()?;
    let converter = streaming.converter()?;
    let names = rename(columns, &converter)?;
    let first = streaming.fetch()?;
    let first_batch = match &first {
        Some(chunk) => Some(renamed(&names, converter.convert(chunk)?)?),
        None => None,
    };
    work.watch.extend(work.query.deadlines.last);
    let (schema, snapshot, tables) = (Arc::clone(&names), *snapshot, plan.tables.clone());
    let head = Head { columns: columns.clone(), schema, snapshot, tables, first: first_batch };
    send_head(waiting, head)?;
    if first.is_none() {
        return Ok(());
    }
    // Small results end here, without a second thread.
    let Some(second) = streaming.fetch()? else { return Ok(()) };
    fetch_and_convert(&work.output, &streaming, converter, &names, second)
}

fn send_head(waiting: &mut Waiting, head: Head) -> Result<(), Stop> {
    let waiting = waiting.take().ok_or(Stop::Gone)?;
    waiting.send(Ok(head)).map_err(|_| Stop::Gone)
}

#[cfg(test)]
mod tests;
