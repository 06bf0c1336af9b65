//! Tables named in full, in the caller's own text; and the proof that nothing else changed.

use domain::{Result, TableName};
use serde_json::{Map, Value};

use super::tree::{Statement, location, text};
use super::walk::{Place, Relation};
use super::{lexer, position, refusal};
use crate::sql::{LAKE, identifier};

/// What was put where.
#[derive(Debug)]
pub(super) struct Splices {
    original: String,
    done: Vec<Splice>,
}

#[derive(Debug)]
struct Splice {
    relation: Relation,
    /// Bytes of the name in the caller's text.
    length: usize,
    /// The byte at which it begins in the new text, and its bytes there.
    new_at: usize,
    new_length: usize,
    /// The table stands in a subquery.
    wrapped: bool,
    /// The alias that was added.
    alias: Option<String>,
}

impl Splices {
    /// Where byte `offset` of the new text stands in the caller's.
    pub(super) fn position(&self, offset: usize) -> (u32, u32) {
        let mut byte = offset;
        for splice in &self.done {
            if offset < splice.new_at {
                break;
            }
            let behind = offset.checked_sub(splice.new_at + splice.new_length);
            byte = splice.relation.at + behind.map_or(0, |more| splice.length + more);
        }
        position::of_byte(&self.original, byte)
    }
}

impl Splices {
    /// What was put at this byte of the caller's text.
    fn at(&self, byte: usize) -> Option<&Splice> {
        let found = self.done.binary_search_by_key(&byte, |splice| splice.relation.at);
        found.ok().map(|index| &self.done[index])
    }
}

/// The text with the relations named in full. With `wrap` they become subqueries, which show a
/// table's own columns and not those that DuckLake adds (`filename`).
pub(super) fn apply(
    text: &str,
    mut relations: Vec<Relation>,
    wrap: bool,
) -> Result<(String, Splices)> {
    relations.sort_by_key(|relation| relation.at);
    let original = lexer::without_semicolons(text);
    let (mut sql, mut copied, mut done) = (String::new(), 0, Vec::new());
    for relation in relations {
        let found = lexer::name(&original, relation.at).filter(|_| relation.at >= copied);
        let Some((_, end)) = found.filter(|(parts, _)| is_written(&relation, parts)) else {
            return Err(misplaced(&original, &relation));
        };
        sql.push_str(&original[copied..relation.at]);
        copied = end;
        let splice = Splice::new(relation, end, sql.len(), wrap);
        sql.push_str(&splice.text());
        done.push(Splice { new_length: sql.len() - splice.new_at, ..splice });
    }
    sql.push_str(&original[copied..]);
    Ok((sql, Splices { original, done }))
}

/// Keywords are in lower case in the tree, whatever was written.
fn is_written(relation: &Relation, parts: &[String]) -> bool {
    let (schema, name) = &relation.written;
    match parts {
        [only] => schema.is_empty() && only.eq_ignore_ascii_case(name),
        [first, second] => first.eq_ignore_ascii_case(schema) && second.eq_ignore_ascii_case(name),
        _ => false,
    }
}

fn misplaced(text: &str, relation: &Relation) -> domain::Error {
    let (line, column) = position::of_byte(text, relation.at);
    let what = "This table's name is written in a way that is not taken; write it plainly";
    refusal::not_allowed(what).at(line, column)
}

impl Splice {
    fn new(relation: Relation, end: usize, new_at: usize, wrap: bool) -> Self {
        let wrapped = wrap && relation.place != Place::Shown;
        let name = &relation.written.1;
        let renamed = relation.table.name.as_str() != name;
        let alias = (!relation.aliased && relation.place == Place::From && (renamed || wrapped))
            .then(|| name.clone());
        Self { length: end - relation.at, new_at, new_length: 0, wrapped, alias, relation }
    }

    fn text(&self) -> String {
        let table = full_name(&self.relation.table);
        let table = if self.wrapped { format!("(SELECT * FROM {table})") } else { table };
        match &self.alias {
            Some(alias) => format!("{table} AS {}", identifier(alias)),
            None => table,
        }
    }
}

fn full_name(table: &TableName) -> String {
    format!("{}.{}", identifier(LAKE), table.quoted())
}

/// Parses the new text, whose tree must be the first one with the splices in it.
pub(super) fn verify(
    sql: &str,
    statement: &Statement,
    splices: &Splices,
    parse: &mut dyn FnMut(&str) -> Result<String>,
) -> Result<()> {
    let changed = || refusal::not_allowed("The SQL is written in a way that is not taken");
    let template = match splices.done.iter().any(|splice| splice.wrapped) {
        true => Some(Statement::parse("FROM (SELECT * FROM a.b.c) AS d", parse)?.node),
        false => None,
    };
    let mut expected = statement.node.clone();
    let mut placed = 0;
    expect(&mut expected, splices, template.as_ref(), &mut placed);
    let mut found = Statement::parse(sql, parse).map_err(|_| changed())?.node;
    forget_locations(&mut expected);
    forget_locations(&mut found);
    if placed == splices.done.len() && expected == found { Ok(()) } else { Err(changed()) }
}

/// Puts the splices into a tree.
fn expect(value: &mut Value, splices: &Splices, template: Option<&Value>, placed: &mut usize) {
    match value {
        Value::Array(values) => {
            values.iter_mut().for_each(|value| expect(value, splices, template, placed));
        }
        Value::Object(object) => {
            let at = location(object).filter(|_| text(object, "type") == "BASE_TABLE");
            let splice = at.and_then(|at| splices.at(at));
            if let Some(splice) = splice {
                *placed += 1;
                splice.expect(object, template);
            } else {
                object.values_mut().for_each(|value| expect(value, splices, template, placed));
            }
        }
        _ => {}
    }
}

impl Splice {
    fn expect(&self, object: &mut Map<String, Value>, template: Option<&Value>) {
        if let Some(alias) = &self.alias {
            object.insert("alias".to_owned(), Value::from(alias.as_str()));
        }
        if let Some(Value::Object(wrapper)) = template.map(|node| &node["from_table"])
            && self.wrapped
        {
            let mut wrapper = wrapper.clone();
            for key in ["alias", "sample", "column_name_alias"] {
                wrapper.remove(key);
                wrapper.extend(object.remove_entry(key));
            }
            *object = wrapper;
            let inner = object.get_mut("subquery").map(|query| &mut query["node"]["from_table"]);
            if let Some(Value::Object(inner)) = inner {
                self.name(inner);
            }
        } else {
            self.name(object);
        }
    }

    fn name(&self, object: &mut Map<String, Value>) {
        let TableName { schema, name } = &self.relation.table;
        for (key, part) in [
            ("catalog_name", LAKE),
            ("schema_name", schema.as_str()),
            ("table_name", name.as_str()),
        ] {
            object.insert(key.to_owned(), Value::from(part));
        }
    }
}

fn forget_locations(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(forget_locations),
        Value::Object(object) => {
            object.remove("query_location");
            object.values_mut().for_each(forget_locations);
        }
        _ => {}
    }
}
