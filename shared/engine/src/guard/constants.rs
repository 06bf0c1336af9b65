//! What an expression is, where the text says it already: sizes that are written as numbers.

use std::borrow::Cow;

use super::json::{Node, Object};

/// The number that `node` is: a constant, or a calculation of constants.
pub(super) fn number(node: &Node<'_>) -> Option<f64> {
    let Node::Object(object) = node else { return None };
    match object.text("class") {
        "CONSTANT" => constant(object),
        "CAST" | "COLLATE" => number(object.get("child")?),
        "SUBQUERY" => only(object).and_then(number),
        "FUNCTION" => calculation(object.text("function_name"), object.array("children")),
        _ => None,
    }
}

/// The one value of `(SELECT value)`.
fn only<'o, 'a>(subquery: &'o Object<'a>) -> Option<&'o Node<'a>> {
    let query = subquery.object("subquery")?.object("node")?;
    match query.array("select_list") {
        [only] if query.object("from_table")?.text("type") == "EMPTY" => Some(only),
        _ => None,
    }
}

fn constant(object: &Object<'_>) -> Option<f64> {
    let value = object.object("value")?;
    let scale = value.object("type").and_then(|r#type| r#type.object("type_info"));
    let scale = scale.and_then(|info| match info.get("scale") {
        Some(Node::Plain(scale)) => scale.parse::<i32>().ok(),
        _ => None,
    });
    match value.get("value")? {
        Node::Plain(plain) => {
            plain.parse::<f64>().ok().map(|number| number / 10_f64.powi(scale.unwrap_or(0)))
        }
        Node::Text(text) => text.trim().replace('_', "").parse().ok(),
        // An integer of 128 bits is beyond any size.
        Node::Object(_) => Some(f64::MAX),
        Node::Array(_) => None,
    }
}

fn calculation(name: &str, children: &[Node<'_>]) -> Option<f64> {
    let numbers: Option<Vec<f64>> = children.iter().map(number).collect();
    match (name, numbers?.as_slice()) {
        ("-", [only]) => Some(-only),
        ("+" | "trunc" | "floor" | "ceil" | "round" | "abs" | "@", [only]) => Some(*only),
        ("+" | "add", [a, b]) => Some(a + b),
        ("-" | "subtract", [a, b]) => Some(a - b),
        ("*" | "multiply", [a, b]) => Some(a * b),
        ("/" | "//" | "divide", [a, b]) => Some(a / b),
        ("^" | "**" | "pow" | "power", [a, b]) => Some(a.powf(*b)),
        ("<<", [a, b]) => Some(a * b.exp2()),
        _ => None,
    }
}

/// The text that `node` is, if it is a constant.
pub(super) fn text<'n>(node: &'n Node<'_>) -> Option<Cow<'n, str>> {
    let Node::Object(object) = node else { return None };
    match object.text("class") {
        "CONSTANT" => {
            let value = object.object("value")?;
            let is_text = value.object("type")?.text("id") == "VARCHAR";
            is_text.then(|| Cow::Borrowed(value.text("value")))
        }
        "CAST" | "COLLATE" => text(object.get("child")?),
        "SUBQUERY" => only(object).and_then(text),
        "FUNCTION" => made(object.text("function_name"), object.array("children")),
        _ => None,
    }
}

/// The text that a function makes of constants, if it is short.
fn made<'n>(name: &str, children: &'n [Node<'_>]) -> Option<Cow<'n, str>> {
    match (name, children) {
        ("||" | "concat", _) => {
            let parts: Option<Vec<_>> = children.iter().map(text).collect();
            Some(Cow::Owned(parts?.concat()))
        }
        ("lower" | "upper" | "reverse" | "trim", [only]) => text(only),
        ("repeat", [what, times]) => {
            let (what, times) = (text(what)?, number(times)?);
            let short = count(what.len()) * times <= 10_000.0;
            short.then(|| {
                Cow::Owned(
                    (0_u16..).take_while(|n| f64::from(*n) < times).map(|_| &*what).collect(),
                )
            })
        }
        _ => None,
    }
}

/// Characters of the text that `node` makes, or items of the list, if the text says so.
pub(super) fn length(node: &Node<'_>) -> Option<f64> {
    if let Some(text) = text(node) {
        return Some(count(text.chars().count()));
    }
    let Node::Object(object) = node else { return None };
    let children = object.array("children");
    match (object.text("function_name"), children) {
        ("||" | "concat", _) => Some(children.iter().filter_map(length).sum()),
        ("repeat", [what, times]) => Some(length(what).unwrap_or(1.0) * number(times)?),
        ("lpad" | "rpad", [_, size, ..]) => number(size),
        ("list_value", _) => Some(count(children.len())),
        ("lower" | "upper" | "reverse", [only]) => length(only),
        _ => None,
    }
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}
