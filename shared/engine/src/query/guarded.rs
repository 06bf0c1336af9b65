//! A caller's SQL, checked before any of it is planned.

use std::cell::{Cell, RefCell};

use domain::{Error, Name, Result, TableName};

use super::reading::Reading;
use super::run::{Stop, Work};
use crate::guard::{self, Answers, Guarded, Rules};

/// Checks the text with DuckDB's own parser, on the connection that will run it: nothing of it has run
/// there yet, and the text stands between quotes. At the first table's name a transaction begins.
pub(super) fn check(
    work: &Work,
    text: &str,
    this: Option<&TableName>,
    default_schema: Option<&Name>,
    reading: &mut Reading<'_>,
) -> Result<Guarded, Stop> {
    let rules = rules(work, this, default_schema);
    answered(work, What::Statement(text), &rules, reading)
}

/// Checks a condition for `WHERE (…)`.
pub(super) fn filter(work: &Work, text: &str, reading: &mut Reading<'_>) -> Result<Guarded, Stop> {
    let rules = rules(work, None, None);
    answered(work, What::Condition(text), &rules, reading)
}

fn rules<'a>(
    work: &'a Work,
    this: Option<&'a TableName>,
    default_schema: Option<&'a Name>,
) -> Rules<'a> {
    let query = &work.query;
    Rules { grants: &query.grants, this, default_schema, snapshot: query.snapshot }
}

/// What is checked.
enum What<'t> {
    Statement(&'t str),
    Condition(&'t str),
}

/// Answers the guard's questions on the query's connection.
fn answered(
    work: &Work,
    what: What<'_>,
    rules: &Rules<'_>,
    reading: &mut Reading<'_>,
) -> Result<Guarded, Stop> {
    // What the engine says is judged where all its failures are: an interrupt is no failure of the text.
    let failed = Cell::new(None);
    let stops = |stop: Stop, what| {
        failed.set(Some(stop));
        Error::internal(what)
    };
    let mut parse = |text: &str| {
        let parsed = work.parses.of(&work.session.connection, text);
        parsed.map_err(|stop| stops(stop, "the text cannot be parsed"))
    };
    let shared = RefCell::new(&mut *reading);
    let unread = |stop| stops(stop, "the lake's views cannot be read");
    let mut view_of = |name: &TableName| shared.borrow_mut().find(name).map_err(unread);
    let mut ever_a_view = |name: &TableName| shared.borrow_mut().ever_stood(name).map_err(unread);
    let answers =
        Answers { parse: &mut parse, view_of: &mut view_of, ever_a_view: &mut ever_a_view };
    let guarded = match what {
        What::Statement(text) => guard::check(text, rules, answers),
        What::Condition(text) => guard::filter(text, rules, answers),
    };
    if let Some(stop) = failed.into_inner() {
        return Err(stop);
    }
    let guarded = guarded?;
    if guarded.mentions_now {
        reading.be_of_now()?;
    }
    Ok(guarded)
}
