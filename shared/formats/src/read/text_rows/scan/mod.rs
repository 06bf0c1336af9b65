//! JSON, read token by token out of one text: RFC 8259, nothing more.
//!
//! serde_json hands numbers out only as text of their own (with `arbitrary_precision`) and cannot hand
//! out a value as it stands together with where it stands; here numbers and values are slices of the
//! line. No token is read by recursion, so that depth costs no stack.

use std::borrow::Cow;

mod string;
mod value;

/// Levels of arrays and objects in one value.
pub(in crate::read) const DEPTH: usize = 500;

/// What is wrong with a text that should be JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::read) struct Broken {
    /// Where, in bytes.
    pub(in crate::read) at: usize,
    pub(in crate::read) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::read) enum What {
    /// The text ends within a value.
    Cut,
    /// More than [`DEPTH`] levels.
    TooDeep,
    Wrong(&'static str),
}

type Scan<T> = Result<T, Broken>;

#[derive(Debug, Clone)]
pub(in crate::read) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// Containers around the place.
    depth: usize,
}

impl<'a> Scanner<'a> {
    pub(in crate::read) fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// What is left.
    pub(in crate::read) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no white space.
    pub(in crate::read) fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    /// Whether `byte` comes next; then it is taken.
    pub(in crate::read) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(in crate::read) fn expect(&mut self, byte: u8, lacks: &'static str) -> Scan<()> {
        if self.take(byte) { Ok(()) } else { Err(self.broken(lacks)) }
    }

    pub(in crate::read) fn expect_end(&mut self) -> Scan<()> {
        if self.peek().is_none() { Ok(()) } else { Err(self.broken("something stands behind it")) }
    }

    fn broken(&self, what: &'static str) -> Broken {
        let ended = self.at >= self.text.len();
        Broken { at: self.at, what: if ended { What::Cut } else { What::Wrong(what) } }
    }

    /// Goes into an array or object, whose bracket is taken.
    pub(in crate::read) fn enter(&mut self, bracket: u8) -> Scan<()> {
        self.expect(bracket, "a bracket is missing")?;
        if self.depth == DEPTH {
            return Err(Broken { at: self.at, what: What::TooDeep });
        }
        self.depth += 1;
        Ok(())
    }

    /// Whether another item comes in the array or object that `close` ends; `first` if none did yet.
    pub(in crate::read) fn more(&mut self, close: u8, first: bool) -> Scan<bool> {
        if self.take(close) {
            self.depth -= 1;
            return Ok(false);
        }
        if !first {
            self.expect(b',', "a comma or a closing bracket is missing")?;
        }
        Ok(true)
    }

    /// The key of an object's next item, and the colon.
    pub(in crate::read) fn key(&mut self) -> Scan<Cow<'a, str>> {
        let key = self.string()?;
        self.expect(b':', "a colon is missing")?;
        Ok(key)
    }

    /// `true`, `false` or `null`.
    pub(in crate::read) fn word(&mut self, word: &'static str) -> Scan<()> {
        self.peek();
        let rest = self.rest();
        if rest.starts_with(word) {
            self.at += word.len();
            return Ok(());
        }
        if word.starts_with(rest) {
            self.at = self.text.len();
        }
        Err(self.broken("a value is missing"))
    }
}

/// Whether a text is one JSON document.
pub(super) fn document(text: &str) -> Scan<()> {
    let mut scanner = Scanner::new(text);
    scanner.value()?;
    scanner.expect_end()
}
