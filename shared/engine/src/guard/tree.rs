//! DuckDB's tree of a statement, as `json_serialize_sql` writes it.

use domain::{Error, Result};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{position, refusal};

/// How deep the JSON of a tree may nest. A chain of 200 additions takes 400 levels; each level takes
/// the walks some hundred bytes of stack.
const DEPTH: usize = 512;

/// One SELECT.
pub(super) struct Statement {
    /// The query node.
    pub(super) node: Value,
}

impl Statement {
    /// Parses `text`, which must be one SELECT.
    pub(super) fn parse(text: &str, parse: &mut dyn FnMut(&str) -> Result<String>) -> Result<Self> {
        if text.contains('\0') {
            return Err(unreadable("a NUL character stands in it"));
        }
        let mut answer = read(&parse(text)?)?;
        if answer["error"] != Value::Bool(false) {
            return Err(failure(text, &answer));
        }
        match answer["statements"].as_array_mut().map(std::mem::take).as_deref_mut() {
            Some([]) => Err(unreadable("it holds no statement")),
            Some([statement]) => Ok(Self { node: statement["node"].take() }),
            _ => Err(refusal::only_select()),
        }
    }
}

/// Reads JSON as deep as [`DEPTH`]: serde_json's own limit is too low for valid queries.
fn read(json: &str) -> Result<Value> {
    if depth(json) > DEPTH {
        return Err(refusal::too_complex());
    }
    let mut deserializer = serde_json::Deserializer::from_str(json);
    deserializer.disable_recursion_limit();
    Value::deserialize(&mut deserializer).map_err(Error::internal)
}

fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// What DuckDB says against the text. Its position counts characters.
fn failure(text: &str, answer: &Value) -> Error {
    let message = answer["error_message"].as_str().unwrap_or_default();
    if answer["error_type"] != "parser" {
        return refusal::only_select();
    }
    let error = unreadable(message);
    match answer["position"].as_str().and_then(|position| position.parse().ok()) {
        Some(character) => {
            let (line, column) = position::of_character(text, character);
            error.at(line, column)
        }
        None => error,
    }
}

fn unreadable(why: &str) -> Error {
    let why = why.trim_end_matches(['.', '!']);
    Error::invalid("INVALID_SQL", format!("The SQL cannot be read: {why}."))
}

/// A text of an object; empty where there is none.
pub(super) fn text<'v>(object: &'v Map<String, Value>, key: &str) -> &'v str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The byte of the statement at which something stands, where the parser noted it.
pub(super) fn location(object: &Map<String, Value>) -> Option<usize> {
    let location = object.get("query_location")?.as_u64()?;
    usize::try_from(location).ok().filter(|_| location != u64::MAX)
}
