//! An Arrow stream that comes piece by piece.

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::reader::StreamDecoder;
use arrow_schema::SchemaRef;
use bytes::Bytes;
use domain::{Error, Result};

/// Makes batches of the pieces, as soon as one is whole. The stream is one of ours: what is wrong with it is
/// our fault.
#[derive(Default)]
pub struct ArrowPieces {
    decoder: StreamDecoder,
    piece: Buffer,
}

impl ArrowPieces {
    /// The next piece, once [`ArrowPieces::batch`] wants more.
    pub fn push(&mut self, piece: Bytes) {
        self.piece = Buffer::from(piece);
    }

    /// The next batch; `None` if it wants another piece.
    pub fn batch(&mut self) -> Result<Option<RecordBatch>> {
        self.decoder.decode(&mut self.piece).map_err(Error::internal)
    }

    /// The columns, once they have come.
    pub fn schema(&self) -> Option<SchemaRef> {
        self.decoder.schema()
    }

    /// No piece follows. Errors: `Internal` for a stream without its end mark.
    pub fn finish(&mut self) -> Result<()> {
        self.decoder.finish().map_err(Error::internal)
    }
}
