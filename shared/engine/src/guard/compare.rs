//! The proof that nothing but the tables' names has changed.

use super::json::{Node, Object};
use super::splice::{Splice, Splices};
use crate::sql::LAKE;

/// What a wrapped table is compared with; its parser's answer goes to [`is_same`].
pub(super) const WRAPPED: &str = "FROM (SELECT * FROM t) AS t";

/// Whether `new` is `old` with the splices in it, each of them in its place. Only where things stand
/// in the text may differ.
pub(super) fn is_same(
    old: &Object<'_>,
    new: &Object<'_>,
    splices: &Splices,
    wrapped: Option<&Object<'_>>,
) -> bool {
    let mut comparison = Comparison { splices, wrapped, placed: 0 };
    comparison.objects(old, new, &[]) && comparison.placed == splices.count()
}

struct Comparison<'a> {
    splices: &'a Splices,
    wrapped: Option<&'a Object<'a>>,
    placed: usize,
}

/// What a splice changes of a table.
const NAMES: [&str; 4] = ["catalog_name", "schema_name", "table_name", "alias"];

impl Comparison<'_> {
    fn nodes(&mut self, old: &Node<'_>, new: &Node<'_>) -> bool {
        match (old, new) {
            (Node::Object(old), Node::Object(new)) => {
                let splices = self.splices;
                let table = old.text("type") == "BASE_TABLE";
                match old.location().filter(|_| table).and_then(|at| splices.at(at)) {
                    Some(splice) => {
                        self.placed += 1;
                        self.spliced(splice, old, new)
                    }
                    None => self.objects(old, new, &[]),
                }
            }
            (Node::Array(old), Node::Array(new)) => {
                old.len() == new.len() && old.iter().zip(new).all(|(old, new)| self.nodes(old, new))
            }
            (Node::Text(old), Node::Text(new)) => old == new,
            (Node::Plain(old), Node::Plain(new)) => old == new,
            _ => false,
        }
    }

    /// Equal but for places and `except`.
    fn objects(&mut self, old: &Object<'_>, new: &Object<'_>, except: &[&str]) -> bool {
        let counts = |key: &str| key != "query_location" && !except.contains(&key);
        let keys = |object: &Object<'_>| object.0.iter().filter(|(key, _)| counts(key)).count();
        keys(old) == keys(new)
            && old
                .0
                .iter()
                .filter(|(key, _)| counts(key))
                .all(|(key, old)| new.get(key).is_some_and(|new| self.nodes(old, new)))
    }

    fn spliced(&mut self, splice: &Splice, old: &Object<'_>, new: &Object<'_>) -> bool {
        let alias = splice.alias.as_deref().unwrap_or(old.text("alias"));
        if !splice.wrapped {
            return is_named(splice, new, alias) && self.objects(old, new, &NAMES);
        }
        let Some(template) = self.wrapped.and_then(|query| query.object("from_table")) else {
            return false;
        };
        new.text("alias") == alias
            && self.objects(template, new, &["alias", "sample", "column_name_alias", "subquery"])
            && ["sample", "column_name_alias"].iter().all(|key| self.keys(old, new, key))
            && self.wrapped_query(splice, template, new)
    }

    /// `SELECT * FROM lake.schema.table`, and nothing more.
    fn wrapped_query(&mut self, splice: &Splice, template: &Object<'_>, new: &Object<'_>) -> bool {
        let (Some((old, old_table)), Some((new, new_table))) = (inner(template), inner(new)) else {
            return false;
        };
        self.objects(old, new, &["from_table"])
            && is_named(splice, new_table, "")
            && self.objects(old_table, new_table, &NAMES)
    }

    fn keys(&mut self, old: &Object<'_>, new: &Object<'_>, key: &str) -> bool {
        match (old.get(key), new.get(key)) {
            (None, None) => true,
            (Some(old), Some(new)) => self.nodes(old, new),
            _ => false,
        }
    }
}

/// The query of a subquery, and the table it reads.
fn inner<'o, 'a>(subquery: &'o Object<'a>) -> Option<(&'o Object<'a>, &'o Object<'a>)> {
    let query = subquery.object("subquery")?.object("node")?;
    Some((query, query.object("from_table")?))
}

fn is_named(splice: &Splice, table: &Object<'_>, alias: &str) -> bool {
    let name = &splice.relation.table;
    table.text("type") == "BASE_TABLE"
        && table.text("catalog_name") == LAKE
        && table.text("schema_name") == name.schema.as_str()
        && table.text("table_name") == name.name.as_str()
        && table.text("alias") == alias
}
