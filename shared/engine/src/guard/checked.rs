//! One text, a caller's or a view's, from its tree to the text that may run.

use std::collections::HashSet;

use domain::{Result, TableName};

use super::json::Object;
use super::lake::Lake;
use super::scope::Names;
use super::source::Source;
use super::splice::Splices;
use super::walk::Walk;
use super::{compare, refusal, splice, tree};

/// A text that has passed.
pub(super) struct Checked {
    pub(super) sql: String,
    /// The parser's answer to it.
    pub(super) json: String,
    pub(super) tables: Vec<TableName>,
    pub(super) splices: Splices,
    pub(super) expansions: u64,
}

impl Checked {
    pub(super) fn nothing(text: &str) -> Self {
        let (sql, json, tables) = (String::new(), String::new(), Vec::new());
        Self { sql, json, tables, splices: Splices::none(text), expansions: 0 }
    }
}

/// Reads one text, a caller's or a view's.
pub(super) fn checked(
    source: &Source<'_>,
    names: &Names<'_>,
    lake: &mut Lake<'_>,
) -> Result<Checked> {
    let json = lake.parse(&source.plain)?;
    read(source, json, names, lake)
}

pub(super) fn read(
    source: &Source<'_>,
    json: String,
    names: &Names<'_>,
    lake: &mut Lake<'_>,
) -> Result<Checked> {
    let query = tree::query(source, &json)?;
    let mut walk = Walk::new(source.text, names, lake);
    walk.query(&query)?;
    let Walk { relations, mentions_filename, expansions, .. } = walk;
    let tables = distinct(relations.iter().flat_map(|relation| match &relation.view {
        Some(view) => view.tables.iter(),
        None => std::slice::from_ref(&relation.table).iter(),
    }));
    let (sql, splices) = splice::apply(source, relations, mentions_filename)?;
    let json = verify(&query, &sql, &splices, lake)?;
    Ok(Checked { sql, json, tables, splices, expansions })
}

/// Parses the new text, whose tree must be the first one with the splices in it.
fn verify(query: &Object<'_>, sql: &str, splices: &Splices, lake: &mut Lake<'_>) -> Result<String> {
    let changed = || refusal::not_allowed("The SQL is written in a way that is not taken");
    let template = if splices.wrap() { Some(lake.parse(compare::WRAPPED)?) } else { None };
    let wrapped = match &template {
        Some(json) => Some(tree::query(&Source::new(compare::WRAPPED), json)?),
        None => None,
    };
    let json = lake.parse(sql)?;
    let new = tree::query(&Source::new(sql), &json).map_err(|error| match error.error_code {
        "TOO_COMPLEX" => error,
        _ => changed(),
    })?;
    let same = compare::is_same(query, &new, splices, wrapped.as_ref());
    drop(new);
    if same { Ok(json) } else { Err(changed()) }
}

pub(super) fn distinct<'t>(tables: impl Iterator<Item = &'t TableName>) -> Vec<TableName> {
    let mut seen = HashSet::new();
    tables.filter(|table| seen.insert(*table)).cloned().collect()
}
