//! From what is asked to a prepared statement that gives what Arrow holds.

use std::time::Duration;

use domain::{SnapshotId, TableName};
use service::{Parameters, ResultColumn, Select};

use super::reading::Reading;
use super::run::{Stop, Work};
use super::session::{Key, Session};
use super::statement::{Statement, parameters as parameters_of, statement};
use super::unreadable::Reads;
use super::{casts, once, parameters};
use crate::guard::{Guarded, Kind};
use crate::raw::{Connection, Failure, Prepared, Type};
use crate::{answer, error};

/// What took so long was mostly not the planning, which is all that is saved by keeping a statement.
const LITTLE: Duration = Duration::from_millis(10);

/// A statement that is ready to run.
pub(super) struct Plan<'c> {
    pub(super) ready: Ready<'c>,
    pub(super) snapshot: Option<SnapshotId>,
    /// The tables that it reads.
    pub(super) tables: Vec<TableName>,
    guarded: Option<Guarded>,
    /// Bytes of the statement before the caller's own.
    before: usize,
    /// Under what it may be kept for the next time.
    key: Option<Key>,
}

/// Checks and prepares the query. Where it touches tables, a transaction is open after that, in
/// which the snapshot was read.
pub(super) fn plan(work: &Work) -> Result<Plan<'_>, Stop> {
    let reading = Reading::new(&work.session, &work.sessions, work.newest.as_ref());
    let mut reading = reading.at(work.query.snapshot);
    let mut checked = statement(work, &mut reading)?;
    if reading.has_moved() {
        checked = statement(work, &mut reading)?;
    }
    let Statement { sql, kind, tables, guarded, before } = checked;
    let snapshot = reading.snapshot().map(|newest| work.query.snapshot.unwrap_or(newest));
    let given = parameters_of(&work.query.select);
    let limit = work.query.limit;
    let is_kept = kind != Kind::Explain && parameters::is_empty(&given) && !reading.is_of_now();
    let key = is_kept.then(|| Key::new(&sql, limit)).flatten();
    if let Some(error) = work.unreadable.known(key.as_ref(), snapshot) {
        return Err(error.into());
    }
    let ready = match key.as_ref().and_then(|key| work.session.kept(key)) {
        Some(kept) => kept,
        None => {
            let as_written = |failure| refused(failure, work, guarded.as_ref(), before);
            ready(work, &sql, kind, &given, snapshot.is_some(), as_written)?
        }
    };
    Ok(Plan { ready, snapshot, tables, guarded, before, key })
}

/// Prepares it in one of three ways. `refused` says what is wrong with the statement as it stands.
fn ready<'c>(
    work: &'c Work,
    sql: &str,
    kind: Kind,
    given: &Parameters,
    reads_the_lake: bool,
    refused: impl FnOnce(Failure) -> Stop,
) -> Result<Ready<'c>, Stop> {
    let (connection, limit) = (&work.session.connection, work.query.limit);
    if reads_the_lake
        && kind != Kind::Explain
        && let Some(ready) = once::prepare(connection, sql, given, limit)?
    {
        return Ok(ready);
    }
    let first = connection.prepare(sql).map_err(refused)?;
    match kind {
        Kind::Explain => explain(connection, sql, first, given),
        _ => prepare(connection, sql, first, given, limit),
    }
}

/// What DuckDB says of the statement as the caller wrote it.
fn refused(failure: Failure, work: &Work, guarded: Option<&Guarded>, before: usize) -> Stop {
    match &work.query.select {
        // It was there when it was looked at.
        Select::Table { name, filter: None, .. } if error::is_of_a_missing_table(&failure) => {
            Stop::Known(answer::table_not_found(name).because(failure))
        }
        _ => located(failure, guarded, Some(before)),
    }
}

impl Plan<'_> {
    /// Says of a failure where in the caller's text it is, or of which tables.
    pub(super) fn located(&self, stop: Stop) -> Stop {
        let offset = self.ready.offset.map(|offset| offset + self.before);
        match stop {
            Stop::Engine(failure) if error::may_be_unreadable_rows(&failure) => {
                Stop::Unreadable(failure, self.reads())
            }
            Stop::Engine(failure) => located(failure, self.guarded.as_ref(), offset),
            stop => stop,
        }
    }

    fn reads(&self) -> Box<Reads> {
        let tables = self.tables.clone();
        Box::new(Reads { key: self.key.clone(), snapshot: self.snapshot, tables })
    }

    /// After it has run: the session keeps it for the next time, if it took little. What a join or a sort
    /// has made stays with its plan.
    pub(super) fn keep(self, session: &Session, took: Duration) {
        if let Some(key) = self.key.filter(|_| took < LITTLE) {
            session.keep(key, self.ready);
        }
    }
}

