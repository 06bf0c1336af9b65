//! Arrow batches to and from Arrow stream, Parquet, CSV, NDJSON, JSON.
//!
//! Writing: [`Format::encoder`] gives an [`Encoder`], which turns batches into bytes as they come, in
//! bounded memory. Arrow, Parquet and JSON have an end mark that only [`Encoder::finish`] writes, and
//! NDJSON that broke off ends in the error record of [`Encoder::failure`], so that no such answer is
//! taken for a whole one. CSV has neither. [`Packer`] packs the bytes of any of them.
//!
//! Reading: [`arrow_stream::open`], [`parquet::inspect`], [`csv::open`] and [`ndjson::open`], and
//! [`compression::decode`] around any of them. What they are given is hostile: whatever is wrong with
//! it is an error for the caller, never a panic, an abort or a large allocation.
//!
//! How each type is written in each format: `docs/formats.md`.

mod format;
mod read;
mod text;
mod write;

pub use format::Format;
pub use read::{ArrowPieces, arrow_stream, check_depth, compression, csv, ndjson, parquet};
pub use write::{Encoder, Packer, RowsAs, Summary};
