//! The catalog on SQLite, read by whoever has its file open.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::{Error, Point, Result, RunId, SnapshotId, Table, TableName, TableSummary};
use service::{
    Catalog, CatalogStatus, HistoryPage, Mark, RecordedWrite, RunWrites, TableChange, TablePage,
};

use crate::document::{self, Document};
use crate::failure::Failure;
use crate::page::{self, Parameters};

const PAGE: &str = include_str!("../queries/sqlite_page.sql");
const INLINED: &str = include_str!("../queries/sqlite_inlined.sql");
const TABLES: &str = include_str!("../queries/sqlite_tables.sql");
const WRITE: &str = include_str!("../queries/sqlite_write.sql");
const WRITTEN: &str = include_str!("../queries/sqlite_run.sql");
const MARK: &str = include_str!("../queries/sqlite_mark.sql");
const HISTORY: &str = include_str!("../queries/sqlite_history.sql");

/// Times that inlined tables may come or go between the questions of one listing.
const TRIES: u32 = 10;

/// Inlined tables that are remembered: each is counted in every question.
const KNOWN: usize = 64;

/// Asks the catalog's file one question. Kept by `engine`, since DuckDB has the file open.
#[async_trait]
pub trait AskSqlite: Send + Sync {
    /// Runs `sql`, a SELECT of SQLite's own with the parameters `?1`, `?2`, …, all of them texts or
    /// NULL, and gives the one text of its one row. In DuckDB: `SELECT * FROM
    /// sqlite_query('__ducklake_metadata_lake', '<sql>', params => row('a'::VARCHAR, NULL::VARCHAR))`,
    /// without `params` where there are none. [`Failure::from_sqlite`] reads an error's text.
    async fn ask(&self, sql: &str, parameters: &[Option<String>]) -> Result<String, Failure>;
}

/// The port on SQLite.
pub struct SqliteCatalog<A> {
    asks: A,
    /// Inlined tables that were there lately: a guess, which each answer proves.
    known: Mutex<Inlined>,
}

/// Ids of tables and names of their inlined tables.
type Inlined = BTreeSet<(u64, String)>;

impl<A: AskSqlite> SqliteCatalog<A> {
    /// The catalog that `asks` reaches.
    pub fn new(asks: A) -> Self {
        Self { asks, known: Mutex::default() }
    }

    /// The names of inlined tables must be in the question, which counts their rows along with
    /// everything else, in one statement and so at one snapshot. It says which inlined tables the page
    /// has; was one not counted, it is asked again with that. It begins with those that are known.
    async fn tables(&self, parameters: &Parameters) -> Result<Document> {
        let mut inlined = self.known().clone();
        for _ in 0..TRIES {
            let sql = format!("{PAGE}, {}{TABLES}", counted(&inlined));
            match self.asks.ask(&sql, parameters).await {
                Ok(text) => {
                    let document = Document::read(&text)?;
                    if document.inlined.iter().all(|table| inlined.contains(table)) {
                        return Ok(document);
                    }
                    inlined.extend(document.inlined);
                }
                Err(failure) if failure.is_moved() => {
                    inlined = self.ask_inlined(parameters).await?
                }
                Err(failure) => return Err(failure.into_error()),
            }
            *self.known() = if inlined.len() > KNOWN { Inlined::new() } else { inlined.clone() };
        }
        Err(Error::unavailable("the catalog", "its inlined tables never stood still"))
    }

    async fn ask_inlined(&self, parameters: &Parameters) -> Result<Inlined> {
        let names = self.asks.ask(&format!("{PAGE}{INLINED}"), parameters).await;
        let names = names.map_err(Failure::into_error)?;
        serde_json::from_str(&names).map_err(Error::internal)
    }

    fn known(&self) -> MutexGuard<'_, Inlined> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn writes(&self, keys: &[String]) -> Result<Document> {
        let answer = self.asks.ask(WRITE, &[Some(serde_json::json!(keys).to_string())]).await;
        Document::read(&answer.map_err(Failure::into_error)?)
    }
}

#[async_trait]
impl<A: AskSqlite> Catalog for SqliteCatalog<A> {
    async fn list_tables(&self, page: &TablePage) -> Result<Vec<TableSummary>> {
        self.tables(&page::of(page)).await?.at(page.point)?.into_summaries()
    }

    async fn find_table(&self, name: &TableName, at: Point) -> Result<Option<Table>> {
        self.tables(&page::one(name, at)).await?.at(at)?.into_table()
    }

    async fn find_snapshot(&self, at: Point) -> Result<SnapshotId> {
        self.tables(&page::none(at)).await?.at(at)?.into_snapshot()
    }

    async fn history(&self, page: &HistoryPage) -> Result<Vec<TableChange>> {
        let answer = self.asks.ask(HISTORY, &page::of_history(page)).await;
        Document::read(&answer.map_err(Failure::into_error)?)?.into_history()
    }

    async fn find_writes(&self, keys: &[String]) -> Result<Vec<(String, RecordedWrite)>> {
        self.writes(keys).await?.into_writes()
    }

    async fn written_by(&self, run: RunId) -> Result<Vec<RunWrites>> {
        let answer = self.asks.ask(WRITTEN, &[Some(run.to_string())]).await;
        document::written(&answer.map_err(Failure::into_error)?)
    }

    async fn mark(&self) -> Result<Mark> {
        document::mark(&self.asks.ask(MARK, &[]).await.map_err(Failure::into_error)?)
    }

    async fn status(&self) -> Result<CatalogStatus> {
        self.writes(&[]).await?.into_status()
    }
}

/// `counted(table_id, n)`: the rows of each inlined table; its deletes from files below zero.
fn counted(inlined: &Inlined) -> String {
    let mut sql = "counted(table_id, n) AS (VALUES (NULL, 0)".to_owned();
    for (table, name) in inlined {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        let count = if name.starts_with("ducklake_inlined_delete_") {
            format!(
                "-(SELECT count(*) FROM {quoted} d JOIN ducklake_data_file f ON f.data_file_id = d.file_id \
                 WHERE f.table_id = {table} AND {} AND d.begin_snapshot <= (SELECT id FROM pinned))",
                live("f.")
            )
        } else {
            format!("(SELECT count(*) FROM {quoted} WHERE {})", live(""))
        };
        // Writing to a String cannot fail.
        let _ = write!(sql, ", ({table}, {count})");
    }
    sql + ")\n"
}

fn live(prefix: &str) -> String {
    format!(
        "{prefix}begin_snapshot <= (SELECT id FROM pinned) AND \
         ({prefix}end_snapshot IS NULL OR {prefix}end_snapshot > (SELECT id FROM pinned))"
    )
}
