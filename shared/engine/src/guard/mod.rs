//! Callers' SQL, checked before any of it is planned: one SELECT, over tables they may read, with
//! functions that reach nothing else (invariant 5).
//!
//! DuckDB itself parses the text, and what is walked is its own tree: everything in it that is not
//! known to be safe is refused. Then each table's name is replaced, in the caller's own text, by the
//! table with all parts of its name; the result is parsed again, and its tree must be the first one
//! with these names in it. So what runs is what was looked at, and no name in it depends on what the
//! engine finds by searching: a macro of the lake never takes a built-in's place, and a name that is
//! no table of the lake never opens a file.

mod compare;
mod functions;
mod json;
mod lexer;
mod names;
mod position;
mod refusal;
mod relation;
mod scope;
mod source;
mod splice;
mod tree;
mod walk;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use domain::{Grants, Result, TableName, limits};

use self::json::Object;
use self::source::Source;
use self::splice::Splices;
use self::walk::Walk;
use crate::sql::literal;

/// SQL that may run, on a connection whose default database is not the lake.
#[derive(Debug)]
pub(crate) struct Guarded {
    /// The caller's text with the tables named in full, without semicolons.
    pub(crate) sql: String,
    /// The tables it reads; empty where it reads none.
    pub(crate) tables: Vec<TableName>,
    splices: Splices,
}

impl Guarded {
    /// Where byte `offset` of `sql` stands in the caller's text: line and column, in characters.
    pub(crate) fn position(&self, offset: usize) -> (u32, u32) {
        self.splices.position(offset)
    }
}

/// The statement that parses `text`. Without what is empty its answer is a fourth: a hostile text
/// still makes some megabytes.
pub(crate) fn parse_sql(text: &str) -> String {
    format!(
        "SELECT json_serialize_sql({}::VARCHAR, skip_null := true, skip_empty := true, \
         skip_default := true)",
        literal(text)
    )
}

/// Checks `text`. `this` is the table that is also visible as `this`.
///
/// `parse` answers what [`parse_sql`] says of a text, as it says it: on a connection that can do nothing
/// else. It is called up to three times.
///
/// Errors, all `Invalid`: `ONLY_SELECT`, `INVALID_SQL`, `SQL_TOO_LONG`, `TOO_COMPLEX`,
/// `TABLE_NOT_FOUND`, `FUNCTION_NOT_ALLOWED`, `SQL_NOT_ALLOWED`, with the position where it is known.
pub(crate) fn check(
    text: &str,
    this: Option<&TableName>,
    grants: &Grants,
    parse: &mut dyn FnMut(&str) -> Result<String>,
) -> Result<Guarded> {
    if text.chars().count() > limits::SQL_CHARACTERS {
        return Err(refusal::too_long());
    }
    if text.contains('\0') {
        return Err(tree::unreadable("a NUL character stands in it"));
    }
    let source = Source::new(text);
    let json = parse(&source.plain)?;
    let query = tree::query(&source, &json)?;
    let mut walk = Walk::new(text, this, grants);
    walk.query(&query)?;
    let tables = distinct(walk.relations.iter().map(|relation| &relation.table));
    let (sql, splices) = splice::apply(&source, walk.relations, walk.mentions_filename)?;
    verify(&query, &sql, &splices, parse)?;
    Ok(Guarded { sql, tables, splices })
}

/// Parses the new text, whose tree must be the first one with the splices in it.
fn verify(
    query: &Object<'_>,
    sql: &str,
    splices: &Splices,
    parse: &mut dyn FnMut(&str) -> Result<String>,
) -> Result<()> {
    let changed = || refusal::not_allowed("The SQL is written in a way that is not taken");
    let template = if splices.wrap() { Some(parse(compare::WRAPPED)?) } else { None };
    let wrapped = match &template {
        Some(json) => Some(tree::query(&Source::new(compare::WRAPPED), json)?),
        None => None,
    };
    let json = parse(sql)?;
    let new = tree::query(&Source::new(sql), &json).map_err(|_| changed())?;
    if compare::is_same(query, &new, splices, wrapped.as_ref()) { Ok(()) } else { Err(changed()) }
}

fn distinct<'t>(tables: impl Iterator<Item = &'t TableName>) -> Vec<TableName> {
    let mut seen = HashSet::new();
    tables.filter(|table| seen.insert(*table)).cloned().collect()
}
