//! Parquet with Snappy, a row group at a time.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use bytes::Bytes;
use domain::{Error, Result};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::{Encoder, Summary};
use crate::text::Cells;

/// A row group is closed once its encoded pages take so much memory.
const ROW_GROUP_BYTES: usize = 32 << 20;

pub(super) struct ParquetEncoder {
    schema: SchemaRef,
    writer: ArrowWriter<Vec<u8>>,
}

impl ParquetEncoder {
    pub(super) fn new(schema: &Schema) -> Result<Self> {
        let fields: Vec<Field> = schema.fields().iter().map(|field| stored_field(field)).collect();
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by("eider".to_owned())
            .build();
        let writer = ArrowWriter::try_new(Vec::new(), schema.clone(), Some(properties))
            .map_err(Error::internal)?;
        Ok(Self { schema, writer })
    }

    /// What is written and was not yet taken: the writer keeps count of positions itself.
    fn written(&mut self) -> Result<Bytes> {
        self.writer.sync().map_err(Error::internal)?;
        Ok(std::mem::take(self.writer.inner_mut()).into())
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
        let batch = RecordBatch::try_new(self.schema.clone(), stored?).map_err(Error::internal)?;
        self.writer.write(&batch).map_err(Error::internal)?;
        if self.writer.memory_size() >= ROW_GROUP_BYTES {
            self.writer.flush().map_err(Error::internal)?;
        }
        self.written()
    }

    fn finish(mut self: Box<Self>, _summary: &Summary) -> Result<Bytes> {
        self.writer.finish().map_err(Error::internal)?;
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
