//! A request's body, kept so that it can be read more than once: small in memory, large in a file.

use std::fs::File;
use std::io::{BufReader, Read, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use domain::{Error, Result};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::write::hex;

/// A whole body, its length and its digest.
pub struct Spool {
    kept: Kept,
    /// Bytes.
    pub length: u64,
    /// SHA-256 in hexadecimal, the payload under an idempotency key; empty where it was not asked for.
    pub digest: String,
}

enum Kept {
    Memory(Bytes),
    File(NamedTempFile),
}

/// Memory that is taken before anything came; it is only reserved until it is written to.
const ROOM: usize = 64 << 20;

/// A body on its way in.
pub struct SpoolWriter {
    folder: PathBuf,
    in_memory: usize,
    memory: Vec<u8>,
    file: Option<NamedTempFile>,
    hasher: Option<Sha256>,
    length: u64,
}

impl SpoolWriter {
    /// Keeps up to `in_memory` bytes in memory, more in a file in `folder`. So many are `announced`:
    /// room is made for them at once, but not for more than a client that lies could make us keep. The
    /// digest is made only of what has an idempotency key: it takes as long as receiving.
    pub fn new(folder: &Path, in_memory: usize, announced: Option<u64>, digest: bool) -> Self {
        let announced = announced.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or_default();
        let room = if announced <= in_memory { announced.min(ROOM) } else { 0 };
        Self {
            folder: folder.to_owned(),
            in_memory,
            memory: Vec::with_capacity(room),
            file: None,
            hasher: digest.then(Sha256::new),
            length: 0,
        }
    }

    /// Takes the next piece. Blocks for the disk once the body is large.
    pub fn push(&mut self, piece: &[u8]) -> Result<()> {
        if let Some(hasher) = &mut self.hasher {
            hasher.update(piece);
        }
        self.length += piece.len() as u64;
        if self.file.is_none() && self.memory.len() + piece.len() <= self.in_memory {
            self.memory.extend_from_slice(piece);
            return Ok(());
        }
        let spilled = std::mem::take(&mut self.memory);
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(spill(&self.folder, &spilled)?),
        };
        file.write_all(piece).map_err(Error::internal)
    }

    /// Bytes taken so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The body is whole.
    pub fn finish(self) -> Spool {
        let kept = match self.file {
            Some(file) => Kept::File(file),
            None => Kept::Memory(self.memory.into()),
        };
        let digest = self.hasher.map(|hasher| hex(&hasher.finalize())).unwrap_or_default();
        Spool { kept, length: self.length, digest }
    }
}

/// The name says nothing of the caller and has the ending that DuckDB expects.
fn spill(folder: &Path, bytes: &[u8]) -> Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix("spool-")
        .suffix(".parquet")
        .tempfile_in(folder)
        .map_err(Error::internal)?;
    file.write_all(bytes).map_err(Error::internal)?;
    Ok(file)
}

impl Spool {
    /// Reads from the start.
    pub fn reader(&self) -> Result<Box<dyn Read + Send>> {
        match &self.kept {
            Kept::Memory(bytes) => Ok(Box::new(std::io::Cursor::new(bytes.clone()))),
            Kept::File(_) => Ok(Box::new(BufReader::new(self.reopen()?))),
        }
    }

    /// The file of a large body, from its start.
    pub fn reopen(&self) -> Result<File> {
        match &self.kept {
            Kept::Memory(_) => Err(Error::internal("a small body has no file")),
            Kept::File(file) => file.reopen().map_err(Error::internal),
        }
    }

    /// The body in memory, if it is small.
    pub fn in_memory(&self) -> Option<&Bytes> {
        match &self.kept {
            Kept::Memory(bytes) => Some(bytes),
            Kept::File(_) => None,
        }
    }

    /// The body as a file in `folder`, which is written now if it was small.
    pub fn into_file(self, folder: &Path) -> Result<NamedTempFile> {
        match self.kept {
            Kept::Memory(bytes) => spill(folder, &bytes),
            Kept::File(file) => Ok(file),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spool(in_memory: usize, pieces: &[&[u8]]) -> Spool {
        let folder = std::env::temp_dir();
        let mut writer = SpoolWriter::new(&folder, in_memory, Some(6), true);
        for piece in pieces {
            writer.push(piece).expect("spooled");
        }
        writer.finish()
    }

    fn read(spool: &Spool) -> Vec<u8> {
        let mut all = Vec::new();
        spool.reader().expect("a reader").read_to_end(&mut all).expect("read");
        all
    }

    #[test]
    fn small_in_memory_and_large_in_a_file_read_alike_and_twice() {
        for in_memory in [0, 4, 6, 100] {
            let spool = spool(in_memory, &[b"abc", b"", b"def"]);
            assert_eq!(spool.in_memory().is_some(), in_memory >= 6, "{in_memory}");
            assert_eq!(read(&spool), b"abcdef");
            assert_eq!(read(&spool), b"abcdef");
            assert_eq!(spool.length, 6);
            assert!(spool.digest.starts_with("bef57ec7f53a6d40beb640a780a639c8"));
        }
    }
}
