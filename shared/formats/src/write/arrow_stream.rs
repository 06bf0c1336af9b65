//! Arrow's streaming IPC format, not compressed: this path is as hot as the engine is fast.
//!
//! arrow-ipc's `StreamWriter` copies each batch twice and more. Here a batch goes out as it is
//! (`record_batch`), or with one copy.

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::writer::{
    CompressionContext, DictionaryTracker, EncodedData, IpcDataGenerator, IpcWriteOptions,
    write_message,
};
use arrow_schema::SchemaRef;
use bytes::Bytes;
use domain::{Error, Result};

use super::{Encoder, Summary, record_batch};

/// The end-of-stream mark: a message of no length.
const END: &[u8] = &[0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];

pub(super) struct ArrowStreamEncoder {
    schema: SchemaRef,
    generator: IpcDataGenerator,
    options: IpcWriteOptions,
    dictionaries: DictionaryTracker,
    compression: CompressionContext,
}

impl ArrowStreamEncoder {
    pub(super) fn new(schema: SchemaRef) -> Self {
        Self {
            schema,
            generator: IpcDataGenerator::default(),
            options: IpcWriteOptions::default(),
            dictionaries: DictionaryTracker::new(false),
            compression: CompressionContext::default(),
        }
    }

    /// A message: what it says of its body, framed, then the body.
    fn framed(&self, ipc_message: Vec<u8>, body: Vec<Buffer>) -> Result<Vec<Bytes>> {
        let head = EncodedData { ipc_message, arrow_data: Vec::new() };
        let mut framed = Vec::new();
        write_message(&mut framed, head, &self.options).map_err(Error::internal)?;
        Ok(record_batch::pieces(framed, body))
    }

    fn copied(&self, message: EncodedData) -> Result<Vec<Bytes>> {
        self.framed(message.ipc_message, vec![Buffer::from_vec(message.arrow_data)])
    }
}

impl Encoder for ArrowStreamEncoder {
    fn start(&mut self) -> Result<Bytes> {
        let message = self.generator.schema_to_bytes_with_dictionary_tracker(
            &self.schema,
            &mut self.dictionaries,
            &self.options,
        );
        Ok(self.copied(message)?.concat().into())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Bytes> {
        let mut pieces = self.pieces(batch)?;
        match pieces.len() {
            1 => Ok(pieces.swap_remove(0)),
            _ => Ok(pieces.concat().into()),
        }
    }

    fn pieces(&mut self, batch: &RecordBatch) -> Result<Vec<Bytes>> {
        if let Some((message, body)) = record_batch::encode(batch) {
            return self.framed(message, body);
        }
        let encoded = self.generator.encode(
            batch,
            &mut self.dictionaries,
            &self.options,
            &mut self.compression,
        );
        let (dictionaries, rows) = encoded.map_err(Error::internal)?;
        let mut pieces = Vec::new();
        for message in dictionaries.into_iter().chain([rows]) {
            pieces.extend(self.copied(message)?);
        }
        Ok(pieces)
    }

    fn finish(self: Box<Self>, _summary: &Summary) -> Result<Bytes> {
        Ok(Bytes::from_static(END))
    }
}
