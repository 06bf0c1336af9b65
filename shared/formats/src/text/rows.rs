//! Rows as JSON values.

use arrow_array::RecordBatch;
use domain::Result;

use super::Cells;
use crate::RowsAs;

/// Writes each row as one JSON value, an object or an array.
pub(crate) struct RowWriter {
    /// What stands before each value, from the opening brace on.
    before: Vec<Vec<u8>>,
    /// What stands after the last.
    after: u8,
    types: Vec<String>,
}

impl RowWriter {
    /// For a result of these columns (name, DuckDB type). Names that stand twice force arrays.
    pub(crate) fn new(columns: &[(String, String)], rows_as: RowsAs) -> Self {
        let mut names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let twice = names.windows(2).any(|pair| pair[0] == pair[1]);
        let objects = rows_as == RowsAs::Objects && !twice;
        let before = columns.iter().enumerate().map(|(index, (name, _))| {
            let mut text = match (index, objects) {
                (0, true) => b"{".to_vec(),
                (0, false) => b"[".to_vec(),
                _ => b",".to_vec(),
            };
            if objects {
                super::cells::push_text(name, &mut text);
                text.push(b':');
            }
            text
        });
        Self {
            before: before.collect(),
            after: if objects { b'}' } else { b']' },
            types: columns.iter().map(|(_, r#type)| r#type.clone()).collect(),
        }
    }

    /// The columns of a batch, ready to be written.
    pub(crate) fn cells<'a>(&self, batch: &'a RecordBatch) -> Result<Vec<Cells<'a>>> {
        Cells::of_batch(batch, self.types.iter().map(String::as_str))
    }

    /// Writes one row.
    pub(crate) fn write(&self, cells: &[Cells<'_>], row: usize, out: &mut Vec<u8>) {
        for (before, cells) in self.before.iter().zip(cells) {
            out.extend_from_slice(before);
            cells.json(row, out);
        }
        out.push(self.after);
    }
}
