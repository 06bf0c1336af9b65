//! One column of a batch, whose values can be written as JSON or as a CSV cell.

use std::ops::Range;

use arrow_array::{Array, RecordBatch};
use arrow_buffer::NullBuffer;
use arrow_schema::Field;
use domain::Result;

use super::number;

mod nested;
mod open;
mod temporal;

/// The values of one array.
pub(crate) struct Cells<'a> {
    nulls: Option<NullBuffer>,
    values: Values<'a>,
}

type Write<'a> = Box<dyn Fn(usize, &mut Vec<u8>) + 'a>;
type Of<'a, T> = Box<dyn Fn(usize) -> T + 'a>;

enum Values<'a> {
    /// Numbers, `true`, `false`: the same text everywhere.
    Bare(Write<'a>),
    /// ASCII without anything to escape: in quotes in JSON, as it is in CSV.
    Plain(Write<'a>),
    /// A float: [`Values::Bare`], but NaN and the infinities are [`Values::Plain`].
    Float(Of<'a, f64>, Write<'a>),
    /// Text of any kind.
    Text(Of<'a, &'a str>),
    /// Text of a column whose DuckDB type is a whole number that Arrow has no type for.
    Integer(Of<'a, &'a str>),
    List(Of<'a, Range<usize>>, Box<Cells<'a>>),
    Map(Of<'a, Range<usize>>, Box<[Cells<'a>; 2]>),
    /// What stands before each value, from the opening brace on; what stands after the last.
    Struct(Vec<Vec<u8>>, u8, Vec<Cells<'a>>),
    /// A value of another array: dictionaries and run ends.
    Picked(Of<'a, usize>, Box<Cells<'a>>),
    /// A value of one of several arrays.
    Union(Of<'a, (usize, usize)>, Vec<Cells<'a>>),
    /// NULL in every row.
    Nothing,
}

impl<'a> Cells<'a> {
    /// The values of a result's column, whose DuckDB type is `type`.
    pub(crate) fn of_column(array: &'a dyn Array, field: &Field, r#type: &str) -> Result<Self> {
        let mut cells = Self::open(array, field)?;
        if matches!(r#type, "HUGEINT" | "UHUGEINT" | "BIGNUM")
            && let Values::Text(text) = cells.values
        {
            cells.values = Values::Integer(text);
        }
        Ok(cells)
    }

    /// The columns of a batch, whose DuckDB types are `types`.
    pub(crate) fn of_batch<'t>(
        batch: &'a RecordBatch,
        types: impl Iterator<Item = &'t str>,
    ) -> Result<Vec<Self>> {
        let fields = batch.schema_ref().fields();
        let columns = batch.columns().iter().zip(fields).zip(types);
        columns.map(|((array, field), r#type)| Self::of_column(array, field, r#type)).collect()
    }

    /// The value of `row` as text: text and times as they are, anything else as JSON.
    pub(crate) fn text(&self, row: usize) -> Option<String> {
        let mut out = Vec::new();
        match &self.values {
            _ if self.is_null(row) => return None,
            Values::Plain(write) => write(row, &mut out),
            _ => self.json(row, &mut out),
        }
        Some(String::from_utf8_lossy(&out).into_owned())
    }

    fn is_null(&self, row: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    }

    /// Writes the value of `row` as JSON.
    pub(crate) fn json(&self, row: usize, out: &mut Vec<u8>) {
        if self.is_null(row) {
            out.extend_from_slice(b"null");
            return;
        }
        match &self.values {
            Values::Bare(write) => write(row, out),
            Values::Plain(write) => quoted(|out| write(row, out), out),
            Values::Float(value, write) => match number::special(value(row)) {
                Some(name) => quoted(|out| out.extend_from_slice(name.as_bytes()), out),
                None => write(row, out),
            },
            Values::Text(text) => push_text(text(row), out),
            Values::Integer(text) if number::is_integer(text(row)) => {
                out.extend_from_slice(text(row).as_bytes());
            }
            Values::Integer(text) => push_text(text(row), out),
            Values::List(range, values) => list(range(row), values, out),
            Values::Map(range, entries) => map(range(row), entries, out),
            Values::Struct(before, after, fields) => {
                for (before, field) in before.iter().zip(fields) {
                    out.extend_from_slice(before);
                    field.json(row, out);
                }
                out.push(*after);
            }
            Values::Picked(index, values) => values.json(index(row), out),
            Values::Union(place, children) => {
                let (child, row) = place(row);
                children[child].json(row, out);
            }
            Values::Nothing => out.extend_from_slice(b"null"),
        }
    }

    /// Writes the value of `row` as a CSV cell: nothing for NULL, `""` for empty text, nested values
    /// as JSON text.
    pub(crate) fn csv(&self, row: usize, out: &mut Vec<u8>) {
        if self.is_null(row) {
            return;
        }
        match &self.values {
            Values::Bare(write) => write(row, out),
            Values::Plain(write) => {
                let start = out.len();
                write(row, out);
                if out.len() == start {
                    push_cell(b"", out);
                }
            }
            Values::Float(value, write) => match number::special(value(row)) {
                Some(name) => out.extend_from_slice(name.as_bytes()),
                None => write(row, out),
            },
            Values::Text(text) | Values::Integer(text) => push_cell(text(row).as_bytes(), out),
            Values::Picked(index, values) => values.csv(index(row), out),
            Values::Union(place, children) => {
                let (child, row) = place(row);
                children[child].csv(row, out);
            }
            Values::Nothing => {}
            Values::List(..) | Values::Map(..) | Values::Struct(..) => {
                let mut json = Vec::new();
                self.json(row, &mut json);
                push_cell(&json, out);
            }
        }
    }

    /// Writes the value of `row` as the key of a JSON object: text as it is, else its JSON in quotes.
    fn key(&self, row: usize, out: &mut Vec<u8>) {
        let start = out.len();
        self.json(row, out);
        if out.get(start) != Some(&b'"') {
            let json = String::from_utf8_lossy(&out.split_off(start)).into_owned();
            push_text(&json, out);
        }
    }
}

fn list(range: Range<usize>, values: &Cells<'_>, out: &mut Vec<u8>) {
    out.push(b'[');
    for (position, row) in range.enumerate() {
        if position > 0 {
            out.push(b',');
        }
        values.json(row, out);
    }
    out.push(b']');
}

fn map(range: Range<usize>, entries: &[Cells<'_>; 2], out: &mut Vec<u8>) {
    out.push(b'{');
    for (position, row) in range.enumerate() {
        if position > 0 {
            out.push(b',');
        }
        entries[0].key(row, out);
        out.push(b':');
        entries[1].json(row, out);
    }
    out.push(b'}');
}

fn quoted(write: impl Fn(&mut Vec<u8>), out: &mut Vec<u8>) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

/// Text as a JSON string.
pub(crate) fn push_text(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("text is written to memory");
}

/// Text as a CSV cell, in quotes where RFC 4180 asks for them, and where it is empty: that is how it
/// differs from NULL.
pub(crate) fn push_cell(text: &[u8], out: &mut Vec<u8>) {
    let plain = |byte: &u8| !matches!(byte, b'"' | b',' | b'\r' | b'\n');
    if !text.is_empty() && text.iter().all(plain) {
        out.extend_from_slice(text);
        return;
    }
    out.push(b'"');
    for piece in text.split_inclusive(|byte| *byte == b'"') {
        out.extend_from_slice(piece);
        if piece.ends_with(b"\"") {
            out.push(b'"');
        }
    }
    out.push(b'"');
}