/// A failure of the statement, whose place is known where the caller wrote it.
fn located(failure: Failure, guarded: Option<&Guarded>, offset: Option<usize>) -> Stop {
    let Some(guarded) = guarded else { return Stop::Engine(failure) };
    if !error::is_of_the_statement(&failure) {
        return Stop::Engine(failure);
    }
    let place = failure.position.zip(offset).and_then(|(at, offset)| at.checked_sub(offset));
    let at = place.filter(|at| *at < guarded.sql.len()).map(|at| guarded.position(at));
    let view = place.and_then(|at| guarded.view_at(at));
    let mut error = error::querying_tables(failure, &guarded.tables);
    if let Some(view) = view {
        error.detail = format!("In the view `{view}`: {}", error.detail);
    }
    Stop::Known(match at {
        Some((line, column)) => error.at(line, column),
        None => error,
    })
}

/// A statement with its columns, and where in it what was to be prepared begins.
pub(super) struct Ready<'c> {
    pub(super) prepared: Prepared<'c>,
    pub(super) columns: Vec<ResultColumn>,
    pub(super) offset: Option<usize>,
}

/// With its parameters, cast for Arrow, limited.
fn prepare<'c>(
    connection: &'c Connection,
    sql: &str,
    first: Prepared<'c>,
    given: &Parameters,
    limit: Option<u64>,
) -> Result<Ready<'c>, Stop> {
    let arguments = arguments(&first, given)?;
    let first = match &arguments {
        None => first,
        Some(arguments) => execute(connection, "eider_first", sql, arguments)?,
    };
    let columns: Vec<(String, Type)> =
        first.columns().into_iter().map(|(name, r#type)| (name, r#type.read())).collect();
    let types: Vec<_> = columns.iter().map(|(_, r#type)| r#type.clone()).collect();
    let (prepared, offset) = match (casts::wrap(sql, &types, limit, ""), &arguments) {
        (None, None) => (first, Some(0)),
        (None, Some(_)) => (first, None),
        (Some((wrapped, offset)), None) => (connection.prepare(&wrapped)?, Some(offset)),
        (Some((wrapped, _)), Some(arguments)) => {
            (execute(connection, "eider_wrapped", &wrapped, arguments)?, None)
        }
    };
    Ok(Ready { prepared, columns: results(columns), offset })
}

/// The plan of the statement, whole: it cannot be cast nor limited.
fn explain<'c>(
    connection: &'c Connection,
    sql: &str,
    first: Prepared<'c>,
    given: &Parameters,
) -> Result<Ready<'c>, Stop> {
    let prepared = match arguments(&first, given)? {
        None => first,
        Some(arguments) => {
            let explained = sql.strip_prefix("EXPLAIN ").unwrap_or(sql);
            connection.execute(&format!("PREPARE eider_first AS {explained}"))?;
            connection.prepare(&format!("EXPLAIN EXECUTE eider_first({arguments})"))?
        }
    };
    let columns = prepared.columns().into_iter().map(|(name, r#type)| (name, r#type.read()));
    let columns = results(columns.collect());
    Ok(Ready { prepared, columns, offset: None })
}

pub(super) fn results(columns: Vec<(String, Type)>) -> Vec<ResultColumn> {
    let named = |(name, r#type)| ResultColumn { name, r#type: casts::text(&r#type) };
    columns.into_iter().map(named).collect()
}

/// The arguments of the statement, if it takes any.
fn arguments(statement: &Prepared<'_>, given: &Parameters) -> Result<Option<String>, Stop> {
    let names = statement.parameters();
    if names.is_empty() && parameters::is_empty(given) {
        return Ok(None);
    }
    Ok(Some(parameters::arguments(&names, given)?))
}

/// The statement with its parameters: see [`parameters`].
fn execute<'c>(
    connection: &'c Connection,
    name: &str,
    sql: &str,
    arguments: &str,
) -> Result<Prepared<'c>, Stop> {
    connection.execute(&format!("PREPARE {name} AS {sql}"))?;
    Ok(connection.prepare(&format!("EXECUTE {name}({arguments})"))?)
}
