//! Tables named in full, in the caller's own text.

use domain::{Error, Result};

use super::relation::{Place, Relation};
use super::source::Source;
use super::{clauses, lexer, position, refusal};
use crate::sql::{LAKE, identifier};

/// What was put where.
#[derive(Debug)]
pub(super) struct Splices {
    original: String,
    done: Vec<Splice>,
    changed: Vec<Piece>,
}

#[derive(Debug)]
pub(super) struct Splice {
    pub(super) relation: Relation,
    /// The table stands in a subquery.
    pub(super) wrapped: bool,
    /// The alias that was added.
    pub(super) alias: Option<String>,
    /// The AT that follows, where it moves into the subquery.
    time: Option<String>,
}

/// A piece of the old text and what it became.
#[derive(Debug)]
struct Piece {
    old_at: usize,
    old_length: usize,
    new_at: usize,
    new_length: usize,
}

impl Splices {
    /// A text in which nothing was changed.
    pub(super) fn none(text: &str) -> Self {
        Self { original: text.to_owned(), done: Vec::new(), changed: Vec::new() }
    }

    /// Where byte `offset` of the new text stands in the caller's.
    pub(super) fn position(&self, offset: usize) -> (u32, u32) {
        let before = self.changed.partition_point(|piece| piece.new_at <= offset);
        let byte = match self.changed[..before].last() {
            Some(piece) => {
                let behind = offset.checked_sub(piece.new_at + piece.new_length);
                piece.old_at + behind.map_or(0, |more| piece.old_length + more)
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

    /// The view in whose text byte `offset` of the new text stands.
    pub(super) fn view_at(&self, offset: usize) -> Option<&Relation> {
        let inside =
            |piece: &&Piece| (piece.new_at..piece.new_at + piece.new_length).contains(&offset);
        let piece = self.changed.iter().find(inside)?;
        self.at(piece.old_at)
            .map(|splice| &splice.relation)
            .filter(|table| table.view.as_ref().is_some_and(|view| view.of_lake))
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
/// subqueries, which show a table's own columns and not those that DuckLake adds (`filename`). Views
/// are subqueries of their own.
pub(super) fn apply(
    source: &Source<'_>,
    mut relations: Vec<Relation>,
    wrap: bool,
) -> Result<(String, Splices)> {
    let text = lexer::without_semicolons(&source.plain);
    relations.sort_by_key(|relation| relation.at);
    let mut new = New { text: &text, sql: String::new(), copied: 0, changed: Vec::new() };
    let mut done = Vec::new();
    for relation in relations {
        let found = lexer::name(&text, relation.at).filter(|_| relation.at >= new.copied);
        let Some((_, end)) = found.filter(|(parts, _)| is_written(&relation, parts)) else {
            return Err(misplaced(source, &relation));
        };
        let mut splice = Splice::new(relation, wrap);
        let at = splice.relation.at;
        if splice.wrapped && splice.relation.timed {
            let Some((begin, behind)) = clauses::at_clause(&text, end) else {
                return Err(misplaced(source, &splice.relation));
            };
            splice.time = Some(text[begin..behind].to_owned());
            new.put(at, end, &splice.text());
            new.put(begin, behind, "");
        } else {
            new.put(at, end, &splice.text());
        }
        done.push(splice);
    }
    new.sql.push_str(&text[new.copied..]);
    let New { sql, changed, .. } = new;
    Ok((sql, Splices { original: source.text.to_owned(), done, changed }))
}

/// The new text, as far as it goes.
struct New<'t> {
    text: &'t str,
    sql: String,
    copied: usize,
    changed: Vec<Piece>,
}

impl New<'_> {
    /// Puts `what` in place of the old text's bytes from `at` to `end`.
    fn put(&mut self, at: usize, end: usize, what: &str) {
        self.sql.push_str(&self.text[self.copied..at]);
        self.copied = end;
        let (new_at, new_length) = (self.sql.len(), what.len());
        self.changed.push(Piece { old_at: at, old_length: end - at, new_at, new_length });
        self.sql.push_str(what);
    }
}

fn is_written(relation: &Relation, parts: &[String]) -> bool {
    let written = relation.written.iter().filter(|part| !part.is_empty());
    written.clone().count() == parts.len()
        && written.zip(parts).all(|(written, part)| written.eq_ignore_ascii_case(part))
}

fn misplaced(source: &Source<'_>, relation: &Relation) -> Error {
    let (line, column) = position::of_byte(source.text, relation.at);
    let what = "This table's name is written in a way that is not taken; write it plainly";
    refusal::not_allowed(what).at(line, column)
}

impl Splice {
    fn new(relation: Relation, wrap: bool) -> Self {
        let in_from = relation.place == Place::From;
        let wrapped = wrap && in_from && relation.view.is_none();
        let name = &relation.written[2];
        let renamed = relation.table.name.as_str() != name;
        let subquery = wrapped || relation.view.is_some();
        let wanted = !relation.aliased && in_from && (renamed || subquery);
        let alias = wanted.then(|| name.clone());
        Self { wrapped, alias, time: None, relation }
    }

    fn text(&self) -> String {
        let text = match &self.relation.view {
            // A name may stand there, or a query.
            Some(view) if self.relation.place == Place::Shown => {
                return format!("SELECT * FROM {} AS v", view.text);
            }
            Some(view) => view.text.clone(),
            None => format!("{}.{}", identifier(LAKE), self.relation.table.quoted()),
        };
        let time = self.time.as_deref().map_or(String::new(), |time| format!(" {time}"));
        let text = if self.wrapped { format!("(SELECT * FROM {text}{time})") } else { text };
        match &self.alias {
            Some(alias) => format!("{text} AS {}", identifier(alias)),
            None => text,
        }
    }
}
