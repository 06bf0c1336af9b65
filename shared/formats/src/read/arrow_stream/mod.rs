//! Arrow's streaming IPC format, from someone who may want to do harm.
//!
//! The frames are read here and not by arrow-ipc's own reader, which takes the end of the input for
//! the end of the stream and allocates what a length claims. Each frame is checked before arrow-ipc
//! decodes it: nothing is allocated beyond [`Limits`], whatever a few bytes claim. arrow-ipc then
//! validates the values themselves (offsets, UTF-8, dictionary keys), and its panics are caught.

mod check;
mod frame;
mod lz4;

use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_buffer::Buffer;
use arrow_ipc::{Endianness, MessageHeader, MetadataVersion};
use arrow_schema::SchemaRef;
use bytes::Bytes;
use domain::{Error, Result};

use self::frame::{Frame, Frames};
use super::{fault, schema};

/// What is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one batch in memory, decompressed; and of all dictionaries together.
    pub batch_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { batch_bytes: 256 << 20 }
    }
}

/// A stream whose schema was read: an iterator of its batches.
///
/// After an error it ends. It ends without one only past the end-of-stream mark, with nothing behind.
pub struct ArrowStream<R> {
    frames: Frames<R>,
    limits: Limits,
    schema: SchemaRef,
    dictionaries: HashMap<i64, ArrayRef>,
    dictionary_bytes: HashMap<i64, u64>,
    ended: bool,
}

/// Reads the schema.
///
/// Errors, here and from the iterator: `Malformed` (`EMPTY_BODY`, `NOT_ARROW_STREAM`,
/// `BODY_CUT_SHORT`, `CORRUPT_BODY`), `Invalid` (`DUPLICATE_COLUMN`, `NO_COLUMNS`, `TYPE_TOO_DEEP`),
/// `TooLarge` (`BATCH_TOO_LARGE`). A [`domain::Error`] inside the reader's `io::Error` is passed on.
pub fn open<R: Read>(reader: R, limits: Limits) -> Result<ArrowStream<R>> {
    begin(reader, None, limits)
}

/// The same for a stream that is in memory: its batches are slices of it, not copies.
pub fn open_bytes(bytes: Bytes, limits: Limits) -> Result<ArrowStream<Box<dyn Read + Send>>> {
    let whole = Buffer::from(bytes.clone());
    begin(Box::new(Cursor::new(bytes)), Some(whole), limits)
}

fn begin<R: Read>(reader: R, whole: Option<Buffer>, limits: Limits) -> Result<ArrowStream<R>> {
    let mut frames = Frames::new(reader, whole, limits.batch_bytes);
    let first = frames.next()?.ok_or_else(frame::not_arrow)?;
    let schema = Arc::new(read_schema(&first)?);
    schema::check(&schema)?;
    Ok(ArrowStream {
        frames,
        limits,
        schema,
        dictionaries: HashMap::new(),
        dictionary_bytes: HashMap::new(),
        ended: false,
    })
}

fn read_schema(first: &Frame) -> Result<arrow_schema::Schema> {
    let message = first.message()?;
    let schema = message.header_as_schema().ok_or_else(frame::not_arrow)?;
    if schema.endianness() != Endianness::Little || message.version() < MetadataVersion::V4 {
        return Err(Error::malformed(
            "NOT_ARROW_STREAM",
            "The stream is big-endian or older than Arrow 0.15; write it with a newer library.",
        ));
    }
    fault::guarded(|| Ok::<_, String>(arrow_ipc::convert::fb_to_schema(schema)))
        .map_err(|what| fault::corrupt(0, what))
}

impl<R> ArrowStream<R> {
    /// The schema of every batch.
    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

impl<R: Read> ArrowStream<R> {
    /// The next batch; dictionaries on the way are kept.
    fn read(&mut self) -> Result<Option<RecordBatch>> {
        while let Some(frame) = self.frames.next()? {
            let header = frame.message()?.header_type();
            match header {
                MessageHeader::RecordBatch => return self.read_batch(&frame).map(Some),
                MessageHeader::DictionaryBatch => self.read_dictionary(&frame)?,
                MessageHeader::Schema => {
                    return Err(fault::corrupt(frame.offset, "a second schema"));
                }
                _ => return Err(fault::corrupt(frame.offset, "a message of an unknown kind")),
            }
        }
        Ok(None)
    }

    fn read_batch(&self, frame: &Frame) -> Result<RecordBatch> {
        let message = frame.message()?;
        let corrupt = |what: String| fault::corrupt(frame.offset, what);
        let batch = message.header_as_record_batch().ok_or_else(|| corrupt("no batch".into()))?;
        check::batch(frame, &batch, self.limits)?;
        let (dictionaries, version) = (&self.dictionaries, message.version());
        fault::guarded(|| {
            let schema = self.schema.clone();
            let body = &frame.body;
            arrow_ipc::reader::read_record_batch(body, batch, schema, dictionaries, None, &version)
        })
        .map_err(corrupt)
    }

    /// A dictionary takes the place of the one before it, or is added to it.
    fn read_dictionary(&mut self, frame: &Frame) -> Result<()> {
        let message = frame.message()?;
        let corrupt = |what: String| fault::corrupt(frame.offset, what);
        let lacks = || corrupt("a dictionary without values".into());
        let dictionary = message.header_as_dictionary_batch().ok_or_else(lacks)?;
        let bytes = check::batch(frame, &dictionary.data().ok_or_else(lacks)?, self.limits)?;
        let kept = self.dictionary_bytes.entry(dictionary.id()).or_default();
        *kept = if dictionary.isDelta() { kept.saturating_add(bytes) } else { bytes };
        if self.dictionary_bytes.values().sum::<u64>() > self.limits.batch_bytes {
            let limit = self.limits.batch_bytes;
            return Err(fault::too_large(frame.offset, "dictionaries", limit));
        }
        let (dictionaries, version) = (&mut self.dictionaries, message.version());
        fault::guarded(|| {
            let (body, schema) = (&frame.body, &self.schema);
            arrow_ipc::reader::read_dictionary(body, dictionary, schema, dictionaries, &version)
        })
        .map_err(corrupt)
    }
}

impl<R: Read> Iterator for ArrowStream<R> {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.read().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}
