//! How much an LZ4 frame can hold: its decoder reads to the end, whatever length was claimed.

/// Bytes of the largest block of a frame.
pub(super) const LARGEST_BLOCK: u64 = 4 << 20;

const MAGIC: [u8; 4] = [0x04, 0x22, 0x4D, 0x18];

/// A byte of a compressed block gives at most 255.
const RATIO: u64 = 255;

/// An upper bound for the bytes that the frame's blocks decompress to; `None` if it is no LZ4 frame.
pub(super) fn most_bytes(frame: &[u8]) -> Option<u64> {
    let mut rest = frame.strip_prefix(&MAGIC)?;
    let (&flags, &descriptor) = (rest.first()?, rest.get(1)?);
    let block_bytes: u64 = match descriptor >> 4 & 7 {
        size @ 4..=7 => 1 << (8 + 2 * size),
        _ => return None,
    };
    let has = |bit: u8| usize::from(flags >> bit & 1);
    // Flags, descriptor, content size, dictionary id, checksum of the header.
    rest = rest.get(2 + 8 * has(3) + 4 * has(0) + 1..)?;
    let mut most: u64 = 0;
    while let Some((head, after)) = rest.split_first_chunk::<4>() {
        let word = u32::from_le_bytes(*head);
        if word == 0 {
            break;
        }
        let length = word & 0x7FFF_FFFF;
        most += block_bytes.min(u64::from(length) * RATIO + RATIO);
        rest = after.get(length as usize + 4 * has(4)..)?;
    }
    Some(most)
}
