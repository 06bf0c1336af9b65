//! Tests on a real lake: SQLite and a folder, in a temporary directory.

mod columns;
mod corpora;
mod culprits;
mod errors;
mod extensions;
mod forgets;
mod groups;
mod hostile;
mod instances;
mod late_writes;
mod pins;
mod queries;
mod services;
mod types;
mod widening;
pub(crate) mod writes;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use async_trait::async_trait;
use config::{CatalogConfig, DuckLakeConfig, EngineConfig, SqliteConfig};
use domain::{Column, ColumnType, Grants, Name, Point, Result, TableDefinition, TableName};
use futures::TryStreamExt;
use service::*;
use tempfile::TempDir;

use crate::{Engine, EngineSettings, StorageLocation, Time, values};

const MINUTE: std::time::Duration = std::time::Duration::from_secs(60);

pub(crate) struct NoCredentials;

#[async_trait]
impl ObjectCredentials for NoCredentials {
    async fn current(&self) -> Result<S3Credentials> {
        Err(domain::Error::internal("local data has no credentials"))
    }
}

/// A lake of its own, and the engine over it.
pub(crate) struct TestLake {
    pub(crate) folder: TempDir,
    pub(crate) settings: EngineSettings,
    pub(crate) engine: Engine,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) lake: Arc<dyn Lake>,
    pub(crate) queries: Arc<dyn QueryEngine>,
}

pub(crate) fn settings(folder: &Path) -> EngineSettings {
    let cache = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.cache/duckdb/extensions");
    EngineSettings {
        engine: EngineConfig {
            extension_dir: cache.canonicalize().expect("`./dev fetch` has filled the cache"),
            memory_bytes: 512 << 20,
            threads: 2,
            concurrency: 2,
            queue: 100,
            postgres_connections: 2,
            temporary_dir: folder.join("spool"),
        },
        catalog: CatalogConfig::Sqlite(SqliteConfig {
            path: folder.join("catalog.sqlite"),
            ducklake: DuckLakeConfig {
                encrypted: false,
                data_inlining_row_limit: 10,
                connection_retries: 0,
                connection_timeout: Duration::from_secs(5),
            },
        }),
        storage: StorageLocation::Local(folder.join("data")),
        credentials: Arc::new(NoCredentials),
        time: Time { write: MINUTE, read: MINUTE },
        keeps_transactions: true,
    }
}

impl TestLake {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("data")).expect("a folder");
        let settings = settings(folder.path());
        let file = folder.path().join("catalog.sqlite");
        catalog::prepare_sqlite(&file).await.expect("a file");
        crate::make_lake(settings.clone()).await.expect("a lake");
        catalog::migrate_sqlite(&file).await.expect("migrated");
        let engine = Engine::new(settings.clone());
        let catalog = engine.catalog();
        let lake = engine.lake(Arc::clone(&catalog));
        let queries = engine.queries(Arc::clone(&catalog));
        Self { folder, settings, engine, catalog, lake, queries }
    }

    pub(crate) async fn create(&self, name: &str, columns: &[(&str, &str)]) -> Result<Outcome> {
        let columns = columns.iter().map(|(name, r#type)| Column {
            name: Name::parse("column", name).expect("a name"),
            r#type: ColumnType::parse(r#type.trim_end_matches(" NOT NULL")).expect("a type"),
            nullable: !r#type.ends_with(" NOT NULL"),
            default: None,
            comment: None,
        });
        let definition = TableDefinition::new(table(name), columns.collect(), None)?;
        self.lake.write(write(&format!("create {name}"), Change::create(definition))).await
    }

    pub(crate) async fn append(
        &self,
        key: &str,
        name: &str,
        source: Arc<dyn RowSource>,
    ) -> Result<Outcome> {
        let append = Append::to(&self.table(name).await, source, 7);
        self.lake.write(write(key, Change::Append(append))).await
    }

    pub(crate) async fn table(&self, name: &str) -> domain::Table {
        let found = self.catalog.find_table(&table(name), Point::Newest).await;
        found.expect("an answer").expect("a table")
    }

    pub(crate) async fn drop_of(&self, name: &str) -> Change {
        Change::DropTable(DropTable::of(&self.table(name).await))
    }

    pub(crate) async fn sql(&self, text: &str) -> Result<Vec<RecordBatch>> {
        self.queries.query(query(text)).await?.batches.try_collect().await
    }

    pub(crate) async fn text(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        let instance = self.engine.reading.get().await.expect("an instance");
        let connection = instance.connect().expect("a connection");
        values::texts(&connection, sql).expect("rows")
    }

    pub(crate) fn data_files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder.path().join("data")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files
    }
}

pub(crate) fn table(name: &str) -> TableName {
    TableName::parse(name).expect("a name")
}

pub(crate) fn write(key: &str, change: Change) -> Write {
    let key = WriteKey { key: key.to_owned(), payload: "p".to_owned(), by_caller: true };
    Write { key, run: None, deadline: None, if_match: None, change }
}

pub(crate) fn query(text: &str) -> Query {
    let select = Select::Sql {
        text: text.to_owned(),
        parameters: Parameters::Positional(Vec::new()),
        this: None,
        default_schema: None,
    };
    Query::of(select, Grants::All)
}

/// Batches in memory; an `Err` among them is a broken body.
pub(crate) struct Memory(pub(crate) SchemaRef, pub(crate) Vec<Option<RecordBatch>>);

impl Memory {
    pub(crate) fn of(batch: RecordBatch) -> Arc<dyn RowSource> {
        Arc::new(Self(batch.schema(), vec![Some(batch)]))
    }
}

impl RowSource for Memory {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.0)
    }

    fn parquet_file(&self) -> Option<&Path> {
        None
    }

    fn batches(&self) -> Result<Box<dyn Iterator<Item = Result<RecordBatch>> + Send>> {
        let cut = || domain::Error::malformed("BROKEN_BODY", "cut short");
        Ok(Box::new(self.1.clone().into_iter().map(move |batch| batch.ok_or_else(cut))))
    }
}
