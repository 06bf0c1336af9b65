//! The walk over the tree: what is not known to be safe is refused, relations are noted.

use domain::{Error, Result};

use super::json::{Node, Object};
use super::lake::Lake;
use super::relation::{Place, Relation};
use super::scope::{Names, Scope};
use super::{functions, position, refusal};

/// The column of DuckLake's tables that shows the path of a data file.
const FILENAME: &str = "filename";

/// Kinds of things that are no expressions and hold nothing but what is looked at by itself.
const OTHERS: [&str; 11] = [
    "SUBQUERY",
    "EMPTY",
    "EXPRESSION_LIST",
    "PIVOT",
    "ORDER_MODIFIER",
    "LIMIT_MODIFIER",
    "LIMIT_PERCENT_MODIFIER",
    "DISTINCT_MODIFIER",
    "ASCENDING",
    "DESCENDING",
    "ORDER_DEFAULT",
];

pub(super) struct Walk<'a, 'l> {
    text: &'a str,
    pub(super) names: &'a Names<'a>,
    pub(super) lake: &'a mut Lake<'l>,
    pub(super) relations: Vec<Relation>,
    /// Whether anything in the statement is called `filename`.
    pub(super) mentions_filename: bool,
    /// Queries that references have become.
    pub(super) expansions: u64,
    /// UNION and its like so far.
    pub(super) set_operations: usize,
    /// Joins of the FROM that is looked at.
    pub(super) joins: usize,
    /// Bytes that views have put in.
    pub(super) bytes: usize,
    /// Lambdas around what is looked at.
    pub(super) lambdas: usize,
}

impl<'a, 'l> Walk<'a, 'l> {
    pub(super) fn new(text: &'a str, names: &'a Names<'a>, lake: &'a mut Lake<'l>) -> Self {
        Self {
            text,
            names,
            lake,
            relations: Vec::new(),
            mentions_filename: false,
            expansions: 0,
            set_operations: 0,
            joins: 0,
            bytes: 0,
            lambdas: 0,
        }
    }

    /// Looks at a whole query.
    pub(super) fn query(&mut self, query: &Object<'_>) -> Result<()> {
        self.object(query, &Scope::empty(), Place::From)
    }

    /// Looks at everything below. `place` is for a relation right here.
    pub(super) fn node(&mut self, node: &Node<'_>, scope: &Scope<'_>, place: Place) -> Result<()> {
        match node {
            Node::Object(object) => self.object(object, scope, place),
            Node::Array(nodes) => {
                nodes.iter().try_for_each(|node| self.node(node, scope, Place::From))
            }
            Node::Text(name) => {
                self.mentions_filename |= name.eq_ignore_ascii_case(FILENAME);
                self.lake.mentions_now |= functions::is_of_now(name);
                Ok(())
            }
            Node::Plain(_) => Ok(()),
        }
    }

    pub(super) fn object(
        &mut self,
        object: &Object<'_>,
        scope: &Scope<'_>,
        place: Place,
    ) -> Result<()> {
        match (object.text("class"), object.text("type")) {
            ("", "SELECT_NODE" | "SET_OPERATION_NODE" | "RECURSIVE_CTE_NODE") => {
                return self.select(object, scope, place);
            }
            ("", "BASE_TABLE") => self.relation(object, scope, place)?,
            ("", "SHOW_REF") => return self.shown(object, scope),
            ("", "TABLE_FUNCTION") => return self.table_function(object, scope),
            ("", "JOIN") => self.join()?,
            ("", "UNBOUND_TYPE_INFO") => type_name(object)?,
            ("", other) if other.is_empty() || OTHERS.contains(&other) => {}
            ("", other) if other.ends_with("_TYPE_INFO") => {}
            ("", other) => return Err(self.unknown(other, object)),
            ("LAMBDA", _) => return self.lambda(object, scope),
            ("SUBQUERY", _) => return self.subquery(object, scope),
            (class, _) => self.expression(class, object)?,
        }
        self.parts(object, scope)
    }

    /// Everything in an object.
    pub(super) fn parts(&mut self, object: &Object<'_>, scope: &Scope<'_>) -> Result<()> {
        object.0.iter().try_for_each(|(_, node)| self.node(node, scope, Place::From))
    }

    /// DESCRIBE and SUMMARIZE hold a query. SHOW TABLES and its like do not: they show every catalog.
    fn shown(&mut self, object: &Object<'_>, scope: &Scope<'_>) -> Result<()> {
        let query = object.object("query").ok_or_else(refusal::only_select)?;
        // Of a name alone the parser makes a query with a star that no one wrote.
        let name_alone = match query.array("select_list") {
            [Node::Object(star)] => star.text("type") == "STAR" && star.location().is_none(),
            _ => false,
        };
        self.object(query, scope, if name_alone { Place::Shown } else { Place::From })
    }

    pub(super) fn unknown(&self, kind: &str, object: &Object<'_>) -> Error {
        let kind = kind.to_ascii_lowercase().replace('_', " ");
        self.at(object, refusal::not_allowed(&format!("This may not be used here: {kind}")))
    }

    /// The refusal, with the place of `object` in the text.
    pub(super) fn at(&self, object: &Object<'_>, refusal: Error) -> Error {
        match object.location() {
            Some(byte) => {
                let (line, column) = position::of_byte(self.text, byte);
                refusal.at(line, column)
            }
            None => refusal,
        }
    }
}

/// Types by name are DuckDB's own: none is made in the lake, and none is looked for there.
fn type_name(object: &Object<'_>) -> Result<()> {
    if object.text("catalog").is_empty() && object.text("schema").is_empty() {
        return Ok(());
    }
    Err(refusal::not_allowed("A type is named with a schema; write its name alone"))
}
