//! RFC 4180: a header, then rows. An empty cell is NULL, `""` is empty text.

use std::borrow::Cow;
use std::io::Read;

use domain::{Column, Error, Result};

mod header;
mod machine;
mod split;

use self::machine::Cell;
use self::split::Splitter;
use super::text_rows::{self, Columns};
pub use super::text_rows::{Limits, TextRows};

/// Reads the header of rows of a table of `columns`. The batches have those that the header names.
///
/// Errors, here and from the iterator: `Malformed` (`EMPTY_BODY`, `CORRUPT_BODY`, `BODY_CUT_SHORT`),
/// `Invalid` (`UNKNOWN_COLUMN`, `DUPLICATE_COLUMN`, `SCHEMA_MISMATCH`, `ROW_LENGTH`,
/// `NULL_NOT_ALLOWED`, `VALUE_NOT_ALLOWED`, `VALUE_TOO_DEEP`), `TooLarge` (`ROW_TOO_LARGE`). A
/// [`domain::Error`] inside the reader's `io::Error` is passed on.
pub fn open(reader: Box<dyn Read + Send>, columns: &[Column], limits: Limits) -> Result<TextRows> {
    text_rows::open_csv(reader, columns, limits)
}

pub(super) struct CsvRows {
    splitter: Splitter,
    /// Of each cell, which column it is of.
    places: Vec<usize>,
}

impl CsvRows {
    pub(super) fn open(
        reader: Box<dyn Read + Send>,
        columns: &[Column],
        limits: Limits,
    ) -> Result<(Self, Columns)> {
        let mut splitter = Splitter::open(reader, limits)?;
        let (places, columns) = header::read(&mut splitter, columns, limits)?;
        Ok((Self { splitter, places }, columns))
    }

    /// Reads a row; what it takes, or `None` at the end.
    pub(super) fn read(&mut self, columns: &mut Columns) -> Result<Option<usize>> {
        let splitter = &mut self.splitter;
        if !splitter.next(self.places.len())? {
            return Ok(None);
        }
        let line = splitter.line();
        if splitter.count() != self.places.len() {
            let (count, empty) = (splitter.count(), splitter.is_empty());
            // An empty line at the very end is none.
            if empty && !splitter.next(self.places.len())? {
                return Ok(None);
            }
            return Err(row_length(line, if empty { 0 } else { count }, self.places.len()));
        }
        let text = splitter.text()?;
        for (cell, place) in splitter.cells().iter().zip(&self.places) {
            if cell.is_null() {
                columns.null(*place, line)?;
            } else {
                columns.text(*place, &unquoted(text, cell), line)?;
            }
        }
        let taken = columns.end_row(line)?;
        Ok(Some(taken + splitter.length()))
    }
}

/// What a cell says.
fn unquoted<'a>(row: &'a str, cell: &Cell) -> Cow<'a, str> {
    let text = &row[cell.start..cell.end];
    if cell.doubled { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) }
}

fn row_length(line: u64, found: usize, expected: usize) -> Error {
    let detail = format!(
        "The row that begins in line {line} has {found} cells, and the header {expected}; give each \
         row as many. Nothing was appended."
    );
    Error::invalid("ROW_LENGTH", detail)
}
