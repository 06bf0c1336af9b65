//! What names mean: those that `WITH` gives where they are seen, lexically, as DuckDB binds them, and
//! those of the lake.

use domain::{Name, TableName};

use super::Rules;

/// How the names of one text are read.
pub(super) struct Names<'a> {
    /// The table that is also called `this`.
    pub(super) this: Option<&'a TableName>,
    /// The schema of names without one.
    pub(super) schema: Option<&'a Name>,
    /// Whether the text is a view's: it names the lake itself, and has no parameters.
    pub(super) of_view: bool,
    /// Whether the snapshot is said beside the text.
    pub(super) snapshot_given: bool,
}

impl<'a> Names<'a> {
    /// Those of a caller's own text.
    pub(super) fn of(rules: &Rules<'a>) -> Self {
        let Rules { this, default_schema: schema, snapshot, .. } = *rules;
        let snapshot_given = snapshot.is_some();
        Self { this, schema, of_view: false, snapshot_given }
    }
}

/// The names of one query and of those around it, each with the queries that it stands for.
pub(super) struct Scope<'a> {
    names: Vec<(&'a str, u64)>,
    outer: Option<&'a Scope<'a>>,
}

impl<'a> Scope<'a> {
    /// Where a statement begins.
    pub(super) fn empty() -> Self {
        Self { names: Vec::new(), outer: None }
    }

    /// Inside another query.
    pub(super) fn within(outer: &'a Scope<'a>) -> Self {
        Self { names: Vec::new(), outer: Some(outer) }
    }

    /// From here on `name` is seen. A query of a `WITH` does not see itself, nor those after it.
    pub(super) fn add(&mut self, name: &'a str, queries: u64) {
        self.names.push((name, queries));
    }

    /// The queries that `name` stands for, if it is seen here; equal without case, by DuckDB's measure.
    pub(super) fn find(&self, name: &str) -> Option<u64> {
        let own = self.names.iter().rev().find(|(own, _)| own.eq_ignore_ascii_case(name));
        match own {
            Some((_, queries)) => Some(*queries),
            None => self.outer.and_then(|outer| outer.find(name)),
        }
    }
}
