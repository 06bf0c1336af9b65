//! Casts that crash or take too long on values that nothing bounds.

use super::constants;
use super::json::{Node, Object};

/// Digits of a number that is written as a text for BIGNUM: its conversion is quadratic.
const DIGITS: usize = 1_000;

/// Why a cast is refused.
pub(super) enum Refused {
    /// It crashes on JSON that nests deep.
    Variant,
    /// It takes the square of the digits.
    Bignum,
}

/// Whether a CAST is refused. To VARIANT and BIGNUM only what the text itself bounds is cast.
pub(super) fn refused(cast: &Object<'_>) -> Option<Refused> {
    let target = cast.get("cast_type")?;
    let child = cast.get("child")?;
    if holds(target, "VARIANT") && !is_plain(child) {
        return Some(Refused::Variant);
    }
    (holds(target, "BIGNUM") && !is_number(child)).then_some(Refused::Bignum)
}

/// Whether a type is `name`, or has it inside.
fn holds(node: &Node<'_>, name: &str) -> bool {
    match node {
        Node::Object(object) => {
            object.text("id") == name
                || object.text("name").eq_ignore_ascii_case(name)
                || object.0.iter().any(|(_, node)| holds(node, name))
        }
        Node::Array(nodes) => nodes.iter().any(|node| holds(node, name)),
        Node::Text(_) | Node::Plain(_) => false,
    }
}

/// Constants, and structs, lists and maps of them; no JSON.
fn is_plain(node: &Node<'_>) -> bool {
    let Node::Object(object) = node else { return false };
    match object.text("class") {
        "CONSTANT" => true,
        "CAST" => {
            let json = object.get("cast_type").is_none_or(|target| holds(target, "JSON"));
            !json && object.get("child").is_some_and(is_plain)
        }
        "FUNCTION" => {
            let name = object.text("function_name");
            ["struct_pack", "list_value", "map", "row"].contains(&name)
                && object.array("children").iter().all(is_plain)
        }
        _ => false,
    }
}

/// A number of a type that has an end, or a short text.
fn is_number(node: &Node<'_>) -> bool {
    let Node::Object(object) = node else { return false };
    if object.text("class") == "CAST" {
        let r#type = object.object("cast_type").map_or("", |r#type| r#type.text("id"));
        let bounded =
            ["INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "UHUGEINT", "SMALLINT", "TINYINT"];
        return bounded.contains(&r#type);
    }
    match constants::text(node) {
        Some(text) => text.chars().nth(DIGITS).is_none(),
        None => constants::number(node).is_some(),
    }
}
