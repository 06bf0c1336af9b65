//! Frames of a stream: a length, a flatbuffer that says what follows, and a body.

use std::io::{self, BufReader, Read};

use arrow_buffer::{Buffer, MutableBuffer};
use arrow_ipc::{Message, root_as_message};
use domain::{Error, Result};

use crate::read::fault;

const CONTINUATION: [u8; 4] = [0xFF; 4];

/// Bytes of one flatbuffer: a schema of a thousand columns with their metadata takes a hundredth.
const METADATA_BYTES: u64 = 16 << 20;

/// A body grows by no more than this before its bytes have come.
const STEP: usize = 1 << 20;

pub(super) struct Frames<R> {
    reader: BufReader<R>,
    /// What the reader reads, where all of it is in memory: bodies are slices of it.
    whole: Option<Buffer>,
    offset: u64,
    body_bytes: u64,
}

pub(super) struct Frame {
    metadata: Vec<u8>,
    pub(super) body: Buffer,
    /// Where in the stream it begins.
    pub(super) offset: u64,
}

impl Frame {
    pub(super) fn message(&self) -> Result<Message<'_>> {
        root_as_message(&self.metadata).map_err(|error| match error.to_string() {
            text if text.contains("depth limit") => {
                Error::invalid("TYPE_TOO_DEEP", "A column nests too deep; flatten it.")
            }
            _ if self.offset == 0 => not_arrow(),
            _ => fault::corrupt(self.offset, "its metadata cannot be read"),
        })
    }
}

impl<R: Read> Frames<R> {
    pub(super) fn new(reader: R, whole: Option<Buffer>, body_bytes: u64) -> Self {
        let reader = BufReader::with_capacity(64 << 10, reader);
        Self { reader, whole, offset: 0, body_bytes }
    }

    /// The next frame; `None` at the end-of-stream mark, if nothing stands behind it.
    pub(super) fn next(&mut self) -> Result<Option<Frame>> {
        let offset = self.offset;
        let length = self.metadata_length()?;
        if length == 0 {
            self.expect_end()?;
            return Ok(None);
        }
        if u64::from(length) > METADATA_BYTES {
            let what = "its metadata claims to be larger than any";
            return Err(if offset == 0 { not_arrow() } else { fault::corrupt(offset, what) });
        }
        let mut metadata = Vec::new();
        let wanted = u64::from(length);
        let got = (&mut self.reader).take(wanted).read_to_end(&mut metadata);
        self.count(got, wanted)?;
        let mut frame = Frame { metadata, body: Buffer::from([]), offset };
        let claimed = frame.message()?.bodyLength();
        let length = u64::try_from(claimed)
            .map_err(|_| fault::corrupt(offset, "its length is less than nothing"))?;
        if length > self.body_bytes {
            return Err(fault::too_large(offset, "a batch", self.body_bytes));
        }
        frame.body = self.body(length)?;
        Ok(Some(frame))
    }

    /// Four bytes, after a mark that streams older than 0.15 do not have.
    fn metadata_length(&mut self) -> Result<u32> {
        let first = self.word()?;
        Ok(u32::from_le_bytes(if first == CONTINUATION { self.word()? } else { first }))
    }

    fn word(&mut self) -> Result<[u8; 4]> {
        let (start, mut word) = (self.offset, Vec::new());
        let got = (&mut self.reader).take(4).read_to_end(&mut word).map_err(fault::of_reader)?;
        if start == 0 {
            check_start(&word)?;
        }
        self.count(Ok(got), 4)?;
        Ok([word[0], word[1], word[2], word[3]])
    }

    /// Reads a body: what is allocated follows what has come.
    fn body(&mut self, length: u64) -> Result<Buffer> {
        if let Some(whole) = self.whole.clone() {
            let start = self.offset as usize;
            let got = io::copy(&mut (&mut self.reader).take(length), &mut io::sink());
            self.count(got.map(|got| got as usize), length)?;
            return Ok(whole.slice_with_length(start, length as usize));
        }
        // It is within the limit, which is less than the address space.
        let length = length as usize;
        let mut body = MutableBuffer::new(length.min(STEP));
        while body.len() < length {
            let filled = body.len();
            let until = length.min(filled.max(STEP / 2) * 2);
            body.resize(until, 0);
            let got = read_full(&mut self.reader, &mut body.as_slice_mut()[filled..]);
            self.count(got, (until - filled) as u64)?;
        }
        Ok(body.into())
    }

    fn expect_end(&mut self) -> Result<()> {
        let mut byte = [0];
        match read_full(&mut self.reader, &mut byte).map_err(fault::of_reader)? {
            0 => Ok(()),
            _ => Err(Error::malformed(
                "CORRUPT_BODY",
                format!(
                    "The stream ends at byte {} and the body goes on; send one stream.",
                    self.offset
                ),
            )),
        }
    }

    fn count(&mut self, got: std::io::Result<usize>, wanted: u64) -> Result<()> {
        let got = got.map_err(fault::of_reader)? as u64;
        self.offset += got;
        if got == wanted {
            return Ok(());
        }
        Err(fault::cut_short(self.offset, "before its end-of-stream mark"))
    }
}

/// Fills `into` as far as the input goes.
fn read_full(reader: &mut impl Read, into: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < into.len() {
        match reader.read(&mut into[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The first bytes tell what else it is.
fn check_start(word: &[u8]) -> Result<()> {
    match word {
        [] => Err(fault::empty()),
        b"ARRO" => Err(Error::malformed(
            "NOT_ARROW_STREAM",
            "The body is an Arrow file; send a stream (in pyarrow `ipc.new_stream`, in polars \
             `write_ipc_stream`).",
        )),
        b"PAR1" => Err(Error::malformed(
            "NOT_ARROW_STREAM",
            "The body is Parquet; send it as `Content-Type: application/vnd.apache.parquet`.",
        )),
        word if word.len() < 4 && !CONTINUATION.starts_with(word) => Err(not_arrow()),
        _ => Ok(()),
    }
}

pub(super) fn not_arrow() -> Error {
    Error::malformed(
        "NOT_ARROW_STREAM",
        "The body is not a stream in Arrow's IPC format; send one that begins with a schema.",
    )
}
