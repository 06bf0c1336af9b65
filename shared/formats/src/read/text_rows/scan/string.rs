//! Strings.

use std::borrow::Cow;

use super::{Scan, Scanner};

impl<'a> Scanner<'a> {
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
}
