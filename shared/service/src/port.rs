//! The ports: what the use cases ask of the outside. Each has a conformance suite in `testkit`.

use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use async_trait::async_trait;
use bytes::Bytes;
use domain::{
    Caller, Grants, Name, ObjectUri, Point, Result, RunId, SnapshotId, Table, TableName,
    TableSummary, Timestamp,
};
use futures::stream::BoxStream;

use crate::{Query, Rows, Write};

/// The lake's catalog, read: one indexed look-up a question, never the engine's work.
#[async_trait]
pub trait Catalog: Send + Sync {
    /// One page of tables and views in order of folded schema and name, at one snapshot.
    ///
    /// Errors of this and of all that take a [`Point`]: `Invalid` (`SNAPSHOT_NOT_FOUND`: not yet, or
    /// before the lake was), `Gone` (`SNAPSHOT_EXPIRED`).
    async fn list_tables(&self, page: &TablePage) -> Result<Vec<TableSummary>>;

    /// The table or view of this name (compared without case) with its columns, or `None`.
    async fn find_table(&self, name: &TableName, at: Point) -> Result<Option<Table>>;

    /// The snapshot at this point.
    async fn find_snapshot(&self, at: Point) -> Result<SnapshotId>;

    /// What happened to a table, newest first, a page of it; expired snapshots are there too.
    async fn history(&self, page: &HistoryPage) -> Result<Vec<TableChange>>;

    /// The table of this name as writers of rows need it: its id and its columns are those of now, its counts
    /// and its last snapshot may be older ones.
    async fn find_definition(&self, name: &TableName) -> Result<Option<Arc<Table>>> {
        Ok(self.find_table(name, Point::Newest).await?.map(Arc::new))
    }

    /// What the ledger recorded under these keys, each with its key; of one that it has not, nothing.
    async fn find_writes(&self, keys: &[String]) -> Result<Vec<(String, RecordedWrite)>>;

    /// What the ledger recorded under this key, or `None`.
    async fn find_write(&self, key: &str) -> Result<Option<RecordedWrite>> {
        let found = self.find_writes(&[key.to_owned()]).await?;
        Ok(found.into_iter().map(|(_, write)| write).next())
    }

    /// What the writes of a run changed, table by table in order of their names; also where the snapshots of
    /// them have expired.
    async fn written_by(&self, run: RunId) -> Result<Vec<RunWrites>>;

    /// Where the lake is: the least that a reader must know before it trusts what it knows already.
    async fn mark(&self) -> Result<Mark>;

    /// What health shows; also refuses a catalog that has not our version, by name.
    async fn status(&self) -> Result<CatalogStatus>;
}

/// Where the lake is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The newest snapshot.
    pub snapshot: SnapshotId,
    /// The version of its definitions: while it is the same, so are all tables and their columns.
    pub schema_version: u64,
    /// How often the lake's clients were told to connect anew.
    pub generation: u64,
}

/// Which tables a listing shows.
#[derive(Debug, Clone)]
pub struct TablePage {
    /// Only tables after this name.
    pub after: Option<TableName>,
    /// Only these tables; `None` is all.
    pub within: Option<Vec<TableName>>,
    /// Only those of this schema.
    pub schema: Option<Name>,
    /// Only those whose name begins so, without regard to case.
    pub prefix: Option<String>,
    /// As of when.
    pub point: Point,
    /// So many at most.
    pub limit: u32,
}

impl TablePage {
    /// The first of all, as they are now.
    pub fn first(limit: u32) -> Self {
        let point = Point::Newest;
        Self { after: None, within: None, schema: None, prefix: None, point, limit }
    }
}

/// Which part of a table's history is shown.
#[derive(Debug, Clone, Copy)]
pub struct HistoryPage {
    /// DuckLake's id of the table.
    pub table_id: u64,
    /// Only what is before this snapshot.
    pub before: Option<SnapshotId>,
    /// So many snapshots at most.
    pub limit: u32,
}

/// What one snapshot did to a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableChange {
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// When it was committed.
    pub at: Timestamp,
    /// `data_appended`, `schema_changed` and so on, in order.
    pub kinds: Vec<String>,
    /// Whether it can still be read.
    pub kept: bool,
    /// Who committed it, as they said; gone with the snapshot.
    pub author: Option<String>,
    /// What they said of it.
    pub message: Option<String>,
    /// The writes of ours that it holds.
    pub writes: Vec<TableWrite>,
}

/// One write of ours within a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableWrite {
    /// `append`, `overwrite` and so on.
    pub kind: String,
    /// Rows it wrote.
    pub rows: u64,
    /// Bytes of the body it took.
    pub bytes: u64,
    /// The run it belongs to.
    pub run: Option<RunId>,
}

/// What the writes of one run changed of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunWrites {
    /// The table, by the name it had.
    pub table: TableName,
    /// So many writes.
    pub writes: u64,
    /// Rows of all of them.
    pub rows: u64,
    /// Bytes of the bodies.
    pub bytes: u64,
    /// The snapshot of the last.
    pub snapshot: SnapshotId,
}

