//! Views: what a new one keeps of its query, and which ones read a table.

use std::cell::RefCell;
use std::collections::HashSet;

use domain::{Error, Grants, Name, Result, TableName};

use super::parses::parse;
use super::reading::Reading;
use super::run::Stop;
use super::session::Session;
use super::views::View;
use crate::error;
use crate::guard::{self, Answers, Rules};
use crate::instance::Instance;
use crate::raw::Connection;

/// The text of a view: the same that the guard makes of a query, but with names where that has the bodies
/// of other views. These were checked with it.
pub(super) fn view_text(instance: &Instance, sql: &str, grants: &Grants) -> Result<String> {
    let session = Session::new(instance.connect().map_err(error::opening)?);
    let rules = Rules { grants, this: None, default_schema: None, snapshot: None };
    let mut parse = |text: &str| parse(&session.connection, text).map_err(stopped);
    let mut reading = Reading::new(&session, &instance.sessions, None);
    let reading = RefCell::new(&mut reading);
    let mut found = |name: &TableName| reading.borrow_mut().find(name).map_err(stopped);
    let mut ever = |name: &TableName| reading.borrow_mut().ever_stood(name).map_err(stopped);
    let whole = Answers { parse: &mut parse, view_of: &mut found, ever_a_view: &mut ever };
    let guarded = guard::check(sql, &rules, whole)?;
    if guarded.kind != guard::Kind::Rows {
        let detail = "A view is one SELECT; EXPLAIN and SHOW are none.";
        return Err(Error::invalid("ONLY_SELECT", detail));
    }
    let mut none = |_: &TableName| Ok(None);
    let names = Answers { parse: &mut parse, view_of: &mut none, ever_a_view: &mut ever };
    Ok(guard::check(sql, &rules, names)?.sql)
}

/// The views that read `name`, also by way of others, each before those that it reads.
pub(super) fn dependents(instance: &Instance, name: &TableName) -> Result<Vec<TableName>> {
    let session = Session::new(instance.connect().map_err(error::opening)?);
    let mut reading = Reading::new(&session, &instance.sessions, None);
    let read = read(&session.connection, reading.views().map_err(stopped)?);
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    visit(name, &read, &mut seen, &mut found);
    Ok(found)
}

/// Adds the views that read `name`, those that read them first; each once, also where they stand in a ring.
fn visit<'r>(
    name: &TableName,
    read: &'r [(TableName, Vec<TableName>)],
    seen: &mut HashSet<&'r TableName>,
    found: &mut Vec<TableName>,
) {
    for (view, _) in read.iter().filter(|(view, tables)| view != name && tables.contains(name)) {
        if seen.insert(view) {
            visit(view, read, seen, found);
            found.push(view.clone());
        }
    }
}

/// Every view, and what it reads.
fn read(connection: &Connection, views: &[View]) -> Vec<(TableName, Vec<TableName>)> {
    let mut read = Vec::new();
    for view in views {
        let (Ok(schema), Ok(name)) =
            (Name::parse("schema", &view.schema), Name::parse("view", &view.name))
        else {
            continue;
        };
        let body = guard::view_body(&view.definition).map(|body| body.sql).unwrap_or_default();
        let tables = guard::dependencies(&body, &schema, &mut |text| {
            parse(connection, text).map_err(stopped)
        });
        read.push((TableName { schema, name }, tables.unwrap_or_default()));
    }
    read
}

/// Why a text or the lake's views are not known.
fn stopped(stop: Stop) -> Error {
    match stop {
        Stop::Engine(failure) | Stop::Unreadable(failure, _) => error::querying(failure),
        Stop::Known(error) => error,
        Stop::Moved | Stop::Gone => Error::internal("no one stops this"),
    }
}
