//! A caller's SQL, checked before any of it is planned.

use domain::{Error, TableName};

use super::run::{Stop, Work};
use super::views::Views;
use crate::guard::{self, Answers, Guarded, Rules};
use crate::{error, values};

/// Checks the text with DuckDB's own parser, on the connection that will run it: nothing of it has run
/// there yet, and the text stands between quotes. At the first table's name a transaction begins.
pub(super) fn check(
    work: &Work,
    text: &str,
    this: Option<&TableName>,
    views: &mut Views<'_>,
) -> Result<Guarded, Stop> {
    let rules =
        Rules { grants: &work.query.grants, this, default_schema: None, snapshot_given: false };
    let mut parse = |text: &str| {
        let rows =
            values::texts(&work.connection, &guard::parse_sql(text)).map_err(error::querying)?;
        let tree = rows.into_iter().flatten().next().flatten();
        tree.ok_or_else(|| Error::internal("the parser gave no row"))
    };
    let mut failed = None;
    let mut view_of = |name: &TableName| {
        views.find(name).map_err(|failure| {
            failed = Some(failure);
            Error::internal("the lake's views cannot be read")
        })
    };
    let answers = Answers { parse: &mut parse, view_of: &mut view_of };
    let guarded = guard::check(text, &rules, answers);
    match failed {
        Some(failure) => Err(Stop::Engine(failure)),
        None => Ok(guarded?),
    }
}
