//! Bytes to rows. What is read is hostile.

pub mod arrow_stream;
pub mod compression;
pub mod csv;
mod depth;
mod fault;
pub mod ndjson;
pub mod parquet;
mod pieces;
pub(crate) mod schema;
mod text_rows;

pub use depth::check_depth;
pub use pieces::ArrowPieces;
