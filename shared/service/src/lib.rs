//! Use cases, and the ports (small traits) they need.
//!
//! One use case, one file. A use case checks rights, keeps the rule, calls ports; it knows neither
//! HTTP nor where a thing is kept. Ports are implemented by adapters and proven by the conformance
//! suites in `testkit`.

mod append_table;
mod create_table;
mod credentials;
mod delete_table;
mod fit;
mod get_table;
mod list_tables;
mod memory;
mod port;
mod query;
mod read_table;
mod spool;
mod write;

pub use append_table::{AppendTable, Appended, SeenTable, append_table, may_append};
pub use create_table::{CreateTable, Created, create_table};
pub use credentials::{ObjectCredentials, S3Credentials};
pub use delete_table::delete_table;
pub use get_table::get_table;
pub use list_tables::{ListTables, list_tables};
pub use port::{
    Authenticator, Catalog, CatalogStatus, Lake, ObjectStore, QueryEngine, RecordedWrite,
    RowSource, TablePage,
};
pub use query::{
    BatchStream, Deadlines, Parameter, Parameters, Query, ResultColumn, Rows, Select, run_query,
};
pub use read_table::read_table;
pub use spool::{Spool, SpoolWriter, Spools};
pub use write::{Append, Change, Origin, Outcome, Write, WriteKey};
