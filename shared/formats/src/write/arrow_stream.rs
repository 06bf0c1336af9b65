//! Arrow's streaming IPC format, not compressed: this path is as hot as the engine is fast.

use arrow_array::RecordBatch;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::SchemaRef;
use bytes::Bytes;
use domain::{Error, Result};

use super::{Encoder, Summary};

pub(super) struct ArrowStreamEncoder {
    schema: SchemaRef,
    writer: Option<StreamWriter<Vec<u8>>>,
}

impl ArrowStreamEncoder {
    pub(super) fn new(schema: SchemaRef) -> Self {
        Self { schema, writer: None }
    }

    /// The writer, which writes the schema when it is made.
    fn writer(&mut self) -> Result<&mut StreamWriter<Vec<u8>>> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => StreamWriter::try_new(Vec::new(), &self.schema).map_err(Error::internal)?,
        };
        Ok(self.writer.insert(writer))
    }
}

impl Encoder for ArrowStreamEncoder {
    fn start(&mut self) -> Result<Bytes> {
        Ok(std::mem::take(self.writer()?.get_mut()).into())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Bytes> {
        let writer = self.writer()?;
        writer.get_mut().reserve(batch.get_array_memory_size());
        writer.write(batch).map_err(Error::internal)?;
        Ok(std::mem::take(writer.get_mut()).into())
    }

    fn finish(mut self: Box<Self>, _summary: &Summary) -> Result<Bytes> {
        let writer = self.writer()?;
        writer.finish().map_err(Error::internal)?;
        Ok(std::mem::take(writer.get_mut()).into())
    }
}
