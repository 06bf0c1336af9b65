//! Names that `WITH` gives, where they are seen: lexically, as DuckDB binds them.

/// The names of one query and of those around it.
pub(super) struct Scope<'a> {
    names: Vec<&'a str>,
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
    pub(super) fn add(&mut self, name: &'a str) {
        self.names.push(name);
    }

    /// Whether `name` is seen here; equal without case, by DuckDB's measure.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.names.iter().any(|own| own.eq_ignore_ascii_case(name))
            || self.outer.is_some_and(|outer| outer.holds(name))
    }
}
