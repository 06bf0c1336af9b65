//! What the tests of CSV and NDJSON bodies share.

use std::io::{Cursor, Read};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use domain::{Code, Column, ColumnType, Error, Literal, Name, Result};
use formats::csv::{Limits, TextRows};
use formats::{csv, ndjson};

/// A column that may be NULL; with `!` in front of its type, one that may not.
pub(crate) fn column(name: &str, r#type: &str) -> Column {
    let (nullable, r#type) = match r#type.strip_prefix('!') {
        Some(r#type) => (false, r#type),
        None => (true, r#type),
    };
    Column {
        name: Name::parse("column", name).expect("a name"),
        r#type: ColumnType::parse(r#type).expect("a type"),
        nullable,
        default: None,
        comment: None,
    }
}

pub(crate) fn with_default(name: &str, r#type: &str, default: Literal) -> Column {
    Column { default: Some(default), ..column(name, r#type) }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Csv,
    Ndjson,
}

pub(crate) fn open(
    kind: Kind,
    body: impl AsRef<[u8]>,
    columns: &[Column],
    limits: Limits,
) -> Result<TextRows> {
    open_reader(kind, Box::new(Cursor::new(body.as_ref().to_vec())), columns, limits)
}

pub(crate) fn open_reader(
    kind: Kind,
    reader: Box<dyn Read + Send>,
    columns: &[Column],
    limits: Limits,
) -> Result<TextRows> {
    fn is_send<T: Send>(rows: T) -> T {
        rows
    }
    is_send(match kind {
        Kind::Csv => csv::open(reader, columns, limits),
        Kind::Ndjson => ndjson::open(reader, columns, limits),
    })
}

/// All rows, or the first error.
pub(crate) fn read(
    kind: Kind,
    body: impl AsRef<[u8]>,
    columns: &[Column],
) -> Result<Vec<RecordBatch>> {
    open(kind, body, columns, Limits::default())?.collect()
}

/// The rows as one batch.
#[track_caller]
pub(crate) fn one(kind: Kind, body: impl AsRef<[u8]>, columns: &[Column]) -> RecordBatch {
    let batches = match read(kind, &body, columns) {
        Ok(batches) => batches,
        Err(error) => panic!("{error:?} of {}", String::from_utf8_lossy(body.as_ref())),
    };
    assert_eq!(batches.len(), 1);
    batches[0].clone()
}

pub(crate) fn schema(kind: Kind, body: &str, columns: &[Column]) -> SchemaRef {
    open(kind, body, columns, Limits::default()).expect("a schema").schema()
}

#[track_caller]
pub(crate) fn error(kind: Kind, body: impl AsRef<[u8]>, columns: &[Column]) -> Error {
    let error = read(kind, body, columns).expect_err("an error");
    assert!(is_the_callers(&error), "{error:?}");
    error
}

#[track_caller]
pub(crate) fn code(kind: Kind, body: impl AsRef<[u8]>, columns: &[Column]) -> &'static str {
    error(kind, body, columns).error_code
}

pub(crate) fn is_the_callers(error: &Error) -> bool {
    matches!(error.code, Code::Malformed | Code::Invalid | Code::TooLarge)
}

/// The fields that an error names.
pub(crate) fn fields(error: &Error) -> Vec<&str> {
    error.fields.iter().map(|field| field.field.as_str()).collect()
}

/// Gives its bytes in pieces of one to a few bytes.
pub(crate) struct Trickle(pub(crate) Vec<u8>, pub(crate) usize);

impl Read for Trickle {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let step = (self.1 % 5 + 1).min(buffer.len()).min(self.0.len() - self.1.min(self.0.len()));
        buffer[..step].copy_from_slice(&self.0[self.1..self.1 + step]);
        self.1 += step;
        Ok(step)
    }
}
