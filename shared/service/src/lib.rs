//! Use cases, and the ports (small traits) they need.
//!
//! One use case, one file. A use case checks rights, keeps the rule, calls ports; it knows neither
//! HTTP nor where a thing is kept. Ports are implemented by adapters and proven by the conformance
//! suites in `testkit`.

mod alter_table;
mod append_table;
mod create_table;
mod credentials;
mod delete_table;
mod feed;
mod fit;
mod get_table;
mod infer;
mod items;
pub mod jobs;
mod lake_state;
mod list_history;
mod list_tables;
mod memory;
mod port;
mod query;
mod read_table;
mod spool;
pub mod stream;
mod write;

pub use alter_table::alter_table;
pub use append_table::{AppendTable, Appended, SeenTable, append_table, may_append};
pub use create_table::{CreateRequest, Created, Describe, Made, create_table};
pub use credentials::{ObjectCredentials, S3Credentials};
pub use delete_table::delete_table;
pub use feed::{Fed, FeedEvent, Feeds, Held};
pub use get_table::get_table;
pub use infer::columns_of;
pub use items::{
    Expected, Item, ItemKey, ItemRange, ItemWrite, Items, Transacted, check_transaction,
};
pub use lake_state::{lake_state, reconnect};
pub use list_history::list_history;
pub use list_tables::{ListTables, list_tables};
pub use port::{
    Authenticator, Catalog, CatalogStatus, HistoryPage, Lake, Mark, ObjectStore, QueryEngine,
    RecordedWrite, RowSource, RunWrites, StoredObject, TableChange, TablePage, TableWrite,
};
pub use query::{
    BatchStream, Deadlines, Parameter, Parameters, Query, ResultColumn, Rows, Select, run_query,
};
pub use read_table::{ReadTable, read_changes, read_table};
pub use spool::{Spool, SpoolWriter, Spools};
pub use write::{
    AlterTable, Append, BodyRows, Change, CreateTable, CreateView, DropTable, Mode, Origin,
    Outcome, Write, WriteKey, precondition_failed,
};
