//! A caller's text, and the same as DuckDB reads it.

use super::{lexer, position};

/// A text whose bytes stand where the parser says.
pub(super) struct Source<'t> {
    /// As it came.
    pub(super) text: &'t str,
    /// With plain spaces in place of Unicode's, byte for byte: DuckDB does the same, but with one byte
    /// for each, so that what it says of places would be wrong.
    pub(super) plain: String,
}

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, plain: lexer::with_plain_spaces(text) }
    }

    /// Line and column of a character of `plain`, counted from 0: the parser counts so.
    pub(super) fn position(&self, character: usize) -> (u32, u32) {
        let byte = self.plain.char_indices().nth(character).map(|(byte, _)| byte);
        position::of_byte(self.text, byte.unwrap_or(self.text.len()))
    }
}
