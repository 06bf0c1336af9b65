//! The walk over the tree: what is not known to be safe is refused, relations are noted.

use domain::{Error, Grants, Result, TableName};
use serde_json::{Map, Value};

use super::scope::Scope;
use super::tree::{Statement, location, text};
use super::{functions, names, position, refusal};

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

pub(super) struct Walk<'a> {
    text: &'a str,
    this: Option<&'a TableName>,
    grants: &'a Grants,
    pub(super) relations: Vec<Relation>,
    /// Whether anything in the statement is called `filename`.
    pub(super) mentions_filename: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(text: &'a str, this: Option<&'a TableName>, grants: &'a Grants) -> Self {
        Self { text, this, grants, relations: Vec::new(), mentions_filename: false }
    }

    pub(super) fn statement(&mut self, statement: &Statement) -> Result<()> {
        self.value(&statement.node, &Scope::empty(), Place::From)
    }

    /// Looks at everything below. `place` is for a relation right here.
    fn value(&mut self, value: &Value, scope: &Scope<'_>, place: Place) -> Result<()> {
        match value {
            Value::Object(object) => self.object(object, scope, place),
            Value::Array(values) => {
                values.iter().try_for_each(|value| self.value(value, scope, Place::From))
            }
            Value::String(name) => {
                self.mentions_filename |= name.eq_ignore_ascii_case(FILENAME);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn object(
        &mut self,
        object: &Map<String, Value>,
        scope: &Scope<'_>,
        place: Place,
    ) -> Result<()> {
        match (object.get("class").and_then(Value::as_str), text(object, "type")) {
            (Some(class), _) => self.expression(class, object)?,
            (None, "SELECT_NODE" | "SET_OPERATION_NODE" | "RECURSIVE_CTE_NODE") => {
                return self.node(object, scope, place);
            }
            (None, "BASE_TABLE") => self.relation(object, scope, place)?,
            (None, "SHOW_REF") => return self.shown(object, scope),
            (None, "TABLE_FUNCTION") => self.table_function(object)?,
            (None, "UNBOUND_TYPE_INFO") => self.type_name(object)?,
            (None, other) if other.is_empty() || OTHERS.contains(&other) => {}
            (None, other) if other.ends_with("_TYPE_INFO") => {}
            (None, other) => return Err(self.unknown(other, object)),
        }
        object.values().try_for_each(|value| self.value(value, scope, Place::From))
    }

    fn expression(&self, class: &str, object: &Map<String, Value>) -> Result<()> {
        if !EXPRESSIONS.contains(&class) {
            return Err(self.unknown(class, object));
        }
        if class != "FUNCTION" && class != "WINDOW" {
            return Ok(());
        }
        let name = text(object, "function_name");
        let refusal = if !functions::is_plain(text(object, "catalog"), text(object, "schema")) {
            refusal::qualified_function(name)
        } else if !functions::is_allowed(name) {
            refusal::function(name)
        } else {
            return Ok(());
        };
        Err(self.at(object, refusal))
    }

    fn table_function(&self, object: &Map<String, Value>) -> Result<()> {
        let function = object.get("function").and_then(Value::as_object);
        let function = function.ok_or_else(|| self.unknown("TABLE_FUNCTION", object))?;
        let name = text(function, "function_name");
        if text(function, "class") == "FUNCTION" && functions::is_allowed_in_from(name) {
            return Ok(());
        }
        Err(self.at(function, refusal::table_function(name)))
    }

    /// Types by name are DuckDB's own: none is made in the lake, and none is looked for there.
    fn type_name(&self, object: &Map<String, Value>) -> Result<()> {
        if text(object, "catalog").is_empty() && text(object, "schema").is_empty() {
            return Ok(());
        }
        Err(refusal::not_allowed("A type is named with a schema; write its name alone"))
    }

    /// A query: its WITH from the first to the last, each seeing those before it, then the rest.
    fn node(&mut self, node: &Map<String, Value>, outer: &Scope<'_>, place: Place) -> Result<()> {
        let mut scope = Scope::within(outer);
        let entries = node.get("cte_map").and_then(|map| map.get("map")).and_then(Value::as_array);
        for entry in entries.into_iter().flatten() {
            self.value(entry, &scope, Place::From)?;
            scope.add(entry.get("key").and_then(Value::as_str).unwrap_or_default());
        }
        let mut recursive = Scope::within(&scope);
        recursive.add(text(node, "cte_name"));
        for (key, value) in node {
            match key.as_str() {
                "cte_map" => {}
                // Of a recursive query only the second half sees itself.
                "right" if text(node, "type") == "RECURSIVE_CTE_NODE" => {
                    self.value(value, &recursive, Place::From)?;
                }
                "from_table" => self.value(value, &scope, place)?,
                _ => self.value(value, &scope, Place::From)?,
            }
        }
        Ok(())
    }

    /// DESCRIBE and SUMMARIZE hold a query. SHOW TABLES and its like do not: they show every catalog.
    fn shown(&mut self, object: &Map<String, Value>, scope: &Scope<'_>) -> Result<()> {
        let Some(Value::Object(query)) = object.get("query") else {
            return Err(refusal::only_select());
        };
        let place = if stands_alone(query) { Place::Shown } else { Place::From };
        self.node(query, scope, place)
    }

    fn relation(
        &mut self,
        object: &Map<String, Value>,
        scope: &Scope<'_>,
        place: Place,
    ) -> Result<()> {
        if object.get("at_clause").is_some_and(|clause| !clause.is_null()) {
            let what = "AT (VERSION or TIMESTAMP) is not taken yet; the newest snapshot is read";
            return Err(self.at(object, refusal::not_allowed(what)));
        }
        let (catalog, schema) = (text(object, "catalog_name"), text(object, "schema_name"));
        let name = text(object, "table_name");
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
            at: location(object).ok_or_else(refused)?,
            written: (schema.to_owned(), name.to_owned()),
            aliased: !text(object, "alias").is_empty(),
            table: table.ok_or_else(refused)?,
            place,
        });
        Ok(())
    }

    fn unknown(&self, kind: &str, object: &Map<String, Value>) -> Error {
        let kind = kind.to_ascii_lowercase().replace('_', " ");
        self.at(object, refusal::not_allowed(&format!("This may not be used here: {kind}")))
    }

    /// The refusal, with the place of `object` in the text.
    fn at(&self, object: &Map<String, Value>, refusal: Error) -> Error {
        match location(object) {
            Some(byte) => {
                let (line, column) = position::of_byte(self.text, byte);
                refusal.at(line, column)
            }
            None => refusal,
        }
    }
}

/// Whether the query is what the parser makes of a name alone: a star that no one wrote.
fn stands_alone(node: &Map<String, Value>) -> bool {
    let Some([Value::Object(star)]) =
        node.get("select_list").and_then(Value::as_array).map(Vec::as_slice)
    else {
        return false;
    };
    text(star, "type") == "STAR" && location(star).is_none()
}
