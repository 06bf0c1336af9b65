//! Expressions: functions by their list, and what takes more than one query may.

use domain::Result;

use super::functions::Class;
use super::json::{Node, Object};
use super::relation::Place;
use super::scope::Scope;
use super::walk::Walk;
use super::{casts, functions, patterns, refusal, sizes};

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

/// Lambdas within each other: with 25 the engine plans for longer than anyone waits.
const LAMBDAS: usize = 8;

impl Walk<'_, '_> {
    /// Looks at an expression alone, not at what is in it.
    pub(super) fn expression(&self, class: &str, object: &Object<'_>) -> Result<()> {
        match class {
            "FUNCTION" | "WINDOW" => self.function(object),
            "CAST" => self.cast(object),
            "STAR" => self.star(object),
            "PARAMETER" if self.names.of_view => {
                Err(refusal::not_allowed("A view has no place for a parameter"))
            }
            known if EXPRESSIONS.contains(&known) => Ok(()),
            unknown => Err(self.unknown(unknown, object)),
        }
    }

    fn function(&self, object: &Object<'_>) -> Result<()> {
        let name = object.text("function_name");
        if !functions::is_plain(object.text("catalog"), object.text("schema")) {
            return Err(self.at(object, refusal::qualified_function(name)));
        }
        let error = match functions::in_expression(name) {
            Class::Allowed => match sizes::too_much(name, object.array("children")) {
                Some(why) => refusal::too_expensive(&why),
                None => return Ok(()),
            },
            Class::Refused => refusal::function(name),
            Class::Deep => refusal::deep_function(name),
            Class::Unknown => refusal::no_function(name),
        };
        Err(self.at(object, error))
    }

    fn cast(&self, object: &Object<'_>) -> Result<()> {
        match casts::refused(object) {
            None => Ok(()),
            Some(refused) => Err(self.at(object, refusal::cast(&refused))),
        }
    }

    /// `COLUMNS('…')` holds a regular expression.
    fn star(&self, object: &Object<'_>) -> Result<()> {
        let pattern = object.get("expr").and_then(super::constants::text);
        match pattern.and_then(|pattern| patterns::expression(&pattern)) {
            Some(why) => Err(self.at(object, refusal::too_expensive(&why))),
            None => Ok(()),
        }
    }

    /// An arrow of JSON is read as a lambda too; a chain of them nests on its left.
    pub(super) fn lambda(&mut self, object: &Object<'_>, scope: &Scope<'_>) -> Result<()> {
        if self.lambdas == LAMBDAS {
            return Err(self.at(object, refusal::too_many_lambdas(LAMBDAS)));
        }
        for (key, node) in &object.0 {
            let inside = usize::from(*key == "expr");
            self.lambdas += inside;
            self.node(node, scope, Place::From)?;
            self.lambdas -= inside;
        }
        Ok(())
    }

    pub(super) fn table_function(&mut self, object: &Object<'_>, scope: &Scope<'_>) -> Result<()> {
        let function = object.object("function");
        let function = function.ok_or_else(|| self.unknown("TABLE_FUNCTION", object))?;
        let name = function.text("function_name");
        if function.text("class") != "FUNCTION" || !functions::is_allowed_in_from(name) {
            return Err(self.at(function, refusal::table_function(name)));
        }
        if !functions::is_plain(function.text("catalog"), function.text("schema")) {
            return Err(self.at(function, refusal::qualified_function(name)));
        }
        self.parts(function, scope)?;
        let others = object.0.iter().filter(|(key, _)| *key != "function");
        others.map(|(_, node)| node).try_for_each(|node| self.node(node, scope, Place::From))
    }
}

/// Whether an expression needs no row: what may stand in AT.
pub(super) fn is_constant(node: &Node<'_>) -> bool {
    match node {
        Node::Object(object) => {
            let of_rows = ["COLUMN_REF", "SUBQUERY", "WINDOW", "LAMBDA", "STAR"];
            !of_rows.contains(&object.text("class")) && object.0.iter().all(|(_, n)| is_constant(n))
        }
        Node::Array(nodes) => nodes.iter().all(is_constant),
        Node::Text(_) | Node::Plain(_) => true,
    }
}
