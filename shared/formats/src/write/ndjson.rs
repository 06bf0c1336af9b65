//! One JSON value a line. The answer to rows that broke off ends in an error record.

use arrow_array::RecordBatch;
use bytes::Bytes;
use domain::Result;

use super::{Encoder, RowsAs, Summary};
use crate::text::RowWriter;

pub(super) struct NdjsonEncoder {
    rows: RowWriter,
    /// Bytes of the last batch: about what the next one takes.
    size: usize,
}

impl NdjsonEncoder {
    pub(super) fn new(columns: &[(String, String)], rows_as: RowsAs) -> Self {
        Self { rows: RowWriter::new(columns, rows_as), size: 0 }
    }
}

impl Encoder for NdjsonEncoder {
    fn start(&mut self) -> Result<Bytes> {
        Ok(Bytes::new())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Bytes> {
        let cells = self.rows.cells(batch)?;
        let mut out = Vec::with_capacity(self.size);
        for row in 0..batch.num_rows() {
            self.rows.write(&cells, row, &mut out);
            out.push(b'\n');
        }
        self.size = out.len();
        Ok(out.into())
    }

    fn finish(self: Box<Self>, _summary: &Summary) -> Result<Bytes> {
        Ok(Bytes::new())
    }

    fn failure(&mut self, problem_json: &str) -> Bytes {
        // A line break inside the problem can only be white space between its tokens.
        let problem = problem_json.replace(['\r', '\n'], " ");
        format!("{{\"error\":{problem}}}\n").into()
    }
}
