//! What a view's body names: DuckLake keeps no dependencies.

use domain::{Name, Result, TableName};

use super::checked::distinct;
use super::json::{Node, Object};
use super::lake::PLACEHOLDER;
use super::scope::Scope;
use super::source::Source;
use super::{names, tree};
use crate::sql::{LAKE, identifier};

/// The tables and views of the lake that the body of a view in `schema` names, each once. A body that
/// cannot be read is an error: its view depends on nothing that is known.
pub(crate) fn dependencies(
    body: &str,
    schema: &Name,
    parse: &mut dyn FnMut(&str) -> Result<String>,
) -> Result<Vec<TableName>> {
    let body = body.replace(PLACEHOLDER, &identifier(LAKE));
    let source = Source::new(&body);
    let json = parse(&source.plain)?;
    let query = tree::query(&source, &json)?;
    let mut named = Vec::new();
    object(&query, &Scope::empty(), schema, &mut named);
    Ok(distinct(named.iter()))
}

fn node(part: &Node<'_>, scope: &Scope<'_>, schema: &Name, named: &mut Vec<TableName>) {
    match part {
        Node::Object(part) => object(part, scope, schema, named),
        Node::Array(parts) => parts.iter().for_each(|part| node(part, scope, schema, named)),
        Node::Text(_) | Node::Plain(_) => {}
    }
}

/// The names of WITH are seen as the guard's walk sees them.
fn object(part: &Object<'_>, outer: &Scope<'_>, schema: &Name, named: &mut Vec<TableName>) {
    let mut scope = Scope::within(outer);
    for entry in part.object("cte_map").map(|map| map.array("map")).unwrap_or_default() {
        node(entry, &scope, schema, named);
        if let Node::Object(entry) = entry {
            scope.add(entry.text("key"), 1);
        }
    }
    if part.text("type") == "BASE_TABLE" {
        let parts = ["catalog_name", "schema_name", "table_name"].map(|key| part.text(key));
        let of_with = parts[0].is_empty() && parts[1].is_empty() && scope.find(parts[2]).is_some();
        if !of_with {
            named.extend(names::resolve(parts, true, Some(schema)));
        }
    }
    let mut recursive = Scope::within(&scope);
    recursive.add(part.text("cte_name"), 1);
    let is_recursive = part.text("type") == "RECURSIVE_CTE_NODE";
    for (key, below) in &part.0 {
        match *key {
            "cte_map" => {}
            "right" if is_recursive => node(below, &recursive, schema, named),
            _ => node(below, &scope, schema, named),
        }
    }
}
