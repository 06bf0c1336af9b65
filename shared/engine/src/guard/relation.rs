//! Relations: names that stand where rows come from.

use std::sync::Arc;

use domain::{Result, TableName};

use super::expression::is_constant;
use super::json::Object;
use super::lake::View;
use super::scope::Scope;
use super::walk::Walk;
use super::{names, refusal};

/// Bytes that views may put into one text, each reference anew.
const BYTES: usize = 1 << 20;

/// A table or view of the lake, where the text names it.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    /// The byte of the text at which its name begins.
    pub(super) at: usize,
    /// The catalog, the schema and the name as they are written there.
    pub(super) written: [String; 3],
    /// Whether it has an alias there.
    pub(super) aliased: bool,
    /// Whether AT follows.
    pub(super) timed: bool,
    /// The table it is.
    pub(super) table: TableName,
    /// What stands in its place, if it is a view.
    pub(super) view: Option<Arc<View>>,
    /// Where it stands.
    pub(super) place: Place,
}

/// Where a relation stands: what may be written in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In FROM: an alias may follow.
    From,
    /// After DESCRIBE or SUMMARIZE: a name alone, and no column can be asked of it.
    Shown,
}

impl Walk<'_, '_> {
    /// A name of WITH stays as it is, `this` is the table it was said to be, anything else is a table
    /// of the lake that the caller may read, or nothing.
    pub(super) fn relation(
        &mut self,
        object: &Object<'_>,
        scope: &Scope<'_>,
        place: Place,
    ) -> Result<()> {
        let timed = self.is_timed(object)?;
        let parts = ["catalog_name", "schema_name", "table_name"].map(|key| object.text(key));
        let [catalog, schema, name] = parts;
        let unqualified = catalog.is_empty() && schema.is_empty();
        if let Some(queries) = scope.find(name).filter(|_| unqualified) {
            if timed {
                return Err(self.at(object, refusal::not_timed(name)));
            }
            return self.expand(object, queries);
        }
        let refused = || self.at(object, refusal::table_not_found(name));
        let at = object.location().ok_or_else(refused)?;
        let table = match self.names.this {
            Some(this) if unqualified && name.eq_ignore_ascii_case("this") => Some(this.clone()),
            _ => names::readable(parts, self.names, self.lake.grants),
        };
        let table = table.ok_or_else(refused)?;
        let view = self.lake.view(&table).map_err(|error| self.at(object, error))?;
        if timed && view.is_none() && self.lake.ever_a_view(&table)? {
            return Err(self.at(object, refusal::once_a_view(&table)));
        }
        if let Some(view) = &view {
            self.inlined(object, view, timed)?;
        }
        self.relations.push(Relation {
            at,
            written: parts.map(str::to_owned),
            aliased: !object.text("alias").is_empty(),
            timed,
            table,
            view,
            place,
        });
        Ok(())
    }

    fn inlined(&mut self, object: &Object<'_>, view: &View, timed: bool) -> Result<()> {
        if timed {
            return Err(self.at(object, refusal::not_timed(object.text("table_name"))));
        }
        self.bytes = self.bytes.saturating_add(view.text.len());
        if self.bytes > BYTES {
            return Err(self.at(object, refusal::views_too_large()));
        }
        self.expand(object, view.expansions.saturating_add(1))
    }

    /// Whether AT follows, which may ask for a constant only.
    fn is_timed(&self, object: &Object<'_>) -> Result<bool> {
        let Some(clause) = object.object("at_clause") else { return Ok(false) };
        if self.names.snapshot_given {
            return Err(self.at(object, refusal::snapshot_twice()));
        }
        if clause.get("expr").is_some_and(is_constant) {
            return Ok(true);
        }
        let what = "AT takes a constant or a parameter, as in AT (VERSION => 7)";
        Err(self.at(object, refusal::not_allowed(what)))
    }
}
