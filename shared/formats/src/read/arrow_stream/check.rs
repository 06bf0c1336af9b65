//! What a batch claims, against what it holds: before anything is allocated for it.

use arrow_ipc::{CompressionType, RecordBatch};
use domain::Result;

use super::frame::Frame;
use super::{Limits, lz4};
use crate::read::fault;

/// Rows that may come without a byte (a column of nothing but NULL takes none).
const FREE_ROWS: u64 = 1 << 20;

/// What a compressed buffer begins with: its length once decompressed, or -1 if it is not compressed.
const PREFIX: usize = 8;

/// The bytes of the batch in memory.
pub(super) fn batch(frame: &Frame, batch: &RecordBatch<'_>, limits: Limits) -> Result<u64> {
    let corrupt = |what: &str| fault::corrupt(frame.offset, what);
    let codec = batch.compression().map(|compression| compression.codec());
    let mut total: u64 = 0;
    for buffer in batch.buffers().into_iter().flatten() {
        let bytes = slice(&frame.body, buffer.offset(), buffer.length())
            .ok_or_else(|| corrupt("a buffer reaches outside it"))?;
        let in_memory = decompressed(bytes, codec, limits.batch_bytes)
            .ok_or_else(|| corrupt("a compressed buffer cannot be read"))?;
        total = total.saturating_add(in_memory);
    }
    if total > limits.batch_bytes {
        return Err(fault::too_large(frame.offset, "a batch", limits.batch_bytes));
    }
    let most = FREE_ROWS.max(total * 8);
    let nodes = batch.nodes().into_iter().flatten().map(|node| node.length());
    let fits = |rows: i64| u64::try_from(rows).is_ok_and(|rows| rows <= most);
    if nodes.chain([batch.length()]).all(fits) {
        return Ok(total);
    }
    Err(corrupt("it claims more rows than its bytes can hold"))
}

fn slice(body: &[u8], offset: i64, length: i64) -> Option<&[u8]> {
    let (offset, length) = (usize::try_from(offset).ok()?, usize::try_from(length).ok()?);
    body.get(offset..offset.checked_add(length)?)
}

/// Bytes of a buffer once decompressed; `None` if it lies about them.
fn decompressed(bytes: &[u8], codec: Option<CompressionType>, limit: u64) -> Option<u64> {
    let Some(codec) = codec.filter(|_| !bytes.is_empty()) else {
        return Some(bytes.len() as u64);
    };
    let prefix = bytes.first_chunk::<PREFIX>()?;
    let claimed = match i64::from_le_bytes(*prefix) {
        -1 => return Some((bytes.len() - PREFIX) as u64),
        claimed => u64::try_from(claimed).ok()?,
    };
    let most = match codec {
        CompressionType::LZ4_FRAME => lz4::most_bytes(&bytes[PREFIX..])?,
        // zstd stops by itself where the claim ends.
        CompressionType::ZSTD => claimed,
        _ => return None,
    };
    // The decoder reads on to the frame's end, whatever was claimed.
    (claimed > limit || most <= limit.saturating_add(lz4::LARGEST_BLOCK)).then_some(claimed)
}
