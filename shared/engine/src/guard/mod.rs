//! Callers' SQL, checked before any of it is planned: one SELECT, over tables they may read, with
//! functions that reach nothing else (invariant 5).
//!
//! DuckDB itself parses the text, and what is walked is its own tree: everything in it that is not
//! known to be safe is refused. Then each table's name is replaced, in the caller's own text, by the
//! table with all parts of its name; the result is parsed again, and its tree must be the first one
//! with these names in it. So what runs is what was looked at, and no name in it depends on what the
//! engine finds by searching: a macro of the lake never takes a built-in's place, and a name that is
//! no table of the lake never opens a file.

mod casts;
mod checked;
mod clauses;
mod compare;
mod constants;
mod dependencies;
mod expression;
mod filter;
mod functions;
mod json;
mod lake;
mod lexer;
mod names;
mod patterns;
mod position;
mod refusal;
mod relation;
mod scope;
mod select;
mod sizes;
mod source;
mod splice;
mod times;
mod tree;
mod walk;

#[cfg(test)]
mod tests;

use domain::{Grants, Name, Result, SnapshotId, TableName, limits};

use self::checked::{Checked, read};
use self::json::{Node, Object};
use self::lake::Lake;
use self::scope::Names;
use self::source::Source;
use self::splice::Splices;
use crate::sql::literal;

pub(crate) use self::dependencies::dependencies;
pub(crate) use self::filter::filter;
pub(crate) use self::lake::ViewBody;

/// What a caller may, and how the names in a text are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    /// What may be read.
    pub(crate) grants: &'a Grants,
    /// The table that is also visible as `this`.
    pub(crate) this: Option<&'a TableName>,
    /// The schema of names without one; `main` if none is said.
    pub(crate) default_schema: Option<&'a Name>,
    /// The snapshot that is asked for beside the text: each table is read as it was then, and the text may
    /// hold no AT.
    pub(crate) snapshot: Option<SnapshotId>,
}

/// Who answers the guard's questions.
pub(crate) struct Answers<'a> {
    /// What [`parse_sql`] says of a text, as it says it: on a connection that can do nothing else.
    pub(crate) parse: &'a mut dyn FnMut(&str) -> Result<String>,
    /// The view of this name, if it is one in the snapshot that is read; asked for each name that may be read,
    /// before anything is planned.
    pub(crate) view_of: &'a mut dyn FnMut(&TableName) -> Result<Option<ViewBody>>,
    /// Whether a view of this name ever stood; asked for each name behind which AT stands, which may mean any
    /// snapshot.
    pub(crate) ever_a_view: &'a mut dyn FnMut(&TableName) -> Result<bool>,
}

/// What a text asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The rows of `sql`.
    Rows,
    /// The plan of `sql`, in which EXPLAIN is blank.
    Explain,
    /// SHOW TABLES: the names of what the caller may read. There is no `sql`.
    Tables,
    /// SHOW ALL TABLES: the same in every schema.
    AllTables,
}

/// SQL that may run, on a connection whose default database is not the lake.
#[derive(Debug)]
pub(crate) struct Guarded {
    pub(crate) kind: Kind,
    /// The caller's text with the tables named in full, without semicolons.
    pub(crate) sql: String,
    /// The tables it reads, also those under its views; empty where it reads none.
    pub(crate) tables: Vec<TableName>,
    /// Whether it may ask what time it is: that is when its transaction began.
    pub(crate) mentions_now: bool,
    splices: Splices,
    /// Bytes and lines that stood before `sql` when it was checked.
    before: usize,
    lines: u32,
}

impl Guarded {
    /// Where byte `offset` of `sql` stands in the caller's text: line and column, in characters.
    pub(crate) fn position(&self, offset: usize) -> (u32, u32) {
        let (line, column) = self.splices.position(self.before + offset);
        (line.saturating_sub(self.lines).max(1), column)
    }

    /// The view in whose body byte `offset` of `sql` stands, by the name that the caller's text reads.
    pub(crate) fn view_at(&self, offset: usize) -> Option<&TableName> {
        self.splices.view_at(self.before + offset).map(|relation| &relation.table)
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

/// The view of which DuckDB writes this definition (`duckdb_views().sql`).
pub(crate) fn view_body(definition: &str) -> Option<ViewBody> {
    clauses::view_body(definition)
}

/// Checks `text`.
///
/// Errors, all `Invalid`: `ONLY_SELECT`, `INVALID_SQL`, `SQL_TOO_LONG`, `TOO_COMPLEX`, `TOO_EXPENSIVE`,
/// `TABLE_NOT_FOUND`, `FUNCTION_NOT_ALLOWED`, `SQL_NOT_ALLOWED`, `VIEW_NOT_ALLOWED`, `SNAPSHOT_TWICE`, with
/// the position where it is known.
pub(crate) fn check<'a>(text: &str, rules: &Rules<'a>, answers: Answers<'a>) -> Result<Guarded> {
    check_size(text)?;
    let mut source = Source::new(text);
    let kind = explained(&mut source)?;
    let mut lake = Lake::new(answers, rules);
    let json = lake.parse(&source.plain)?;
    let shown = shown(&tree::query(&source, &json)?).filter(|_| kind == Kind::Rows);
    let (kind, checked) = match shown {
        Some(kind) => (kind, Checked::nothing(text)),
        None => (kind, read(&source, json, &Names::of(rules), &mut lake)?),
    };
    let Checked { sql, tables, splices, .. } = checked;
    let mentions_now = lake.mentions_now;
    Ok(Guarded { kind, sql, tables, mentions_now, splices, before: 0, lines: 0 })
}

fn check_size(text: &str) -> Result<()> {
    if text.len() > limits::SQL_BYTES {
        return Err(refusal::too_long());
    }
    if text.contains('\0') {
        return Err(tree::unreadable("a NUL character stands in it"));
    }
    Ok(())
}

/// Takes EXPLAIN off: spaces take its place.
fn explained(source: &mut Source<'_>) -> Result<Kind> {
    let Some((at, next)) = clauses::explain(&source.plain) else { return Ok(Kind::Rows) };
    if next == "(" {
        return Err(refusal::explain(
            "Options of EXPLAIN are not taken, nor a query in parentheses",
        ));
    }
    if next.eq_ignore_ascii_case("ANALYZE") || next.eq_ignore_ascii_case("ANALYSE") {
        return Err(refusal::explain("EXPLAIN ANALYZE runs the query and is not taken"));
    }
    source.plain.replace_range(at..at + "EXPLAIN".len(), "       ");
    Ok(Kind::Explain)
}

/// SHOW TABLES and SHOW ALL TABLES as a whole statement.
fn shown(query: &Object<'_>) -> Option<Kind> {
    let shown = query.object("from_table").filter(|table| table.text("type") == "SHOW_REF")?;
    let whole = match query.array("select_list") {
        [Node::Object(star)] => star.text("type") == "STAR" && star.location().is_none(),
        _ => false,
    };
    match shown.text("table_name") {
        _ if !whole || shown.text("show_type") != "SHOW_UNQUALIFIED" => None,
        "\"tables\"" => Some(Kind::Tables),
        "__show_tables_expanded" => Some(Kind::AllTables),
        _ => None,
    }
}
