//! The sources: each opens its spool anew for each reader.

use std::io::Read;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::{FieldRef, SchemaRef};
use domain::{Column, Error, Result};
use formats::{Format, arrow_stream, compression, csv, ndjson, parquet};
use service::{RowSource, Spool};
use tempfile::NamedTempFile;

use super::Encoding;

type Batches = Box<dyn Iterator<Item = Result<RecordBatch>> + Send>;

/// The bytes as they were before they were packed.
pub(super) fn unpack(reader: Box<dyn Read + Send>, encoding: Encoding) -> Box<dyn Read + Send> {
    match encoding.compression {
        Some(packed) => compression::decode(reader, packed, encoding.most_unpacked),
        None => reader,
    }
}

/// A Parquet file.
pub(super) struct ParquetRows {
    schema: SchemaRef,
    file: NamedTempFile,
}

impl ParquetRows {
    pub(super) fn new(schema: SchemaRef, file: NamedTempFile) -> Self {
        Self { schema, file }
    }
}

impl RowSource for ParquetRows {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn parquet_file(&self) -> Option<&Path> {
        Some(self.file.path())
    }

    fn batches(&self) -> Result<Batches> {
        Ok(Box::new(parquet::rows(self.file.reopen().map_err(Error::internal)?)?))
    }
}

/// The names of the body's columns that become JSON or VARIANT, in part or whole: by the table's columns, or
/// where a table is made of the body by what that says.
pub(super) fn documents(schema: &SchemaRef, columns: &[Column]) -> Vec<String> {
    let made = if columns.is_empty() { service::columns_of(schema).ok() } else { None };
    let columns = made.as_deref().unwrap_or(columns);
    let becomes = |field: &&FieldRef| {
        let mut columns = columns.iter();
        let column = columns.find(|c| c.name.as_str().eq_ignore_ascii_case(field.name()));
        column.is_some_and(|column| column.r#type.holds_documents())
    };
    schema.fields().iter().filter(becomes).map(|field| field.name().clone()).collect()
}

/// An Arrow stream.
pub(super) struct ArrowRows {
    schema: SchemaRef,
    spool: Spool,
    encoding: Encoding,
    documents: Vec<String>,
}

type Stream = arrow_stream::ArrowStream<Box<dyn Read + Send>>;

impl ArrowRows {
    pub(super) fn open(spool: Spool, encoding: Encoding, columns: &[Column]) -> Result<Self> {
        let schema = stream(&spool, encoding)?.schema();
        let documents = documents(&schema, columns);
        Ok(Self { schema, spool, encoding, documents })
    }
}

fn stream(spool: &Spool, encoding: Encoding) -> Result<Stream> {
    let limits = arrow_stream::Limits::default();
    match spool.in_memory() {
        Some(bytes) if encoding.compression.is_none() => {
            arrow_stream::open_bytes(bytes.clone(), limits)
        }
        _ => arrow_stream::open(unpack(spool.reader()?, encoding), limits),
    }
}

impl RowSource for ArrowRows {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn parquet_file(&self) -> Option<&Path> {
        None
    }

    fn batches(&self) -> Result<Batches> {
        let stream = stream(&self.spool, self.encoding)?;
        if self.documents.is_empty() {
            return Ok(Box::new(stream));
        }
        let documents = self.documents.clone();
        Ok(Box::new(stream.map(move |batch| {
            batch.and_then(|batch| formats::check_depth(&batch, &documents).map(|()| batch))
        })))
    }
}

/// CSV or NDJSON, whose values are read for the columns of a table.
pub(super) struct TextRows {
    schema: SchemaRef,
    spool: Spool,
    encoding: Encoding,
    columns: Vec<Column>,
}

impl TextRows {
    pub(super) fn open(spool: Spool, encoding: Encoding, columns: Vec<Column>) -> Result<Self> {
        let schema = text(&spool, encoding, &columns)?.schema();
        Ok(Self { schema, spool, encoding, columns })
    }
}

fn text(spool: &Spool, encoding: Encoding, columns: &[Column]) -> Result<csv::TextRows> {
    let reader = unpack(spool.reader()?, encoding);
    match encoding.format {
        Format::Csv => csv::open(reader, columns, csv::Limits::default()),
        _ => ndjson::open(reader, columns, ndjson::Limits::default()),
    }
}

impl RowSource for TextRows {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn is_fitted(&self) -> bool {
        true
    }

    fn parquet_file(&self) -> Option<&Path> {
        None
    }

    fn batches(&self) -> Result<Batches> {
        Ok(Box::new(text(&self.spool, self.encoding, &self.columns)?))
    }
}
