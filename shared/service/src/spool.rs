//! A request's body, kept so that it can be read more than once: in memory, or in a file.

use std::fs::File;
use std::io::{BufReader, Read, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use domain::{Error, Result};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::memory::{KeptMap, Memory};
use crate::write::hex;

/// Where the bodies of a process wait: so many bytes of them together in memory, the rest in files. Half as
/// many bytes at most are kept for the next one.
pub struct Spools {
    folder: Arc<Path>,
    room: Room,
    kept_map: KeptMap,
}

/// Bytes of memory that bodies may still take.
#[derive(Clone)]
struct Room(Arc<AtomicUsize>);

/// Bytes taken of the room, given back when this goes.
struct Taken {
    room: Room,
    bytes: usize,
}

/// A whole body, its length and its digest.
pub struct Spool {
    kept: Kept,
    folder: Arc<Path>,
    /// Bytes.
    pub length: u64,
    /// SHA-256 in hexadecimal, the payload under an idempotency key; empty where it was not asked for.
    pub digest: String,
}

enum Kept {
    Memory(Bytes, #[expect(dead_code, reason = "held as long as the bytes")] Taken),
    File(NamedTempFile),
}

/// A body on its way in.
pub struct SpoolWriter {
    folder: Arc<Path>,
    taken: Taken,
    memory: Memory,
    file: Option<NamedTempFile>,
    hasher: Option<Sha256>,
    length: u64,
}

impl Room {
    fn left(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Taken {
    /// Takes more, if there is as much.
    fn grow(&mut self, bytes: usize) -> bool {
        let left = |left: usize| left.checked_sub(bytes);
        let grown = self.room.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_ok();
        self.bytes += if grown { bytes } else { 0 };
        grown
    }

    fn give_back(&mut self) {
        self.room.0.fetch_add(std::mem::take(&mut self.bytes), Ordering::Relaxed);
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl Spools {
    /// Files in `folder`, which is there; `in_memory` bytes at most in memory at once.
    pub fn new(folder: &Path, in_memory: usize) -> Self {
        let room = Room(Arc::new(AtomicUsize::new(in_memory)));
        Self { folder: folder.into(), room, kept_map: KeptMap::at_most(in_memory / 2) }
    }

    /// A new body. Where there is no room for what is `announced` it goes to a file at once; else the
    /// room is taken as the bytes come, so that one who only promises many takes none from others.
    /// The digest is made only of what has an idempotency key: it takes as long as receiving.
    pub fn begin(&self, announced: Option<u64>, digest: bool) -> Result<SpoolWriter> {
        let announced = announced.map_or(Some(0), |bytes| usize::try_from(bytes).ok());
        let expected = announced.filter(|bytes| *bytes <= self.room.left());
        let file = if expected.is_some() { None } else { Some(spill(&self.folder, &[])?) };
        Ok(SpoolWriter {
            folder: self.folder.clone(),
            taken: Taken { room: self.room.clone(), bytes: 0 },
            memory: Memory::with_capacity(expected.unwrap_or_default(), &self.kept_map),
            file,
            hasher: digest.then(Sha256::new),
            length: 0,
        })
    }
}

impl SpoolWriter {
    /// Takes the next piece. Blocks for the disk once there is no more memory.
    pub fn push(&mut self, piece: &[u8]) -> Result<()> {
        if let Some(hasher) = &mut self.hasher {
            hasher.update(piece);
        }
        self.length += piece.len() as u64;
        if self.file.is_none() && self.has_room(piece.len()) {
            self.memory.push(piece);
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let spilled = std::mem::take(&mut self.memory);
                let file = none.insert(spill(&self.folder, spilled.as_slice())?);
                self.taken.give_back();
                file
            }
        };
        file.write_all(piece).map_err(Error::internal)
    }

    fn has_room(&mut self, more: usize) -> bool {
        let missing = (self.memory.len() + more).saturating_sub(self.taken.bytes);
        self.taken.grow(missing)
    }

    /// Bytes taken so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The body is whole.
    pub fn finish(self) -> Spool {
        let kept = match self.file {
            Some(file) => Kept::File(file),
            None => Kept::Memory(self.memory.into_bytes(), self.taken),
        };
        let digest = self.hasher.map(|hasher| hex(&hasher.finalize())).unwrap_or_default();
        Spool { kept, folder: self.folder, length: self.length, digest }
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
    /// What `unpack` makes of it, in a file; its digest is that of the body as it came.
    pub fn unpacked(
        self,
        unpack: impl FnOnce(Box<dyn Read + Send>) -> Box<dyn Read + Send>,
    ) -> Result<Self> {
        let mut file = NamedTempFile::new_in(&self.folder).map_err(Error::internal)?;
        let mut reader = unpack(self.reader()?);
        let length = std::io::copy(&mut reader, &mut file).map_err(of_reader)?;
        Ok(Self { kept: Kept::File(file), folder: self.folder, length, digest: self.digest })
    }

    /// Reads from the start.
    pub fn reader(&self) -> Result<Box<dyn Read + Send>> {
        match &self.kept {
            Kept::Memory(bytes, _) => Ok(Box::new(std::io::Cursor::new(bytes.clone()))),
            Kept::File(_) => Ok(Box::new(BufReader::new(self.reopen()?))),
        }
    }

    /// The file of a body that is not in memory, from its start.
    pub fn reopen(&self) -> Result<File> {
        match &self.kept {
            Kept::Memory(..) => Err(Error::internal("a body in memory has no file")),
            Kept::File(file) => file.reopen().map_err(Error::internal),
        }
    }

    /// The body, if it is in memory.
    pub fn in_memory(&self) -> Option<&Bytes> {
        match &self.kept {
            Kept::Memory(bytes, _) => Some(bytes),
            Kept::File(_) => None,
        }
    }

    /// The whole body in memory: for one that is small, wherever it waits.
    pub fn bytes(&self) -> Result<Bytes> {
        if let Kept::Memory(bytes, _) = &self.kept {
            return Ok(bytes.clone());
        }
        let mut bytes = Vec::new();
        self.reader()?.read_to_end(&mut bytes).map_err(Error::internal)?;
        Ok(bytes.into())
    }

    /// The body as a file, which is written now if it was in memory.
    pub fn into_file(self) -> Result<NamedTempFile> {
        match self.kept {
            Kept::Memory(bytes, _) => spill(&self.folder, &bytes),
            Kept::File(file) => Ok(file),
        }
    }
}

/// The failure of a reader, which carries one of ours where the bytes are at fault.
fn of_reader(error: std::io::Error) -> Error {
    error.downcast::<Error>().unwrap_or_else(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spool(spools: &Spools, announced: Option<u64>) -> Spool {
        let mut writer = spools.begin(announced, true).expect("begun");
        for piece in [&b"abc"[..], b"", b"def"] {
            writer.push(piece).expect("spooled");
        }
        writer.finish()
    }

    fn spools(in_memory: usize) -> Spools {
        Spools::new(&std::env::temp_dir(), in_memory)
    }

    fn read(spool: &Spool) -> Vec<u8> {
        let mut all = Vec::new();
        spool.reader().expect("a reader").read_to_end(&mut all).expect("read");
        all
    }

    #[test]
    fn in_memory_and_in_a_file_read_alike_and_twice() {
        for (in_memory, announced) in [(0, 6), (4, 6), (6, 6), (100, 6), (6, 2), (4, 2)] {
            for announced in [None, Some(announced)] {
                let spool = spool(&spools(in_memory), announced);
                assert_eq!(spool.in_memory().is_some(), in_memory >= 6, "{in_memory}");
                assert_eq!(read(&spool), b"abcdef");
                assert_eq!(read(&spool), b"abcdef");
                assert_eq!(spool.bytes().expect("bytes"), &b"abcdef"[..]);
                assert_eq!(spool.length, 6);
                assert!(spool.digest.starts_with("bef57ec7f53a6d40beb640a780a639c8"));
            }
        }
    }

    #[test]
    fn what_is_only_announced_takes_nothing_from_others() {
        let spools = spools(6);
        let mut dribbling = spools.begin(Some(6), false).expect("begun");
        dribbling.push(b"a").expect("there is room");
        let other = spool(&spools, Some(5));
        assert!(other.in_memory().is_none(), "its five bytes had room when three were left");
        let mut small = spools.begin(Some(5), false).expect("begun");
        small.push(b"bcdef").expect("there is room");
        // Now the first one's turn to go to a file.
        dribbling.push(b"bcdef").expect("spooled");
        assert!(small.finish().in_memory().is_some());
        assert_eq!(read(&dribbling.finish()), b"abcdef");
    }

    #[test]
    fn bodies_share_the_memory_of_the_process_and_give_it_back() {
        let spools = spools(13);
        let first = spool(&spools, Some(6));
        let second = spool(&spools, None);
        // One byte is left: neither what is announced nor what comes unannounced has room.
        for announced in [Some(6), None] {
            let third = spool(&spools, announced);
            assert!(third.in_memory().is_none());
            assert_eq!(read(&third), b"abcdef");
        }
        assert!(first.in_memory().is_some() && second.in_memory().is_some());
        drop(first);
        assert!(spool(&spools, Some(6)).in_memory().is_some(), "the first one's memory is free");
        drop(second.into_file().expect("a file"));
        assert_eq!(spools.room.left(), 13);
    }
}
