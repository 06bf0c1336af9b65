//! Bytes packed as they are written.

use std::io::Write;

use bytes::Bytes;
use domain::{Error, Result};

use crate::compression::Compression;

/// What goes over a wire once is packed with little work, by either.
const LEVEL: u32 = 1;

/// Packs what it is given; what it gives out, in order, is one gzip member or zstd frame.
///
/// Without [`Packer::finish`] that lacks its end, so that a reader notices.
pub enum Packer {
    /// RFC 1952.
    Gzip(flate2::write::GzEncoder<Vec<u8>>),
    /// RFC 8878; at this level with a window of 512 kB, well below the 8 MB that browsers take.
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
}

impl Packer {
    /// A new one.
    pub fn new(compression: Compression) -> Result<Self> {
        Ok(match compression {
            Compression::Gzip => Self::Gzip(flate2::write::GzEncoder::new(
                Vec::new(),
                flate2::Compression::new(LEVEL),
            )),
            Compression::Zstd => {
                let encoder = zstd::stream::write::Encoder::new(Vec::new(), LEVEL as i32);
                Self::Zstd(encoder.map_err(Error::internal)?)
            }
        })
    }

    /// Takes bytes in; what is ready to go out, which may be nothing.
    pub fn pack(&mut self, bytes: &[u8]) -> Result<Bytes> {
        self.writer().write_all(bytes).map_err(Error::internal)?;
        Ok(self.ready())
    }

    /// All that was taken in and is not out yet: a reader can unpack so far.
    pub fn flush(&mut self) -> Result<Bytes> {
        self.writer().flush().map_err(Error::internal)?;
        Ok(self.ready())
    }

    /// The rest, and the end.
    pub fn finish(self) -> Result<Bytes> {
        let rest = match self {
            Self::Gzip(encoder) => encoder.finish(),
            Self::Zstd(encoder) => encoder.finish(),
        };
        rest.map(Bytes::from).map_err(Error::internal)
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Gzip(encoder) => encoder,
            Self::Zstd(encoder) => encoder,
        }
    }

    fn ready(&mut self) -> Bytes {
        let out = match self {
            Self::Gzip(encoder) => encoder.get_mut(),
            Self::Zstd(encoder) => encoder.get_mut(),
        };
        std::mem::take(out).into()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::compression::decode;

    const BOTH: [Compression; 2] = [Compression::Gzip, Compression::Zstd];

    fn unpacked(packed: Vec<u8>, compression: Compression) -> (Vec<u8>, bool) {
        let mut reader = decode(Box::new(std::io::Cursor::new(packed)), compression, u64::MAX);
        let mut text = Vec::new();
        let is_whole = reader.read_to_end(&mut text).is_ok();
        (text, is_whole)
    }

    #[test]
    fn what_was_taken_in_comes_out_and_is_smaller() {
        let rows: Vec<String> = (0..200_000).map(|n| format!("{n},some text\n")).collect();
        let text = rows.concat().into_bytes();
        for compression in BOTH {
            let mut packer = Packer::new(compression).expect("a packer");
            let mut packed = Vec::new();
            for piece in text.chunks(70_001) {
                packed.extend(packer.pack(piece).expect("packs"));
            }
            assert!(!packed.is_empty(), "{compression:?} keeps all of it to the end");
            packed.extend(packer.finish().expect("ends"));
            assert!(packed.len() < text.len() / 3, "{compression:?}: {}", packed.len());
            assert_eq!(unpacked(packed, compression), (text.clone(), true));
        }
    }

    #[test]
    fn what_is_flushed_is_readable_and_not_whole() {
        for compression in BOTH {
            let mut packer = Packer::new(compression).expect("a packer");
            let mut packed = packer.pack(b"one,").expect("packs").to_vec();
            packed.extend(packer.flush().expect("flushes"));
            assert_eq!(unpacked(packed.clone(), compression), (b"one,".to_vec(), false));
            packed.extend(packer.pack(b"two").expect("packs"));
            packed.extend(packer.finish().expect("ends"));
            assert_eq!(unpacked(packed, compression), (b"one,two".to_vec(), true));
        }
    }

    #[test]
    fn nothing_packed_is_an_empty_body_with_its_end() {
        for compression in BOTH {
            let packed = Packer::new(compression).expect("a packer").finish().expect("ends");
            assert_eq!(unpacked(packed.to_vec(), compression), (Vec::new(), true));
        }
    }
}
