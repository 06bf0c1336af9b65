//! JSON as DuckDB writes trees: read without copies, and as deep as queries go.
//!
//! serde_json's values take twenty times as much memory, and nest 128 levels at most.

use std::borrow::Cow;

/// How deep a tree may nest. A chain of 200 additions takes 400 levels; each level takes the walks
/// some hundred bytes of stack.
const DEPTH: usize = 512;

/// Something in a tree.
#[derive(Debug)]
pub(super) enum Node<'a> {
    Object(Object<'a>),
    Array(Vec<Node<'a>>),
    Text(Cow<'a, str>),
    /// A number, `true`, `false` or `null`, as it is written.
    Plain(&'a str),
}

/// An object of a tree.
#[derive(Debug)]
pub(super) struct Object<'a>(pub(super) Vec<(&'a str, Node<'a>)>);

/// Why a tree was not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unread {
    TooDeep,
    NotJson,
}

impl<'a> Object<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&Node<'a>> {
        self.0.iter().find(|(own, _)| *own == key).map(|(_, node)| node)
    }

    /// The text of a key; empty where there is none.
    pub(super) fn text(&self, key: &str) -> &str {
        match self.get(key) {
            Some(Node::Text(text)) => text,
            _ => "",
        }
    }

    pub(super) fn object(&self, key: &str) -> Option<&Object<'a>> {
        match self.get(key) {
            Some(Node::Object(object)) => Some(object),
            _ => None,
        }
    }

    pub(super) fn array(&self, key: &str) -> &[Node<'a>] {
        match self.get(key) {
            Some(Node::Array(nodes)) => nodes,
            _ => &[],
        }
    }

    /// The byte of the statement at which it stands, where the parser noted one.
    pub(super) fn location(&self) -> Option<usize> {
        match self.get("query_location") {
            Some(Node::Plain(number)) => {
                number.parse().ok().filter(|byte: &u64| *byte != u64::MAX)?.try_into().ok()
            }
            _ => None,
        }
    }
}

/// Reads one value.
pub(super) fn read(json: &str) -> Result<Node<'_>, Unread> {
    let mut reader = Reader { rest: json };
    let node = reader.node(DEPTH)?;
    if reader.rest.trim_start().is_empty() { Ok(node) } else { Err(Unread::NotJson) }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn node(&mut self, depth: usize) -> Result<Node<'a>, Unread> {
        self.rest = self.rest.trim_start();
        match self.rest.as_bytes().first().ok_or(Unread::NotJson)? {
            b'{' => self.object(depth.checked_sub(1).ok_or(Unread::TooDeep)?),
            b'[' => self.array(depth.checked_sub(1).ok_or(Unread::TooDeep)?),
            b'"' => Ok(Node::Text(self.text()?)),
            _ => {
                let ends = |c: char| matches!(c, ',' | '}' | ']') || c.is_whitespace();
                let (plain, rest) =
                    self.rest.split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
                self.rest = rest;
                if plain.is_empty() { Err(Unread::NotJson) } else { Ok(Node::Plain(plain)) }
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Node<'a>, Unread> {
        let mut entries = Vec::new();
        self.take('{')?;
        while self.take('}').is_err() {
            if !entries.is_empty() {
                self.take(',')?;
            }
            self.rest = self.rest.trim_start();
            let Cow::Borrowed(key) = self.text()? else { return Err(Unread::NotJson) };
            self.take(':')?;
            entries.push((key, self.node(depth)?));
        }
        Ok(Node::Object(Object(entries)))
    }

    fn array(&mut self, depth: usize) -> Result<Node<'a>, Unread> {
        let mut nodes = Vec::new();
        self.take('[')?;
        while self.take(']').is_err() {
            if !nodes.is_empty() {
                self.take(',')?;
            }
            nodes.push(self.node(depth)?);
        }
        Ok(Node::Array(nodes))
    }

    fn take(&mut self, character: char) -> Result<(), Unread> {
        self.rest = self.rest.trim_start().strip_prefix(character).ok_or(Unread::NotJson)?;
        Ok(())
    }

    /// A text without escapes is a piece of the JSON itself.
    fn text(&mut self) -> Result<Cow<'a, str>, Unread> {
        let inner = self.rest.strip_prefix('"').ok_or(Unread::NotJson)?;
        let mut end = 0;
        loop {
            end += inner[end..].find(['"', '\\']).ok_or(Unread::NotJson)?;
            if inner[end..].starts_with('"') {
                break;
            }
            end += 1 + inner[end + 1..].chars().next().map_or(0, char::len_utf8);
        }
        let quoted = &self.rest[..end + 2];
        self.rest = &inner[end + 1..];
        if inner[..end].contains('\\') {
            serde_json::from_str(quoted).map(Cow::Owned).map_err(|_| Unread::NotJson)
        } else {
            Ok(Cow::Borrowed(&inner[..end]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_read_as_it_stands() {
        let json =
            r#" {"a" : [1, -2.5e3 ,true,null,[],{}], "t": "\"ü\\\u0041\"", "query_location":7} "#;
        let Node::Object(object) = read(json).expect("JSON") else { panic!("no object") };
        assert_eq!((object.text("t"), object.location()), ("\"ü\\A\"", Some(7)));
        assert_eq!(object.array("a").len(), 6);
        assert!(matches!(object.array("a")[1], Node::Plain("-2.5e3")));
        let none = read(r#"{"query_location":18446744073709551615}"#);
        assert!(matches!(none, Ok(Node::Object(object)) if object.location().is_none()));
    }

    #[test]
    fn what_is_no_json_or_too_deep_is_not_read() {
        for json in ["", "{", "[1", "[1 2]", "{\"a\"}", "{\"a\":}", "\"", "\"\\", "[]]", "{1:2}"] {
            assert_eq!(read(json).expect_err("no JSON"), Unread::NotJson, "{json}");
        }
        let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(read(&nested(DEPTH)).is_ok());
        assert_eq!(read(&nested(DEPTH + 1)).expect_err("deep"), Unread::TooDeep);
    }
}
