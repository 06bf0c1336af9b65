//! RFC 4180: a header, lines that end in CR LF, NULL as an empty cell, empty text as `""`.

use arrow_array::RecordBatch;
use bytes::Bytes;
use domain::Result;

use super::{Encoder, Summary};
use crate::text::{Cells, push_cell};

pub(super) struct CsvEncoder {
    columns: Vec<(String, String)>,
    /// Bytes of the last batch: about what the next one takes.
    size: usize,
}

impl CsvEncoder {
    pub(super) fn new(columns: &[(String, String)]) -> Self {
        Self { columns: columns.to_vec(), size: 0 }
    }
}

impl Encoder for CsvEncoder {
    fn start(&mut self) -> Result<Bytes> {
        let mut out = Vec::new();
        for (index, (name, _)) in self.columns.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            push_cell(name.as_bytes(), &mut out);
        }
        out.extend_from_slice(b"\r\n");
        Ok(out.into())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Bytes> {
        let cells = Cells::of_batch(batch, self.columns.iter().map(|(_, r#type)| r#type.as_str()))?;
        let mut out = Vec::with_capacity(self.size);
        for row in 0..batch.num_rows() {
            for (index, cells) in cells.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                cells.csv(row, &mut out);
            }
            out.extend_from_slice(b"\r\n");
        }
        self.size = out.len();
        Ok(out.into())
    }

    fn finish(self: Box<Self>, _summary: &Summary) -> Result<Bytes> {
        Ok(Bytes::new())
    }
}
