//! The walk over the tree: what is not known to be safe is refused, relations are noted.

use domain::{Error, Result};

use super::json::{Node, Object};
use super::lake::Lake;
use super::relation::{Place, Relation};
use super::scope::{Names, Scope};
use super::{position, refusal};

/// The column of DuckLake's tables that shows the path of a data file.
const FILENAME: &str = "filename";

/// Queries that references to WITH and to views may become: the engine may run each reference anew.
const EXPANSIONS: u64 = 1_000;

/// UNION and its like in one statement: each is planned upon the one before.
const SET_OPERATIONS: usize = 1_000;

/// Kinds of things that are no expressions and hold nothing but what is looked at by itself.
const OTHERS: [&str; 12] = [
    "SUBQUERY",
    "JOIN",
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
    set_operations: usize,
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
                Ok(())
            }
            Node::Plain(_) => Ok(()),
        }
    }

    fn object(&mut self, object: &Object<'_>, scope: &Scope<'_>, place: Place) -> Result<()> {
        match (object.text("class"), object.text("type")) {
            ("", "SELECT_NODE" | "SET_OPERATION_NODE" | "RECURSIVE_CTE_NODE") => {
                return self.select(object, scope, place);
            }
            ("", "BASE_TABLE") => self.relation(object, scope, place)?,
            ("", "SHOW_REF") => return self.shown(object, scope),
            ("", "TABLE_FUNCTION") => return self.table_function(object, scope),
            ("", "UNBOUND_TYPE_INFO") => type_name(object)?,
            ("", other) if other.is_empty() || OTHERS.contains(&other) => {}
            ("", other) if other.ends_with("_TYPE_INFO") => {}
            ("", other) => return Err(self.unknown(other, object)),
            ("LAMBDA", _) => return self.lambda(object, scope),
            (class, _) => self.expression(class, object)?,
        }
        self.parts(object, scope)
    }

    /// Everything in an object.
    pub(super) fn parts(&mut self, object: &Object<'_>, scope: &Scope<'_>) -> Result<()> {
        object.0.iter().try_for_each(|(_, node)| self.node(node, scope, Place::From))
    }

    /// A query: its WITH from the first to the last, each seeing those before it, then the rest.
    fn select(&mut self, query: &Object<'_>, outer: &Scope<'_>, place: Place) -> Result<()> {
        self.set_operations += usize::from(query.text("type") == "SET_OPERATION_NODE");
        if self.set_operations > SET_OPERATIONS {
            return Err(refusal::too_many_set_operations(SET_OPERATIONS));
        }
        let mut scope = Scope::within(outer);
        for entry in query.object("cte_map").map(|map| map.array("map")).unwrap_or_default() {
            // What it is made of counts where it is read, each time.
            let before = std::mem::take(&mut self.expansions);
            self.node(entry, &scope, Place::From)?;
            let own = std::mem::replace(&mut self.expansions, before);
            if let Node::Object(entry) = entry {
                scope.add(entry.text("key"), own.saturating_add(1));
            }
        }
        let mut recursive = Scope::within(&scope);
        recursive.add(query.text("cte_name"), 1);
        let is_recursive = query.text("type") == "RECURSIVE_CTE_NODE";
        for (key, node) in &query.0 {
            match *key {
                "cte_map" => {}
                // Of a recursive query only the second half sees itself.
                "right" if is_recursive => self.node(node, &recursive, Place::From)?,
                "from_table" => self.node(node, &scope, place)?,
                _ => self.node(node, &scope, Place::From)?,
            }
        }
        Ok(())
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

    /// A reference becomes so many queries more.
    pub(super) fn expand(&mut self, object: &Object<'_>, by: u64) -> Result<()> {
        self.expansions = self.expansions.saturating_add(by);
        if self.expansions <= EXPANSIONS {
            return Ok(());
        }
        Err(self.at(object, refusal::too_many_expansions(EXPANSIONS)))
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
