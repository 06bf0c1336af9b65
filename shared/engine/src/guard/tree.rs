//! DuckDB's tree of a statement, as `json_serialize_sql` writes it.

use domain::{Error, Result};

use super::json::{self, Node, Object, Unread};
use super::refusal;
use super::source::Source;

/// The query of the one SELECT in `source`, of which the parser answered `json`.
pub(super) fn query<'a>(source: &Source<'_>, json: &'a str) -> Result<Object<'a>> {
    let Node::Object(mut answer) = read(json)? else { return Err(not_understood()) };
    if !matches!(answer.get("error"), Some(Node::Plain("false"))) {
        return Err(failure(source, &answer));
    }
    let statements = answer.0.iter_mut().find(|(key, _)| *key == "statements");
    match statements.map(|(_, statements)| statements) {
        Some(Node::Array(statements)) if statements.len() > 1 => Err(refusal::only_select()),
        Some(Node::Array(statements)) => match statements.pop() {
            Some(Node::Object(mut statement)) => {
                let node = statement.0.iter().position(|(key, _)| *key == "node");
                match node.map(|index| statement.0.swap_remove(index)) {
                    Some((_, Node::Object(node))) => Ok(node),
                    _ => Err(not_understood()),
                }
            }
            _ => Err(unreadable("it holds no statement")),
        },
        _ => Err(unreadable("it holds no statement")),
    }
}

fn read(json: &str) -> Result<Node<'_>> {
    json::read(json).map_err(|unread| match unread {
        Unread::TooDeep => refusal::too_complex(),
        Unread::NotJson => not_understood(),
    })
}

/// What DuckDB says against the text. Its position counts characters.
fn failure(source: &Source<'_>, answer: &Object<'_>) -> Error {
    let message = answer.text("error_message");
    if message.starts_with("Only SELECT statements") {
        return refusal::only_select();
    }
    if message.starts_with("Max expression depth limit") {
        return refusal::too_complex();
    }
    let error = unreadable(message);
    match answer.text("position").parse() {
        Ok(character) => {
            let (line, column) = source.position(character);
            error.at(line, column)
        }
        Err(_) => error,
    }
}

pub(super) fn unreadable(why: &str) -> Error {
    let why = why.trim_end_matches(['.', '!']);
    Error::invalid("INVALID_SQL", format!("The SQL cannot be read: {why}."))
}

fn not_understood() -> Error {
    Error::internal("the parser's tree is not as it was")
}
