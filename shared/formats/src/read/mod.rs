//! Bytes to rows. What is read is hostile.

pub mod arrow_stream;
pub mod parquet;
pub(crate) mod schema;
