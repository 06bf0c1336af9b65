//! Reads: what is asked, and the rows that come.

use std::time::Instant;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use domain::{Access, Caller, ColumnType, Grants, Name, Point, Result, SnapshotId, TableName};
use futures::stream::BoxStream;

use crate::{Catalog, QueryEngine};

/// A value for a placeholder of the caller's SQL.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// NULL
    Null,
    /// BOOLEAN
    Boolean(bool),
    /// A JSON number as written: an integer is BIGINT, past it HUGEINT, past that refused; with
    /// fraction or exponent it is DOUBLE.
    Number(String),
    /// VARCHAR, cast where it is used.
    Text(String),
    /// LIST
    List(Vec<Parameter>),
    /// Any type, written as text or as another parameter.
    Typed(ColumnType, Box<Parameter>),
}

/// The values for the placeholders.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameters {
    /// For `?` and `$1`, in order. Empty where there are none.
    Positional(Vec<Parameter>),
    /// For `$name`.
    Named(Vec<(String, Parameter)>),
}

/// What is read.
#[derive(Debug, Clone)]
pub enum Select {
    /// A table, or a view.
    Table {
        /// Its name.
        name: TableName,
        /// Only these columns, in this order; empty is all of them.
        columns: Vec<Name>,
        /// Only rows for which this holds: a condition of the caller's, hostile.
        filter: Option<String>,
    },
    /// What happened to a table's rows from one snapshot to another, both included: `snapshot_id`,
    /// `rowid`, `change_type` (`insert`, `delete`, `update_preimage`, `update_postimage`), and the
    /// table's columns; in order of the first three.
    Changes {
        /// Its name.
        name: TableName,
        /// The first snapshot.
        from: SnapshotId,
        /// The last one.
        to: SnapshotId,
    },
    /// A caller's SQL: one SELECT over tables of the lake.
    Sql {
        /// The text, as it came: hostile.
        text: String,
        /// Its parameters.
        parameters: Parameters,
        /// The table that is also visible as `this`.
        this: Option<TableName>,
        /// The schema of names without one; `main` if none is said.
        default_schema: Option<Name>,
    },
}

impl Select {
    /// A whole table.
    pub fn table(name: TableName) -> Self {
        Self::Table { name, columns: Vec::new(), filter: None }
    }
}

/// A read.
#[derive(Debug, Clone)]
pub struct Query {
    /// What is read.
    pub select: Select,
    /// What the caller may touch.
    pub grants: Grants,
    /// The snapshot that is read; `None` is the newest.
    pub snapshot: Option<SnapshotId>,
    /// Rows wanted; the engine makes one more, which tells that there are more.
    pub limit: Option<u64>,
    /// Its time.
    pub deadlines: Deadlines,
}

impl Query {
    /// All rows of it, as they are now.
    pub fn of(select: Select, grants: Grants) -> Self {
        Self { select, grants, snapshot: None, limit: None, deadlines: Deadlines::default() }
    }
}

/// The time of a read; what is late is stopped. `None` is for ever.
#[derive(Debug, Clone, Copy, Default)]
pub struct Deadlines {
    /// When its first batch must be there.
    pub first: Option<Instant>,
    /// When it must have ended.
    pub last: Option<Instant>,
}

impl Deadlines {
    /// What holds until the first batch is there.
    pub fn at_first(&self) -> Option<Instant> {
        self.first.into_iter().chain(self.last).min()
    }
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultColumn {
    /// Its name; may stand twice in a result.
    pub name: String,
    /// Its type, as DuckDB writes it.
    pub r#type: String,
}

/// Batches, as they are made.
pub type BatchStream = BoxStream<'static, Result<RecordBatch>>;

/// The rows of a read.
pub struct Rows {
    /// Names and DuckDB's types.
    pub columns: Vec<ResultColumn>,
    /// The same for Arrow.
    pub schema: SchemaRef,
    /// The snapshot that was read; `None` where no table was.
    pub snapshot: Option<SnapshotId>,
    /// The tables that are read, also those under views, by the names they have.
    pub tables: Vec<TableName>,
    /// The rows, in batches of a sensible size.
    pub batches: BatchStream,
}

/// Runs a caller's SQL as of a point, over `this` if given: it must be a table that the caller may read.
pub async fn run_query(
    catalog: &dyn Catalog,
    engine: &dyn QueryEngine,
    caller: &Caller,
    point: Point,
    mut query: Query,
) -> Result<Rows> {
    query.snapshot = match point {
        Point::Newest => None,
        point => Some(catalog.find_snapshot(point).await?),
    };
    if let Select::Sql { this: Some(table), .. } = &query.select {
        crate::get_table::check_access(caller, table, Access::Read)?;
        crate::get_table(catalog, caller, table, point).await?;
    }
    engine.query(query).await
}
