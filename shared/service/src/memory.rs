//! Memory for a body on its way in.

use bytes::Bytes;
use memmap2::MmapMut;

/// From here on pages of 4 KiB, each made on first touch, take longer than receiving: 17 MB took 7 ms,
/// in huge pages 1.3.
const LARGE: usize = 4 << 20;

/// Bytes that grow at their end.
pub(crate) enum Memory {
    Small(Vec<u8>),
    Large(Mapped),
}

/// The first `length` bytes of a map.
pub(crate) struct Mapped {
    map: MmapMut,
    length: usize,
}

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        &self.map[..self.length]
    }
}

impl Memory {
    /// Nothing yet, with room for `bytes`.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        match (bytes >= LARGE).then(|| MmapMut::map_anon(bytes)) {
            Some(Ok(map)) => {
                // A wish; where there are no huge pages it is as before.
                #[cfg(target_os = "linux")]
                let _ = map.advise(memmap2::Advice::HugePage);
                Self::Large(Mapped { map, length: 0 })
            }
            _ => Self::Small(Vec::with_capacity(bytes)),
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
            Self::Large(Mapped { map, length }) => {
                match map.get_mut(*length..*length + piece.len()) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_hold_what_was_pushed_and_more_than_announced() {
        for (room, pieces) in [(0, 3), (10, 3), (LARGE, 3), (LARGE, 5), (LARGE + 1, 5)] {
            let mut memory = Memory::with_capacity(room);
            assert_eq!(matches!(memory, Memory::Large(_)), room >= LARGE);
            let piece = |n: usize| vec![n as u8; 1 << 20];
            (0..pieces).for_each(|n| memory.push(&piece(n)));
            assert_eq!(memory.len(), pieces << 20);
            let whole: Vec<u8> = (0..pieces).flat_map(piece).collect();
            assert!(memory.into_bytes() == whole, "{room} {pieces}");
        }
    }
}
