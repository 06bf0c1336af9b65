//! JSON, read token by token out of one text: RFC 8259, nothing more.
//!
//! serde_json hands numbers out only as text of their own (with `arbitrary_precision`) and cannot hand
//! out a value as it stands together with where it stands; here numbers and values are slices of the
//! line. No token is read by recursion, so that depth costs no stack.

use std::borrow::Cow;

/// Levels of arrays and objects in one value.
pub(super) const DEPTH: usize = 500;

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

    /// A string.
    pub(in crate::read) fn string(&mut self) -> Scan<Cow<'a, str>> {
        self.expect(b'"', "a string in double quotes is missing")?;
        let start = self.at;
        let mut text = Cow::Borrowed("");
        loop {
            let piece = self.plain_text();
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    if start + piece.len() + 1 == self.at {
                        return Ok(Cow::Borrowed(piece));
                    }
                    text.to_mut().push_str(piece);
                    return Ok(text);
                }
                Some(b'\\') => {
                    text.to_mut().push_str(piece);
                    let character = self.escape()?;
                    text.to_mut().push(character);
                }
                _ => {
                    return Err(
                        self.broken("a string holds a control character; write it as `\\u00…`")
                    );
                }
            }
        }
    }

    /// What stands before the next quote, backslash or control character.
    fn plain_text(&mut self) -> &'a str {
        let start = self.at;
        let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
        let rest = &self.text.as_bytes()[start..];
        self.at += rest.iter().position(special).unwrap_or(rest.len());
        &self.text[start..self.at]
    }

    fn escape(&mut self) -> Scan<char> {
        self.at += 1;
        let character = match self.byte() {
            Some(plain @ (b'"' | b'\\' | b'/')) => plain.into(),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.broken("a backslash in a string begins no escape")),
        };
        self.at += 1;
        Ok(character)
    }

    /// `\u00fc`, or two of them for one character.
    fn unicode(&mut self) -> Scan<char> {
        const LONE: &str = "a string holds half of a surrogate pair";
        let first = self.hex()?;
        if !(0xD800..0xDC00).contains(&first) {
            return char::from_u32(first).ok_or_else(|| self.broken(LONE));
        }
        if !self.rest().starts_with("\\u") {
            return Err(self.broken(LONE));
        }
        self.at += 1;
        let second = self.hex()?;
        if !(0xDC00..0xE000).contains(&second) {
            return Err(self.broken(LONE));
        }
        let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        char::from_u32(code).ok_or_else(|| self.broken(LONE))
    }

    /// The four digits behind a `u`.
    fn hex(&mut self) -> Scan<u32> {
        self.at += 1;
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.byte().and_then(|byte| char::from(byte).to_digit(16));
            code = code * 16 + digit.ok_or_else(|| self.broken("a `\\u` lacks its four digits"))?;
            self.at += 1;
        }
        Ok(code)
    }

    /// A number, as it is written.
    pub(in crate::read) fn number(&mut self) -> Scan<&'a str> {
        const WRONG: &str = "a number is not written as JSON writes it";
        self.peek();
        let start = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        let zero = self.byte() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || (zero && whole > 1) {
            return Err(self.broken(WRONG));
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.broken(WRONG));
            }
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            if self.digits() == 0 {
                return Err(self.broken(WRONG));
            }
        }
        Ok(&self.text[start..self.at])
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
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

    /// Any value, as it is written.
    pub(in crate::read) fn value(&mut self) -> Scan<&'a str> {
        self.peek();
        let (start, outside) = (self.at, self.depth);
        let mut open: Vec<u8> = Vec::new();
        let mut first;
        loop {
            first = self.single(&mut open)?;
            // Behind a value, or at the first item of a container.
            loop {
                let Some(close) = open.last().copied() else {
                    self.depth = outside;
                    return Ok(&self.text[start..self.at]);
                };
                if self.more(close, first)? {
                    if close == b'}' {
                        self.key()?;
                    }
                    break;
                }
                open.pop();
                first = false;
            }
        }
    }

    /// A value that holds none, or the opening of one that may: whether it was an opening.
    fn single(&mut self, open: &mut Vec<u8>) -> Scan<bool> {
        match self.peek() {
            Some(bracket @ (b'{' | b'[')) => {
                self.enter(bracket)?;
                open.push(if bracket == b'{' { b'}' } else { b']' });
                return Ok(true);
            }
            Some(b'"') => drop(self.string()?),
            Some(b't') => self.word("true")?,
            Some(b'f') => self.word("false")?,
            Some(b'n') => self.word("null")?,
            Some(b'-' | b'0'..=b'9') => drop(self.number()?),
            _ => return Err(self.broken("a value is missing")),
        }
        Ok(false)
    }
}

/// Whether a text is one JSON document.
pub(super) fn document(text: &str) -> Scan<()> {
    let mut scanner = Scanner::new(text);
    scanner.value()?;
    scanner.expect_end()
}
