//! A CSV text as rows of cells: RFC 4180, and which cells were in quotes.

use std::io::Read;

use domain::Result;

use super::machine::{Cell, Machine, Step};
use crate::read::text_rows::{Input, Limits, fault};

/// Reads rows.
pub(super) struct Splitter {
    input: Input,
    limits: Limits,
    machine: Machine,
    /// Bytes of the row that was read last, its end included, and the line in which it begins.
    length: usize,
    line: u64,
    /// Line breaks in it.
    breaks: u64,
}

impl Splitter {
    pub(super) fn open(reader: Box<dyn Read + Send>, limits: Limits) -> Result<Self> {
        let (input, machine) = (Input::open(reader)?, Machine::default());
        Ok(Self { input, limits, machine, length: 0, line: 1, breaks: 0 })
    }

    /// Goes to the next row; `false` at the end. It keeps no more than `most` cells, and counts them all.
    pub(super) fn next(&mut self, most: usize) -> Result<bool> {
        self.input.consume(self.length);
        self.line += self.breaks;
        (self.length, self.breaks) = (0, 0);
        self.machine.begin(most);
        loop {
            let step = self.machine.run(self.input.unread());
            if self.machine.at() > self.limits.row_bytes.saturating_add(2) {
                return Err(fault::row_too_large(self.line, "", self.limits.row_bytes));
            }
            match step {
                Step::Row => break,
                Step::Broken(what) => return Err(fault::corrupt(self.line_at(), what)),
                Step::Nul => return Err(fault::holds_nul(self.line_at())),
                Step::More if self.input.more()? => {}
                Step::More => match self.machine.end(self.input.unread()) {
                    None => return Ok(false),
                    Some(Step::Row) => break,
                    Some(Step::Broken(what)) => return Err(fault::corrupt(self.line_at(), what)),
                    Some(_) => {
                        return Err(self.cut_short());
                    }
                },
            }
        }
        self.length = self.machine.at();
        self.breaks = if self.machine.any_quoted() { self.breaks_before(self.length) } else { 1 };
        Ok(true)
    }

    /// The row's text.
    pub(super) fn text(&self) -> Result<&str> {
        let bytes = &self.input.unread()[..self.length];
        std::str::from_utf8(bytes).map_err(|error| {
            let before = &bytes[..error.valid_up_to()];
            let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
            let line = self.line + self.breaks_before(before.len());
            fault::not_utf8(line, before.len() - start)
        })
    }

    pub(super) fn cells(&self) -> &[Cell] {
        self.machine.cells()
    }

    /// How many cells the row has.
    pub(super) fn count(&self) -> usize {
        self.machine.count()
    }

    /// Whether the row is an empty line.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self.cells(), [cell] if cell.is_null()) && self.count() == 1
    }

    /// The line in which the row begins.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    pub(super) fn length(&self) -> usize {
        self.length
    }

    fn cut_short(&self) -> domain::Error {
        let opened = self.line + self.breaks_before(self.machine.cell_start());
        fault::cut_short(opened, "within a cell whose quote opens there")
    }

    /// The line up to which the row was read.
    fn line_at(&self) -> u64 {
        self.line + self.breaks_before(self.machine.at())
    }

    fn breaks_before(&self, end: usize) -> u64 {
        let bytes = self.input.unread();
        memchr::memchr_iter(b'\n', &bytes[..end.min(bytes.len())]).count() as u64
    }
}
