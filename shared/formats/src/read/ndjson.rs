//! One JSON object a line.

use std::io::Read;

use domain::{Column, Error, Result};

use super::text_rows::scan::{Broken, Scanner, What};
use super::text_rows::{self, Columns, Input, fault, shortened};
pub use super::text_rows::{Limits, TextRows};

/// Reads rows of a table of `columns`. All of them are in the batches: what a line leaves out is the
/// column's default, or NULL.
///
/// Errors, here and from the iterator: `Malformed` (`EMPTY_BODY`, `CORRUPT_BODY`, `BODY_CUT_SHORT`),
/// `Invalid` (`NOT_AN_OBJECT`, `UNKNOWN_COLUMN`, `DUPLICATE_COLUMN`, `NULL_NOT_ALLOWED`,
/// `VALUE_NOT_ALLOWED`, `VALUE_TOO_DEEP`), `TooLarge` (`ROW_TOO_LARGE`). A [`domain::Error`] inside the
/// reader's `io::Error` is passed on.
pub fn open(reader: Box<dyn Read + Send>, columns: &[Column], limits: Limits) -> Result<TextRows> {
    text_rows::open_ndjson(reader, columns, limits)
}

pub(super) struct NdjsonRows {
    input: Input,
    limits: Limits,
    /// The line that was read last.
    line: u64,
}

impl NdjsonRows {
    pub(super) fn open(reader: Box<dyn Read + Send>, limits: Limits) -> Result<Self> {
        Ok(Self { input: Input::open(reader)?, limits, line: 0 })
    }

    /// Reads a row; what it takes, or `None` at the end.
    pub(super) fn read(&mut self, columns: &mut Columns) -> Result<Option<usize>> {
        loop {
            let (length, whole) = self.find_line()?;
            if length == 0 {
                return Ok(None);
            }
            self.line += 1;
            let text = self.text(length)?;
            let taken = if text.trim_ascii().is_empty() {
                None
            } else {
                Some(read_row(text, self.line, whole, columns)?)
            };
            self.input.consume(length);
            if let Some(taken) = taken {
                return Ok(Some(taken + length));
            }
        }
    }

    /// Bytes of the next line, its end included, and whether it has one.
    fn find_line(&mut self) -> Result<(usize, bool)> {
        let mut searched = 0;
        loop {
            let unread = self.input.unread();
            let end = memchr::memchr(b'\n', &unread[searched..]).map(|at| searched + at + 1);
            searched = unread.len();
            if end.unwrap_or(searched) > self.limits.row_bytes.saturating_add(1) {
                return Err(fault::row_too_large(self.line + 1, "", self.limits.row_bytes));
            }
            match end {
                Some(end) => return Ok((end, true)),
                None if !self.input.more()? => return Ok((searched, false)),
                None => {}
            }
        }
    }

    fn text(&self, length: usize) -> Result<&str> {
        std::str::from_utf8(&self.input.unread()[..length])
            .map_err(|error| fault::not_utf8(self.line, error.valid_up_to()))
    }
}

/// Reads one line; `whole` if a line break ends it.
fn read_row(text: &str, line: u64, whole: bool, columns: &mut Columns) -> Result<usize> {
    let mut scanner = Scanner::new(text);
    let row = read_object(&mut scanner, text, line, columns);
    let row = row.and_then(|()| columns.end_row(line));
    row.map_err(|error| match error.error_code {
        // A last line without its end, and not whole either, was cut.
        "CORRUPT_BODY" if !whole && is_cut(text) => fault::cut_short(line, "within its JSON"),
        _ => error,
    })
}

fn is_cut(text: &str) -> bool {
    matches!(Scanner::new(text).value(), Err(broken) if broken.what == What::Cut)
}

fn read_object(
    scanner: &mut Scanner<'_>,
    text: &str,
    line: u64,
    columns: &mut Columns,
) -> Result<()> {
    if !scanner.take(b'{') {
        return Err(not_an_object(line, text));
    }
    let not_json = |broken: Broken| fault::not_json(line, text, broken.at, broken.what);
    let mut first = true;
    while !scanner.take(b'}') {
        if !first {
            scanner.expect(b',', "a comma or a closing brace is missing").map_err(not_json)?;
        }
        let key = scanner.key().map_err(not_json)?;
        let Some(index) = columns.find(&key) else { return Err(unknown(line, &key)) };
        if columns.is_filled(index) {
            return Err(twice(line, columns.name(index)));
        }
        columns.json(index, scanner, text, line)?;
        first = false;
    }
    scanner.expect_end().map_err(not_json)
}

fn not_an_object(line: u64, text: &str) -> Error {
    let found = shortened(text.trim_ascii());
    let detail = format!("Line {line} is `{found}`, and not a JSON object; write each row as one.");
    Error::invalid("NOT_AN_OBJECT", detail)
}

fn unknown(line: u64, key: &str) -> Error {
    let key = shortened(key);
    let detail = format!(
        "Line {line} has the field `{key}`, which is no column of the table; leave it out. Nothing \
         was appended."
    );
    Error::invalid("UNKNOWN_COLUMN", detail)
        .field(key, format!("line {line}: is not a column of the table"))
}

fn twice(line: u64, name: &str) -> Error {
    let detail = format!(
        "Line {line} has the field `{name}` twice (names are equal without case); send it once. \
         Nothing was appended."
    );
    Error::invalid("DUPLICATE_COLUMN", detail).field(name, format!("stands twice in line {line}"))
}