/// The state of the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogStatus {
    /// DuckLake's format version, as read from the catalog ("1.0").
    pub format: String,
    /// The number of our newest migration in it.
    pub migration: u32,
    /// The newest snapshot.
    pub newest_snapshot: SnapshotId,
}

/// One write as the ledger keeps it, long after its snapshot may have expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedWrite {
    /// Digest of the payload; another payload under the same key is refused.
    pub payload: String,
    /// The snapshot it became; for a write that changed nothing, the table's last one then.
    pub snapshot: SnapshotId,
    /// Whether it changed anything.
    pub changed: bool,
    /// The table it touched.
    pub table: TableName,
    /// Rows it wrote.
    pub rows: u64,
    /// Bytes of the body it took.
    pub bytes: u64,
    /// The run it belongs to.
    pub run: Option<RunId>,
    /// When it was committed.
    pub at: Timestamp,
    /// What was answered, where the request and the rest of this do not tell it.
    pub answer: Option<String>,
    /// Whether no other write to the table shares its snapshot: then that stands for what this one made.
    pub alone: bool,
}

/// The one writer of the lake.
#[async_trait]
pub trait Lake: Send + Sync {
    /// Makes the change and its ledger entry in one commit, or neither. May run the change several
    /// times on the way (conflicts); looks the key up after any failed commit.
    ///
    /// Errors: `Conflict` (`TABLE_EXISTS`, `TABLE_CHANGED`), `NotFound` (`TABLE_NOT_FOUND`), `Invalid`
    /// (rows that the table does not take), `Unavailable` (`COMMIT_CONFLICT`: other writes came first
    /// each time; `OUTCOME_UNKNOWN`; a dependency that is down).
    async fn write(&self, write: Write) -> Result<crate::Outcome>;

    /// Tells every process that works on the lake to connect to it anew before its next work; this one has
    /// let go of its connections when it answers. How often that was told.
    async fn reconnect(&self) -> Result<u64>;
}

/// Where appended rows come from. May be opened several times; each time it gives the same rows.
pub trait RowSource: Send + Sync {
    /// The schema of every batch.
    fn schema(&self) -> SchemaRef;

    /// Whether the rows were read for the columns of a table: then they need not be looked at again.
    fn is_fitted(&self) -> bool {
        false
    }

    /// A file that DuckDB can read itself, if the rows are in one: always Parquet.
    fn parquet_file(&self) -> Option<&Path>;

    /// The rows from the first on. An error of an item is the caller's fault (a broken body).
    fn batches(&self) -> Result<Box<dyn Iterator<Item = Result<RecordBatch>> + Send>>;
}

/// Runs reads. Rows come as they are made, in bounded memory; dropping them ends the work.
#[async_trait]
pub trait QueryEngine: Send + Sync {
    /// Starts the query; errors after the first batch come in the stream.
    ///
    /// Errors: `Invalid` (`INVALID_SQL`, `TABLE_NOT_FOUND`, `FUNCTION_NOT_ALLOWED`, …, with the
    /// position), `Timeout`, `Unavailable`.
    async fn query(&self, query: Query) -> Result<Rows>;

    /// The query of a view as it may be kept: a caller's SQL, checked, with every table and view in it by
    /// its full name, and no other's view written out.
    ///
    /// Errors: those of the guard, as for a query.
    async fn view_text(&self, sql: String, grants: Grants) -> Result<String>;

    /// The views of the lake that read this table or view, also by way of others: each before those that
    /// it reads. DuckLake keeps no dependencies: the bodies are parsed, and one that cannot be read
    /// depends on nothing.
    async fn dependents(&self, name: &TableName) -> Result<Vec<TableName>>;
}

/// The object store under the lake.
#[async_trait]
pub trait ObjectStore: Send + Sync {
    /// Whether the lake's bucket answers.
    async fn check(&self) -> Result<()>;

    /// Opens an object, of any bucket that the process's keys may read.
    ///
    /// Errors: `NotFound` (`SOURCE_NOT_FOUND`), `Forbidden` (`SOURCE_DENIED`), `Unavailable`; also in the
    /// stream.
    async fn open(&self, object: &ObjectUri) -> Result<StoredObject>;
}

/// An object as it comes.
pub struct StoredObject {
    /// Its bytes.
    pub length: u64,
    /// The media type that it was stored with.
    pub content_type: Option<String>,
    /// The packing that it was stored with.
    pub content_encoding: Option<String>,
    /// What is in it.
    pub bytes: BoxStream<'static, Result<Bytes>>,
}

/// Makes a caller out of a request's `Authorization` header.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// The caller; `Unauthenticated` if the header is missing where it is needed, or is no good.
    async fn authenticate(&self, authorization: Option<&str>) -> Result<Caller>;
}
