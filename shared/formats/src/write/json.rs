//! One JSON document, written as the rows come: what is known at the end only stands at the end.

use arrow_array::RecordBatch;
use bytes::Bytes;
use domain::Result;

use super::{Encoder, RowsAs, Summary};
use crate::text::{RowWriter, push_text};

pub(super) struct JsonEncoder {
    columns: Vec<(String, String)>,
    rows: RowWriter,
    /// What stands before the next row.
    separator: &'static [u8],
    /// Bytes of the last batch: about what the next one takes.
    size: usize,
}

impl JsonEncoder {
    pub(super) fn new(columns: &[(String, String)], rows_as: RowsAs) -> Self {
        let rows = RowWriter::new(columns, rows_as);
        Self { columns: columns.to_vec(), rows, separator: b"", size: 0 }
    }
}

impl Encoder for JsonEncoder {
    fn start(&mut self) -> Result<Bytes> {
        let mut out = b"{\"columns\":[".to_vec();
        for (index, (name, r#type)) in self.columns.iter().enumerate() {
            let before: &[u8] = if index > 0 { b",{\"name\":" } else { b"{\"name\":" };
            out.extend_from_slice(before);
            push_text(name, &mut out);
            out.extend_from_slice(b",\"type\":");
            push_text(r#type, &mut out);
            out.push(b'}');
        }
        out.extend_from_slice(b"],\"rows\":[");
        Ok(out.into())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<Bytes> {
        let cells = self.rows.cells(batch)?;
        let mut out = Vec::with_capacity(self.size);
        for row in 0..batch.num_rows() {
            out.extend_from_slice(self.separator);
            self.separator = b",";
            self.rows.write(&cells, row, &mut out);
        }
        self.size = out.len();
        Ok(out.into())
    }

    fn finish(self: Box<Self>, summary: &Summary) -> Result<Bytes> {
        let snapshot = summary.snapshot.map_or("null".to_owned(), |snapshot| snapshot.to_string());
        let Summary { row_count, truncated, elapsed_ms, .. } = summary;
        let end = format!(
            "],\"row_count\":{row_count},\"snapshot\":{snapshot},\"truncated\":{truncated},\
             \"elapsed_ms\":{elapsed_ms}}}"
        );
        Ok(end.into())
    }
}
