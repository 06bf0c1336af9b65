//! Arrow's streaming IPC format, not compressed: this path is as hot as the engine is fast.
//!
//! arrow-ipc's `StreamWriter` copies each batch twice and more. Here a batch goes out as it is
//! (`record_batch`), or with one copy.

use arrow_array::RecordBatch;
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

/// Up to here, copying two pieces into one costs less than sending two.
const SMALL: usize = 64 << 10;

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
    fn push(&self, message: EncodedData, pieces: &mut Vec<Bytes>) -> Result<()> {
        let EncodedData { ipc_message, arrow_data } = message;
        let head = EncodedData { ipc_message, arrow_data: Vec::new() };
        let mut framed = Vec::new();
        write_message(&mut framed, head, &self.options).map_err(Error::internal)?;
        if arrow_data.len() <= SMALL {
            framed.extend_from_slice(&arrow_data);
            pieces.push(framed.into());
        } else {
            pieces.extend([framed.into(), arrow_data.into()]);
        }
        Ok(())
    }
}

impl Encoder for ArrowStreamEncoder {
    fn start(&mut self) -> Result<Bytes> {
        let message = self.generator.schema_to_bytes_with_dictionary_tracker(
            &self.schema,
            &mut self.dictionaries,
            &self.options,
        );
        let mut pieces = Vec::new();
        self.push(message, &mut pieces)?;
        Ok(pieces.concat().into())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Bytes> {
        let mut pieces = self.pieces(batch)?;
        match pieces.len() {
            1 => Ok(pieces.swap_remove(0)),
            _ => Ok(pieces.concat().into()),
        }
    }

    fn pieces(&mut self, batch: &RecordBatch) -> Result<Vec<Bytes>> {
        if let Some(pieces) = record_batch::pieces(batch) {
            return Ok(pieces);
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
            self.push(message, &mut pieces)?;
        }
        Ok(pieces)
    }

    fn finish(self: Box<Self>, _summary: &Summary) -> Result<Bytes> {
        Ok(Bytes::from_static(END))
    }
}
