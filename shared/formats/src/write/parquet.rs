//! Parquet with Snappy, a row group at a time, its columns on all cores.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use bytes::Bytes;
use domain::{Error, Result};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnWriter, ArrowLeafColumn, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;

use super::cores::on_all_cores;
use super::{Encoder, Summary};
use crate::text::Cells;

/// A row group is closed once its encoded pages take so much memory, or it has so many rows.
const ROW_GROUP_BYTES: usize = 32 << 20;
const ROW_GROUP_ROWS: usize = 1 << 20;

/// Rows that are written before another thread would have begun.
const FEW: usize = 2_048;

/// A dictionary that grows beyond this is of values that hardly repeat: what it saves is less than what it takes.
const DICTIONARY_BYTES: usize = 128 << 10;

pub(super) struct ParquetEncoder {
    schema: SchemaRef,
    file: SerializedFileWriter<Vec<u8>>,
    groups: ArrowRowGroupWriterFactory,
    /// The columns of the row group that is open, each with what it is nested of; none if none is open.
    open: Vec<ArrowColumnWriter>,
    rows: usize,
}

impl ParquetEncoder {
    pub(super) fn new(schema: &Schema) -> Result<Self> {
        let fields: Vec<Field> = schema.fields().iter().map(|field| stored_field(field)).collect();
        let schema = Arc::new(Schema::new(fields));
        // As DuckDB's own files: the least and greatest value of a column in a row group, not of each page.
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_dictionary_page_size_limit(DICTIONARY_BYTES)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .set_created_by("eider".to_owned())
            .build();
        let writer = ArrowWriter::try_new(Vec::new(), schema.clone(), Some(properties));
        let (file, groups) =
            writer.and_then(ArrowWriter::into_serialized_writer).map_err(Error::internal)?;
        Ok(Self { schema, file, groups, open: Vec::new(), rows: 0 })
    }

    fn write(&mut self, columns: &[ArrayRef], rows: usize) -> Result<(), ParquetError> {
        if rows == 0 {
            return Ok(());
        }
        if self.open.is_empty() {
            let group = self.file.flushed_row_groups().len();
            self.open = self.groups.create_column_writers(group)?;
        }
        let leaves = columns.iter().zip(self.schema.fields());
        let leaves = leaves.map(|(column, field)| compute_leaves(field, column));
        let leaves: Vec<Vec<ArrowLeafColumn>> = leaves.collect::<Result<_, _>>()?;
        let leaves: Vec<ArrowLeafColumn> = leaves.into_iter().flatten().collect();
        let mut open = self.open.iter_mut().zip(&leaves);
        if rows <= FEW {
            open.try_for_each(|(column, leaf)| column.write(leaf))?;
        } else {
            on_all_cores(open, |(column, leaf)| column.write(leaf))?;
        }
        self.rows += rows;
        let bytes: usize = self.open.iter().map(ArrowColumnWriter::memory_size).sum();
        if bytes >= ROW_GROUP_BYTES || self.rows >= ROW_GROUP_ROWS {
            self.close_group()?;
        }
        Ok(())
    }

    fn close_group(&mut self) -> Result<(), ParquetError> {
        if self.open.is_empty() {
            return Ok(());
        }
        self.rows = 0;
        let mut group = self.file.next_row_group()?;
        for column in std::mem::take(&mut self.open) {
            column.close()?.append_to_row_group(&mut group)?;
        }
        group.close().map(drop)
    }

    /// What is written and was not yet taken: the writer keeps count of positions itself.
    fn written(&mut self) -> Result<Bytes> {
        self.file.flush().map_err(Error::internal)?;
        Ok(std::mem::take(self.file.inner_mut()).into())
    }
}

impl Encoder for ParquetEncoder {
    fn start(&mut self) -> Result<Bytes> {
        self.written()
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Bytes> {
        let columns = batch.columns().iter().zip(batch.schema_ref().fields());
        let stored: Result<Vec<ArrayRef>> = columns
            .zip(self.schema.fields())
            .map(|((array, field), stored)| store(array, field, stored))
            .collect();
        self.write(&stored?, batch.num_rows()).map_err(Error::internal)?;
        self.written()
    }

    fn finish(mut self: Box<Self>, _summary: &Summary) -> Result<Bytes> {
        self.close_group().map_err(Error::internal)?;
        self.file.finish().map_err(Error::internal)?;
        self.written()
    }
}

/// The field as Parquet can hold it without loss. It has no seconds: they become milliseconds. Its
/// intervals are cut to milliseconds and it has no unions: both become text as in JSON, and so does
/// a nested column with one of them inside.
fn stored_field(field: &Field) -> Field {
    let stored = stored_type(field.data_type()).unwrap_or(DataType::Utf8);
    field.clone().with_data_type(stored).with_nullable(true)
}

/// The type it is cast to, or `None` for text.
fn stored_type(data_type: &DataType) -> Option<DataType> {
    use DataType as D;
    let stored = |field: &Arc<Field>| {
        let data_type = stored_type(field.data_type())?;
        Some(Arc::new(field.as_ref().clone().with_data_type(data_type)))
    };
    Some(match data_type {
        D::Timestamp(TimeUnit::Second, zone) => D::Timestamp(TimeUnit::Millisecond, zone.clone()),
        D::Time32(TimeUnit::Second) => D::Time32(TimeUnit::Millisecond),
        D::Interval(_) | D::Union(..) => return None,
        D::List(field) | D::ListView(field) => D::List(stored(field)?),
        D::LargeList(field) | D::LargeListView(field) => D::LargeList(stored(field)?),
        D::FixedSizeList(field, length) => D::FixedSizeList(stored(field)?, *length),
        D::Map(entries, sorted) => D::Map(stored(entries)?, *sorted),
        D::Struct(fields) => D::Struct(fields.iter().map(stored).collect::<Option<Fields>>()?),
        D::Dictionary(_, values) => stored_type(values)?,
        D::RunEndEncoded(_, values) => stored_type(values.data_type())?,
        other => other.clone(),
    })
}

fn store(array: &ArrayRef, field: &Field, stored: &Field) -> Result<ArrayRef> {
    if array.data_type() == stored.data_type() {
        return Ok(array.clone());
    }
    if stored_type(field.data_type()).is_some() {
        return arrow_cast::cast(array, stored.data_type()).map_err(Error::internal);
    }
    let cells = Cells::of_column(array, field, "")?;
    let texts = (0..array.len()).map(|row| cells.text(row));
    Ok(Arc::new(texts.collect::<StringArray>()))
}
