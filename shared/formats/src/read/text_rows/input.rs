//! The body's bytes, as far as they are needed for one row.

use std::io::{ErrorKind, Read};

use domain::Result;

use crate::read::fault;

/// What is read at once, unless a row is longer.
const STEP: usize = 256 << 10;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

pub(in crate::read) struct Input {
    reader: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
}

impl Input {
    /// At the body's first byte, past a byte order mark.
    ///
    /// Errors: `Malformed` (`EMPTY_BODY`).
    pub(in crate::read) fn open(reader: Box<dyn Read + Send>) -> Result<Self> {
        let mut input = Self { reader, buffer: Vec::new(), start: 0, end: 0, ended: false };
        while input.unread().len() < BYTE_ORDER_MARK.len() && input.more()? {}
        if input.unread().starts_with(BYTE_ORDER_MARK) {
            input.consume(BYTE_ORDER_MARK.len());
        }
        while input.unread().is_empty() && input.more()? {}
        if input.unread().is_empty() { Err(fault::empty()) } else { Ok(input) }
    }

    /// What was read and not consumed.
    pub(in crate::read) fn unread(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    pub(in crate::read) fn consume(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.end);
    }

    /// Reads on; `false` at the body's end. Places in [`Self::unread`] stay as they are.
    ///
    /// Each row moves what came of it at most once, and from then on the buffer grows by as much as it
    /// has: no input is quadratic.
    pub(in crate::read) fn more(&mut self) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.end == self.buffer.len() {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            } else {
                self.buffer.resize(self.buffer.len() + self.buffer.len().max(STEP), 0);
            }
        }
        loop {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(read) => {
                    self.end += read;
                    self.ended = read == 0;
                    return Ok(read > 0);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(fault::of_reader(error)),
            }
        }
    }
}
