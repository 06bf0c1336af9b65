//! Relations: names that stand where rows come from.

use domain::{Result, TableName};

use super::json::Object;
use super::scope::Scope;
use super::walk::Walk;
use super::{names, refusal};

/// A table of the lake, where the text names it.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    /// The byte of the text at which its name begins.
    pub(super) at: usize,
    /// The schema and the name as they are written there.
    pub(super) written: (String, String),
    /// Whether it has an alias there.
    pub(super) aliased: bool,
    /// The table it is.
    pub(super) table: TableName,
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

impl Walk<'_> {
    /// A name of WITH stays as it is, `this` is the table it was said to be, anything else is a table
    /// of the lake that the caller may read, or nothing.
    pub(super) fn relation(
        &mut self,
        object: &Object<'_>,
        scope: &Scope<'_>,
        place: Place,
    ) -> Result<()> {
        if object.object("at_clause").is_some() {
            let what = "AT (VERSION or TIMESTAMP) is not taken yet; the newest snapshot is read";
            return Err(self.at(object, refusal::not_allowed(what)));
        }
        let (catalog, schema) = (object.text("catalog_name"), object.text("schema_name"));
        let name = object.text("table_name");
        let unqualified = catalog.is_empty() && schema.is_empty();
        if unqualified && scope.holds(name) {
            return Ok(());
        }
        let this = self.this.filter(|_| unqualified && name.eq_ignore_ascii_case("this"));
        let table = match this {
            Some(table) => Some(table.clone()),
            None if catalog.is_empty() => names::readable(schema, name, self.grants),
            None => None,
        };
        let refused = || self.at(object, refusal::table_not_found(name));
        self.relations.push(Relation {
            at: object.location().ok_or_else(refused)?,
            written: (schema.to_owned(), name.to_owned()),
            aliased: !object.text("alias").is_empty(),
            table: table.ok_or_else(refused)?,
            place,
        });
        Ok(())
    }
}
