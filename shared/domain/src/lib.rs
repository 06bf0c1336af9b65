//! Names, ids, types, limits and error codes of Eider: pure, no I/O.
//!
//! Everything here is parsed once, at the edge; a value that exists is valid. Nothing in this crate
//! knows HTTP, JSON, SQL dialects beyond DuckDB's identifiers and types, or where a thing is kept.

mod caller;
mod column;
mod column_type;
mod duckdb;
mod error;
mod id;
mod if_match;
mod job;
mod layout;
pub mod limits;
mod name;
mod object;
mod patch;
mod point;
mod run;
mod table;
mod table_limits;

pub use caller::{Access, Caller, Grants};
pub use column::{Column, Literal, TableDefinition};
pub use column_type::ColumnType;
pub use duckdb::{
    DUCKDB_VERSION, Extension, LAKE_EXTENSIONS, POSTGRES_EXTENSION, SQLITE_EXTENSION,
};
pub use error::{Code, Error, FieldError, Result};
pub use id::{IdempotencyKey, RequestId, RunId, SnapshotId};
pub use if_match::IfMatch;
pub use jiff::Timestamp;
pub use job::{DatasetName, Job, JobDefinition, JobName, JobType, Tag};
pub use layout::{Layout, PartitionKey, SortKey, Transform};
pub use name::{DEFAULT_SCHEMA, Name, TableName};
pub use object::ObjectUri;
pub use patch::{ColumnPatch, TablePatch};
pub use point::Point;
pub use run::{Ended, Ending, NewRun, ParentRun, Progress, Run, RunState};
pub use table::{Kind, Table, TableSummary, View};
pub use table_limits::TableLimits;
