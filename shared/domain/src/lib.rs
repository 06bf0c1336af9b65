//! Names, ids, types, limits and error codes of Eider: pure, no I/O.
//!
//! Everything here is parsed once, at the edge; a value that exists is valid. Nothing in this crate
//! knows HTTP, JSON, SQL dialects beyond DuckDB's identifiers and types, or where a thing is kept.

mod caller;
mod column;
mod column_type;
mod error;
mod id;
pub mod limits;
mod name;
mod table;

/// DuckDB and its extensions, as they are linked and fetched: one version for all, moved together
/// with Cargo.toml's `duckdb` and the digests of `./dev fetch`.
pub const DUCKDB_VERSION: &str = "1.5.5";

pub use caller::{Access, Caller, Grants};
pub use column::{Column, Literal, TableDefinition};
pub use column_type::ColumnType;
pub use error::{Code, Error, FieldError, Result};
pub use id::{IdempotencyKey, RequestId, RunId, SnapshotId};
pub use jiff::Timestamp;
pub use name::{DEFAULT_SCHEMA, Name, TableName};
pub use table::{Table, TableSummary};
