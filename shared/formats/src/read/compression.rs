//! Bodies that came compressed, unpacked as they are read: never more than a limit, and with memory
//! that no few bytes can blow up.

use std::io::{self, BufReader, ErrorKind, Read};

use domain::{Code, Error};

mod source;

use self::source::Source;

/// What a body's `Content-Encoding` may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compression {
    /// RFC 1952, of one member or several.
    Gzip,
    /// RFC 8878, of one frame or several.
    Zstd,
}

/// A zstd frame may look back by 2 to this many bytes (128 MiB): what `zstd --ultra -22` writes.
const WINDOW_LOG: u32 = 27;

impl Compression {
    /// The compression that `Content-Encoding` names, in any case; `None` for one that is not taken.
    pub fn from_content_encoding(name: &str) -> Option<Self> {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        match name {
            _ if is("gzip") || is("x-gzip") => Some(Self::Gzip),
            _ if is("zstd") => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The name in `Content-Encoding`.
    pub fn content_encoding(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// Unpacks `reader`, up to `most_bytes` of what comes out. An empty body stays one.
///
/// Errors of the reader that comes back are a [`domain::Error`] inside of an `io::Error`: `Malformed`
/// (`CORRUPT_BODY`, `BODY_CUT_SHORT`), `TooLarge` (`BODY_UNPACKS_TOO_LARGE`), and whatever `reader`
/// fails with.
pub fn decode(
    reader: Box<dyn Read + Send>,
    compression: Compression,
    most_bytes: u64,
) -> Box<dyn Read + Send> {
    let source = BufReader::with_capacity(64 << 10, Source::new(reader));
    Box::new(Unpacked { state: State::New(source), compression, unpacked: 0, most_bytes })
}

struct Unpacked {
    state: State,
    compression: Compression,
    unpacked: u64,
    most_bytes: u64,
}

enum State {
    /// Nothing was read yet.
    New(BufReader<Source>),
    Unpacking(Box<dyn Read + Send>),
    /// The end, or an error that was told.
    Ended,
}

impl Unpacked {
    fn begin(&mut self, mut source: BufReader<Source>) -> io::Result<()> {
        if io::BufRead::fill_buf(&mut source)?.is_empty() {
            return Ok(());
        }
        self.state = State::Unpacking(match self.compression {
            Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(source)),
            Compression::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(source)?;
                decoder.window_log_max(WINDOW_LOG)?;
                Box::new(decoder)
            }
        });
        Ok(())
    }

    fn step(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let State::New(_) = self.state
            && let State::New(source) = std::mem::replace(&mut self.state, State::Ended)
        {
            self.begin(source)?;
        }
        let State::Unpacking(decoder) = &mut self.state else { return Ok(0) };
        let read = loop {
            match decoder.read(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.unpacked += read as u64;
        if self.unpacked > self.most_bytes {
            return Err(io::Error::other(self.too_large()));
        }
        Ok(read)
    }

    fn too_large(&self) -> Error {
        Error::new(
            Code::TooLarge,
            "BODY_UNPACKS_TOO_LARGE",
            format!(
                "The body is {} that unpacks to more than {} bytes; send smaller pieces.",
                self.compression.content_encoding(),
                self.most_bytes
            ),
        )
    }

    /// What the decoder says, as an error for the caller; what the source says stays as it is.
    fn explain(&self, error: io::Error) -> io::Error {
        if error.get_ref().is_some_and(|inner| inner.is::<Error>()) {
            return error;
        }
        let name = self.compression.content_encoding();
        let text = error.to_string();
        io::Error::other(match error.kind() {
            ErrorKind::UnexpectedEof => Error::malformed(
                "BODY_CUT_SHORT",
                format!("The body ends before its {name} data does; send it whole."),
            ),
            _ if text.contains("too much memory") => Error::new(
                Code::TooLarge,
                "BODY_UNPACKS_TOO_LARGE",
                format!(
                    "The body's zstd data looks back by more than {} bytes; write it without \
                     `--long`, or with `--long={WINDOW_LOG}`.",
                    1_u64 << WINDOW_LOG
                ),
            ),
            _ => Error::malformed(
                "CORRUPT_BODY",
                format!(
                    "The body is not {name} data all through, as Content-Encoding says: {text}."
                ),
            ),
        })
    }
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        self.step(buffer).map_err(|error| {
            self.state = State::Ended;
            self.explain(error)
        })
    }
}
