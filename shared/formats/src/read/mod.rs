//! Bytes to rows. What is read is hostile.

pub mod arrow_stream;
mod fault;
pub mod parquet;
pub(crate) mod schema;
