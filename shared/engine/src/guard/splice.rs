//! Tables named in full, in the caller's own text.

use domain::{Error, Result};

use super::relation::{Place, Relation};
use super::source::Source;
use super::{lexer, position, refusal};
use crate::sql::{LAKE, identifier};

/// What was put where.
#[derive(Debug)]
pub(super) struct Splices {
    original: String,
    done: Vec<Splice>,
}

#[derive(Debug)]
pub(super) struct Splice {
    pub(super) relation: Relation,
    /// The table stands in a subquery.
    pub(super) wrapped: bool,
    /// The alias that was added.
    pub(super) alias: Option<String>,
    /// Bytes of the name in the caller's text.
    length: usize,
    /// The byte at which it begins in the new text, and its bytes there.
    new_at: usize,
    new_length: usize,
}

impl Splices {
    /// Where byte `offset` of the new text stands in the caller's.
    pub(super) fn position(&self, offset: usize) -> (u32, u32) {
        let before = self.done.partition_point(|splice| splice.new_at <= offset);
        let byte = match self.done[..before].last() {
            Some(splice) => {
                let behind = offset.checked_sub(splice.new_at + splice.new_length);
                splice.relation.at + behind.map_or(0, |more| splice.length + more)
            }
            None => offset,
        };
        position::of_byte(&self.original, byte)
    }

    /// What was put at this byte of the caller's text.
    pub(super) fn at(&self, byte: usize) -> Option<&Splice> {
        let found = self.done.binary_search_by_key(&byte, |splice| splice.relation.at);
        found.ok().map(|index| &self.done[index])
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.done.len()
    }

    /// Whether any table stands in a subquery.
    pub(super) fn wrap(&self) -> bool {
        self.done.iter().any(|splice| splice.wrapped)
    }
}

/// The text without semicolons and with the relations named in full. With `wrap` they become
/// subqueries, which show a table's own columns and not those that DuckLake adds (`filename`).
pub(super) fn apply(
    source: &Source<'_>,
    mut relations: Vec<Relation>,
    wrap: bool,
) -> Result<(String, Splices)> {
    let text = lexer::without_semicolons(&source.plain);
    relations.sort_by_key(|relation| relation.at);
    let (mut sql, mut copied, mut done) = (String::new(), 0, Vec::new());
    for relation in relations {
        let found = lexer::name(&text, relation.at).filter(|_| relation.at >= copied);
        let Some((_, end)) = found.filter(|(parts, _)| is_written(&relation, parts)) else {
            return Err(misplaced(source, &relation));
        };
        sql.push_str(&text[copied..relation.at]);
        copied = end;
        let mut splice = Splice::new(relation, end, sql.len(), wrap);
        sql.push_str(&splice.text());
        splice.new_length = sql.len() - splice.new_at;
        done.push(splice);
    }
    sql.push_str(&text[copied..]);
    Ok((sql, Splices { original: source.text.to_owned(), done }))
}

fn is_written(relation: &Relation, parts: &[String]) -> bool {
    let (schema, name) = &relation.written;
    match parts {
        [only] => schema.is_empty() && only.eq_ignore_ascii_case(name),
        [first, second] => first.eq_ignore_ascii_case(schema) && second.eq_ignore_ascii_case(name),
        _ => false,
    }
}

fn misplaced(source: &Source<'_>, relation: &Relation) -> Error {
    let (line, column) = position::of_byte(source.text, relation.at);
    let what = "This table's name is written in a way that is not taken; write it plainly";
    refusal::not_allowed(what).at(line, column)
}

impl Splice {
    fn new(relation: Relation, end: usize, new_at: usize, wrap: bool) -> Self {
        let wrapped = wrap && relation.place == Place::From;
        let name = &relation.written.1;
        let renamed = relation.table.name.as_str() != name;
        let wanted = !relation.aliased && relation.place == Place::From && (renamed || wrapped);
        let alias = wanted.then(|| name.clone());
        Self { length: end - relation.at, new_at, new_length: 0, wrapped, alias, relation }
    }

    fn text(&self) -> String {
        let table = format!("{}.{}", identifier(LAKE), self.relation.table.quoted());
        let table = if self.wrapped { format!("(SELECT * FROM {table})") } else { table };
        match &self.alias {
            Some(alias) => format!("{table} AS {}", identifier(alias)),
            None => table,
        }
    }
}
