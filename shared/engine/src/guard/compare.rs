//! The proof that nothing but the tables' names has changed.

use domain::Result;

use super::json::{Node, Object};
use super::lake::View;
use super::relation::Place;
use super::source::Source;
use super::splice::{Splice, Splices};
use super::{refusal, tree};
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
    let mut comparison = Comparison { splices: Some(splices), wrapped, placed: 0 };
    comparison.objects(old, new, &[]) && comparison.placed == splices.count()
}

/// Whether both say the same.
pub(super) fn is_equal(old: &Node<'_>, new: &Node<'_>) -> bool {
    Comparison { splices: None, wrapped: None, placed: 0 }.nodes(old, new)
}

/// Fails unless the text that stands in a view's place is a subquery of its body, of which `body` is the
/// parser's answer, with these names of columns.
pub(super) fn check_view(view: &View, body: &str, aliases: &[String]) -> Result<()> {
    let not_taken = || refusal::not_allowed("It is written in a way that is not taken");
    let nowhere = Source::new("");
    let body = Node::Object(tree::query(&nowhere, body)?);
    let answer = tree::query(&nowhere, &view.json)?;
    let mut subquery = answer.object("from_table").ok_or_else(not_taken)?;
    if !aliases.is_empty() {
        let (_, inner) = inner(subquery).ok_or_else(not_taken)?;
        let named = inner.array("column_name_alias");
        let fits =
            |(node, alias): (&Node<'_>, &String)| matches!(node, Node::Text(n) if n == alias);
        if named.len() != aliases.len() || !named.iter().zip(aliases).all(fits) {
            return Err(not_taken());
        }
        subquery = inner;
    }
    let query = subquery.object("subquery").and_then(|subquery| subquery.get("node"));
    let same = query.is_some_and(|query| is_equal(&body, query));
    if same { Ok(()) } else { Err(not_taken()) }
}

struct Comparison<'a> {
    splices: Option<&'a Splices>,
    wrapped: Option<&'a Object<'a>>,
    placed: usize,
}

/// What a splice changes of a table.
const NAMES: [&str; 4] = ["catalog_name", "schema_name", "table_name", "alias"];

impl Comparison<'_> {
    fn nodes(&mut self, old: &Node<'_>, new: &Node<'_>) -> bool {
        match (old, new) {
            (Node::Object(old), Node::Object(new)) => {
                let splices = self.splices.filter(|_| old.text("type") == "BASE_TABLE");
                match splices.and_then(|splices| splices.at(old.location()?)) {
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
        if let Some(view) = &splice.relation.view {
            return self.view(view, splice, alias, old, new);
        }
        if !splice.wrapped {
            return is_named(splice, new, alias) && self.objects(old, new, &NAMES);
        }
        let Some(template) = self.wrapped.and_then(|query| query.object("from_table")) else {
            return false;
        };
        self.subquery(template, alias, old, new) && self.wrapped_query(splice, template, old, new)
    }

    /// A subquery as in `template`, but for what is in it, with the sample and the names of the old one.
    fn subquery(
        &mut self,
        template: &Object<'_>,
        alias: &str,
        old: &Object<'_>,
        new: &Object<'_>,
    ) -> bool {
        new.text("alias") == alias
            && self.objects(template, new, &["alias", "sample", "column_name_alias", "subquery"])
            && ["sample", "column_name_alias"].iter().all(|key| self.keys(old, new, key))
    }

    /// The view's own subquery, and nothing more.
    fn view(
        &mut self,
        view: &View,
        splice: &Splice,
        alias: &str,
        old: &Object<'_>,
        new: &Object<'_>,
    ) -> bool {
        let Ok(answer) = tree::query(&Source::new(""), &view.json) else { return false };
        let Some(template) = answer.object("from_table") else { return false };
        if splice.relation.place == Place::Shown {
            let mut whole = Comparison { splices: None, wrapped: None, placed: 0 };
            return whole.objects(template, new, &[]) && old.get("sample").is_none();
        }
        self.subquery(template, alias, old, new)
            && match (template.get("subquery"), new.get("subquery")) {
                (Some(template), Some(new)) => is_equal(template, new),
                _ => false,
            }
    }

    /// `SELECT * FROM lake.schema.table`, and nothing more but the old one's AT.
    fn wrapped_query(
        &mut self,
        splice: &Splice,
        template: &Object<'_>,
        old: &Object<'_>,
        new: &Object<'_>,
    ) -> bool {
        let (Some((query, table)), Some((new, new_table))) = (inner(template), inner(new)) else {
            return false;
        };
        let except = [&NAMES[..], &["at_clause"]].concat();
        self.objects(query, new, &["from_table"])
            && is_named(splice, new_table, "")
            && self.objects(table, new_table, &except)
            && self.keys(old, new_table, "at_clause")
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
