//! A record batch as an IPC message whose body is the columns' own memory, not a copy of it.
//!
//! For columns of values and strings that begin where their memory does: nearly all that is large.
//! What is nested, a dictionary, a view or cut out of another batch is left to arrow-ipc's generator,
//! which copies. Layout: <https://arrow.apache.org/docs/format/Columnar.html#recordbatch-message>.

use arrow_array::{Array, RecordBatch};
use arrow_buffer::Buffer;
use arrow_data::ArrayData;
use arrow_ipc::{FieldNode, MessageBuilder, MessageHeader, MetadataVersion, RecordBatchBuilder};
use arrow_schema::DataType;
use bytes::Bytes;
use flatbuffers::FlatBufferBuilder;

/// What each buffer of the body is filled up to, as arrow-ipc does by default.
const ALIGNMENT: usize = 64;
const ZEROS: [u8; ALIGNMENT] = [0; ALIGNMENT];

/// Up to here, copying a buffer beside others costs less than sending it by itself.
const SMALL: usize = 16 << 10;

/// The message, not framed, and the buffers of its body; `None` where it has to be copied.
pub(super) fn encode(batch: &RecordBatch) -> Option<(Vec<u8>, Vec<Buffer>)> {
    let mut nodes = Vec::with_capacity(batch.num_columns());
    let mut buffers = Vec::new();
    for column in batch.columns() {
        nodes.push(FieldNode::new(column.len() as i64, column.null_count() as i64));
        push_buffers(&column.to_data(), &mut buffers)?;
    }
    Some((message(batch.num_rows(), &nodes, &buffers), buffers))
}

/// What goes out: the framed message and its body, what is large as it is.
pub(super) fn pieces(head: Vec<u8>, body: Vec<Buffer>) -> Vec<Bytes> {
    let mut pieces = Pieces { done: Vec::new(), small: head };
    for buffer in body {
        pieces.push(buffer);
    }
    pieces.flush();
    pieces.done
}

/// The column's buffers: validity first, of no length where nothing is NULL.
fn push_buffers(column: &ArrayData, buffers: &mut Vec<Buffer>) -> Option<()> {
    if column.offset() != 0 || column.is_empty() {
        return None;
    }
    let (rows, memory) = (column.len(), column.buffers());
    let nulls = column.nulls().filter(|nulls| nulls.null_count() > 0);
    buffers.push(nulls.map(|nulls| nulls.inner().sliced()).unwrap_or_default());
    match column.data_type() {
        DataType::Boolean => buffers.push(memory[0].bit_slice(0, rows)),
        DataType::Utf8 | DataType::Binary => {
            let offsets = memory[0].slice_with_length(0, (rows + 1) * size_of::<i32>());
            let [first, .., end] = *offsets.typed_data::<i32>() else { return None };
            buffers.extend([
                offsets,
                memory[1].slice_with_length(first as usize, (end - first) as usize),
            ]);
            return (first == 0).then_some(());
        }
        DataType::FixedSizeBinary(width) => {
            buffers.push(memory[0].slice_with_length(0, rows * usize::try_from(*width).ok()?));
        }
        flat => buffers.push(memory.first()?.slice_with_length(0, rows * flat.primitive_width()?)),
    }
    Some(())
}

/// What the message says of its body.
fn message(rows: usize, nodes: &[FieldNode], body: &[Buffer]) -> Vec<u8> {
    let mut at = 0;
    let place = |buffer: &Buffer| {
        let start = at;
        at += buffer.len().next_multiple_of(ALIGNMENT);
        arrow_ipc::Buffer::new(start as i64, buffer.len() as i64)
    };
    let buffers: Vec<_> = body.iter().map(place).collect();
    let mut builder = FlatBufferBuilder::new();
    let buffers = builder.create_vector(&buffers);
    let nodes = builder.create_vector(nodes);
    let mut batch = RecordBatchBuilder::new(&mut builder);
    batch.add_length(rows as i64);
    batch.add_nodes(nodes);
    batch.add_buffers(buffers);
    let batch = batch.finish().as_union_value();
    let mut message = MessageBuilder::new(&mut builder);
    message.add_version(MetadataVersion::V5);
    message.add_header_type(MessageHeader::RecordBatch);
    message.add_bodyLength(at as i64);
    message.add_header(batch);
    let message = message.finish();
    builder.finish(message, None);
    builder.finished_data().to_vec()
}

/// Large buffers as they are, with the small ones between them joined.
struct Pieces {
    done: Vec<Bytes>,
    small: Vec<u8>,
}

impl Pieces {
    fn push(&mut self, buffer: Buffer) {
        let fill = buffer.len().next_multiple_of(ALIGNMENT) - buffer.len();
        if buffer.len() <= SMALL {
            self.small.extend_from_slice(&buffer);
        } else {
            self.flush();
            self.done.push(Bytes::from_owner(Owned(buffer)));
        }
        self.small.extend_from_slice(&ZEROS[..fill]);
    }

    fn flush(&mut self) {
        if !self.small.is_empty() {
            self.done.push(std::mem::take(&mut self.small).into());
        }
    }
}

struct Owned(Buffer);

impl AsRef<[u8]> for Owned {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
