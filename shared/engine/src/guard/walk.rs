//! The walk over the tree: what is not known to be safe is refused, relations are noted.

use domain::{Error, Grants, Result, TableName};

use super::json::{Node, Object};
use super::relation::{Place, Relation};
use super::scope::Scope;
use super::{functions, position, refusal};

/// The column of DuckLake's tables that shows the path of a data file.
const FILENAME: &str = "filename";

/// Kinds of expressions; each is looked at with all that is in it.
const EXPRESSIONS: [&str; 18] = [
    "BETWEEN",
    "CASE",
    "CAST",
    "COLLATE",
    "COLUMN_REF",
    "COMPARISON",
    "CONJUNCTION",
    "CONSTANT",
    "DEFAULT",
    "FUNCTION",
    "LAMBDA",
    "LAMBDA_REF",
    "OPERATOR",
    "PARAMETER",
    "POSITIONAL_REFERENCE",
    "STAR",
    "SUBQUERY",
    "WINDOW",
];

/// Kinds of other things that hold nothing but what is looked at by itself.
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

pub(super) struct Walk<'a> {
    text: &'a str,
    pub(super) this: Option<&'a TableName>,
    pub(super) grants: &'a Grants,
    pub(super) relations: Vec<Relation>,
    /// Whether anything in the statement is called `filename`.
    pub(super) mentions_filename: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(text: &'a str, this: Option<&'a TableName>, grants: &'a Grants) -> Self {
        Self { text, this, grants, relations: Vec::new(), mentions_filename: false }
    }

    /// Looks at a whole query.
    pub(super) fn query(&mut self, query: &Object<'_>) -> Result<()> {
        self.object(query, &Scope::empty(), Place::From)
    }

    /// Looks at everything below. `place` is for a relation right here.
    fn node(&mut self, node: &Node<'_>, scope: &Scope<'_>, place: Place) -> Result<()> {
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
            ("", "TABLE_FUNCTION") => self.table_function(object)?,
            ("", "UNBOUND_TYPE_INFO") => type_name(object)?,
            ("", other) if other.is_empty() || OTHERS.contains(&other) => {}
            ("", other) if other.ends_with("_TYPE_INFO") => {}
            ("", other) => return Err(self.unknown(other, object)),
            (class, _) if EXPRESSIONS.contains(&class) => self.function(class, object)?,
            (class, _) => return Err(self.unknown(class, object)),
        }
        object.0.iter().try_for_each(|(_, node)| self.node(node, scope, Place::From))
    }

    /// A query: its WITH from the first to the last, each seeing those before it, then the rest.
    fn select(&mut self, query: &Object<'_>, outer: &Scope<'_>, place: Place) -> Result<()> {
        let mut scope = Scope::within(outer);
        for entry in query.object("cte_map").map(|map| map.array("map")).unwrap_or_default() {
            self.node(entry, &scope, Place::From)?;
            if let Node::Object(entry) = entry {
                scope.add(entry.text("key"));
            }
        }
        let mut recursive = Scope::within(&scope);
        recursive.add(query.text("cte_name"));
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

    fn function(&self, class: &str, object: &Object<'_>) -> Result<()> {
        if class != "FUNCTION" && class != "WINDOW" {
            return Ok(());
        }
        let name = object.text("function_name");
        if !functions::is_plain(object.text("catalog"), object.text("schema")) {
            return Err(self.at(object, refusal::qualified_function(name)));
        }
        if !functions::is_allowed(name) {
            return Err(self.at(object, refusal::function(name)));
        }
        Ok(())
    }

    fn table_function(&self, object: &Object<'_>) -> Result<()> {
        let function = object.object("function");
        let function = function.ok_or_else(|| self.unknown("TABLE_FUNCTION", object))?;
        let name = function.text("function_name");
        if function.text("class") == "FUNCTION" && functions::is_allowed_in_from(name) {
            return Ok(());
        }
        Err(self.at(function, refusal::table_function(name)))
    }

    fn unknown(&self, kind: &str, object: &Object<'_>) -> Error {
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
