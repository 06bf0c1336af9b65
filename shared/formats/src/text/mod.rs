//! Values as text: what JSON, NDJSON and CSV share.

mod cells;
mod number;
mod rows;
pub(crate) mod time;

pub(crate) use cells::{Cells, push_cell, push_text};
pub(crate) use rows::RowWriter;
