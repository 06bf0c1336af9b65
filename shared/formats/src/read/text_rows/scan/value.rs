//! Numbers, and values of any kind as they stand.

use super::{Scan, Scanner};

impl<'a> Scanner<'a> {
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
