//! Memory for a body on its way in.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use memmap2::MmapMut;

/// From here on making the pages, each on first touch, takes longer than receiving: of 17 MB 7 ms, and as
/// huge pages still 1.3 to 5, for the kernel clears them. So the map of one body is kept for the next.
const LARGE: usize = 4 << 20;

/// The map of a body that is gone, for the next one.
#[derive(Clone)]
pub(crate) struct KeptMap {
    most: usize,
    map: Arc<Mutex<Option<MmapMut>>>,
}

impl KeptMap {
    /// Keeps none of more bytes.
    pub(crate) fn at_most(bytes: usize) -> Self {
        Self { most: bytes, map: Arc::default() }
    }

    /// The kept one if it has room for so much; another goes, for what comes is larger.
    fn take(&self, bytes: usize) -> Option<MmapMut> {
        let kept = self.map.lock().unwrap_or_else(PoisonError::into_inner).take();
        kept.filter(|map| map.len() >= bytes)
    }

    fn give(&self, map: MmapMut) {
        if map.len() <= self.most {
            let before = self.map.lock().unwrap_or_else(PoisonError::into_inner).replace(map);
            drop(before);
        }
    }
}

/// Bytes that grow at their end.
pub(crate) enum Memory {
    Small(Vec<u8>),
    Large(Mapped),
}

/// The first `length` bytes of a map; what was there before stays behind them.
pub(crate) struct Mapped {
    /// There until this is dropped.
    map: Option<MmapMut>,
    length: usize,
    kept: KeptMap,
}

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        self.map.as_ref().map_or(&[], |map| &map[..self.length])
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        if let Some(map) = self.map.take() {
            self.kept.give(map);
        }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::Small(Vec::new())
    }
}

impl Memory {
    /// Nothing yet, with room for `bytes`.
    pub(crate) fn with_capacity(bytes: usize, kept: &KeptMap) -> Self {
        let map = if bytes >= LARGE { kept.take(bytes).or_else(|| new_map(bytes)) } else { None };
        match map {
            Some(map) => Self::Large(Mapped { map: Some(map), length: 0, kept: kept.clone() }),
            None => Self::Small(Vec::with_capacity(bytes)),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.as_slice().len()
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Small(bytes) => bytes,
            Self::Large(mapped) => mapped.as_ref(),
        }
    }

    pub(crate) fn push(&mut self, piece: &[u8]) {
        match self {
            Self::Small(bytes) => bytes.extend_from_slice(piece),
            Self::Large(Mapped { map, length, .. }) => {
                let place = *length..*length + piece.len();
                match map.as_mut().and_then(|map| map.get_mut(place)) {
                    Some(place) => {
                        place.copy_from_slice(piece);
                        *length += piece.len();
                    }
                    // More than was announced.
                    None => *self = Self::Small([self.as_slice(), piece].concat()),
                }
            }
        }
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        match self {
            Self::Small(bytes) => bytes.into(),
            Self::Large(mapped) => Bytes::from_owner(mapped),
        }
    }
}

/// None where the system gives none.
fn new_map(bytes: usize) -> Option<MmapMut> {
    let map = MmapMut::map_anon(bytes).ok()?;
    // A wish; where there are no huge pages it is as before.
    #[cfg(target_os = "linux")]
    let _ = map.advise(memmap2::Advice::HugePage);
    Some(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_of_one_body_is_the_next_ones_and_shows_nothing_of_it() {
        let kept = KeptMap::at_most(LARGE + 2);
        let received = |bytes: usize, text: &[u8]| {
            let mut memory = Memory::with_capacity(bytes, &kept);
            memory.push(text);
            memory.into_bytes()
        };
        let first = received(LARGE + 1, b"secret of one");
        let (place, other) = (first.as_ptr(), received(LARGE, b"meanwhile"));
        assert_ne!(other.as_ptr(), place, "the first one still has it");
        drop(other);
        drop(first);
        let second = received(LARGE, b"of");
        assert_eq!((second.as_ptr(), second.as_ref()), (place, &b"of"[..]));
        drop(second);
        // Larger than the kept one, and then too large to be kept.
        drop(received(LARGE + 3, b"large"));
        assert!(kept.map.lock().expect("a lock").is_none());
    }

    #[test]
    fn small_and_large_hold_what_was_pushed_and_more_than_announced() {
        for (room, pieces) in [(0, 3), (10, 3), (LARGE, 3), (LARGE, 5), (LARGE + 1, 5)] {
            let mut memory = Memory::with_capacity(room, &KeptMap::at_most(0));
            assert_eq!(matches!(memory, Memory::Large(_)), room >= LARGE);
            let piece = |n: usize| vec![n as u8; 1 << 20];
            (0..pieces).for_each(|n| memory.push(&piece(n)));
            assert_eq!(memory.len(), pieces << 20);
            let whole: Vec<u8> = (0..pieces).flat_map(piece).collect();
            assert!(memory.into_bytes() == whole, "{room} {pieces}");
        }
    }
}
