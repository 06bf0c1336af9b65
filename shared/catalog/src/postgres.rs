//! The catalog on PostgreSQL, in the role that reads.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use config::{Password, PostgresConfig, Role, SslMode};
use domain::{Error, Point, Result, RunId, SnapshotId, Table, TableName, TableSummary};
use service::{
    Catalog, CatalogStatus, HistoryPage, Mark, RecordedWrite, RunWrites, TableChange, TablePage,
};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions};

use crate::definitions::Definitions;
use crate::document::{self, Document};
use crate::failure::Failure;
use crate::page::{self, Parameters};
use crate::together::Together;

/// Connections of one process at most; a function that takes one request at a time uses one.
pub const CONNECTIONS: u32 = 4;

/// For a connection, and again for an answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// An idle connection may be long gone (a frozen sandbox, a NAT): better a new one.
const IDLE: Duration = Duration::from_secs(60);

/// Every question is a look-up by an index. A plan that was made while a table was small reads all of it, and
/// is kept: long after, where much is written at once. (What has no index costs so much then that it would be
/// compiled.)
const PLANS: [(&str, &str); 2] = [("enable_seqscan", "off"), ("jit", "off")];

/// The port on PostgreSQL.
pub struct PostgresCatalog {
    pool: PgPool,
    page: String,
    named: String,
    write: String,
    history: String,
    written: String,
    mark: String,
    marks: Together<Mark>,
    definitions: Definitions,
}

impl PostgresCatalog {
    /// Connects on first need. Passwords must have been read: `Password::SecretArn` is an error.
    pub fn new(config: &PostgresConfig) -> Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .min_connections(0)
            .acquire_timeout(PATIENCE)
            .idle_timeout(IDLE)
            .test_before_acquire(false)
            .connect_lazy_with(options(config, &config.reader)?.options(PLANS));
        let home = quoted(&config.metadata_schema);
        let tables = |page| {
            let tables = include_str!("../queries/postgres_tables.sql").replace("{page}", page);
            tables.replace('@', &home)
        };
        let page = tables(include_str!("../queries/postgres_page.sql"));
        let named = tables(include_str!("../queries/postgres_named.sql"));
        let write = include_str!("../queries/postgres_write.sql").replace('@', &home);
        let history = include_str!("../queries/postgres_history.sql").replace('@', &home);
        let written = include_str!("../queries/postgres_run.sql").replace('@', &home);
        let mark = include_str!("../queries/postgres_mark.sql").replace('@', &home);
        let (marks, definitions) = (Together::default(), Definitions::default());
        Ok(Self { pool, page, named, write, history, written, mark, marks, definitions })
    }

    async fn ask(&self, sql: &str, parameters: &[Option<String>]) -> Result<Document> {
        Document::read(&self.ask_text(sql, parameters).await?)
    }

    /// Asks until there is an answer: every pooled connection may have died with the server that was
    /// restarted, and each is thrown away when it fails. All questions are reads.
    async fn ask_text(&self, sql: &str, parameters: &[Option<String>]) -> Result<String> {
        let mut tries = 0..=CONNECTIONS;
        loop {
            let last = tries.next().is_none();
            match self.ask_once(sql, parameters).await {
                Ok(text) => return Ok(text),
                Err((failure, pooled)) if !last && (pooled || failure.is_moved()) => {
                    tracing::debug!(?failure, "the catalog is asked again");
                }
                Err((failure, _)) => return Err(failure.into_error()),
            }
        }
    }

    /// The answer; or the failure, and whether it came from a connection that broke.
    async fn ask_once(
        &self,
        sql: &str,
        parameters: &[Option<String>],
    ) -> Result<String, (Failure, bool)> {
        let mut connection =
            self.pool.acquire().await.map_err(|e| (Failure::from_postgres(e), false))?;
        let mut query = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql.to_owned()));
        for parameter in parameters {
            query = query.bind(parameter.as_deref());
        }
        match tokio::time::timeout(PATIENCE, query.fetch_one(&mut *connection)).await {
            Ok(Ok(text)) => Ok(text),
            Ok(Err(error)) => {
                let failure = Failure::from_postgres(error);
                let broken = matches!(failure, Failure::Unreachable(_));
                if broken {
                    connection.close_on_drop();
                }
                Err((failure, broken))
            }
            Err(late) => {
                connection.close_on_drop();
                Err((Failure::Unreachable(late.into()), false))
            }
        }
    }
}

#[async_trait]
impl Catalog for PostgresCatalog {
    async fn list_tables(&self, page: &TablePage) -> Result<Vec<TableSummary>> {
        let sql = if page.within.is_some() { &self.named } else { &self.page };
        self.ask(sql, &page::of(page)).await?.at(page.point)?.into_summaries()
    }

    async fn find_table(&self, name: &TableName, at: Point) -> Result<Option<Table>> {
        self.ask(&self.named, &page::one(name, at)).await?.at(at)?.into_table()
    }

    async fn find_snapshot(&self, at: Point) -> Result<SnapshotId> {
        self.ask(&self.named, &page::none(at)).await?.at(at)?.into_snapshot()
    }

    async fn history(&self, page: &HistoryPage) -> Result<Vec<TableChange>> {
        self.ask(&self.history, &page::of_history(page)).await?.into_history()
    }

    async fn find_definition(&self, name: &TableName) -> Result<Option<Arc<Table>>> {
        let version = self.mark().await?.schema_version;
        if let Some(known) = self.definitions.get(name, version) {
            return Ok(Some(known));
        }
        let found = self.find_table(name, Point::Newest).await?.map(Arc::new);
        if let Some(found) = &found {
            self.definitions.keep(version, found);
        }
        Ok(found)
    }

    async fn find_writes(&self, keys: &[String]) -> Result<Vec<(String, RecordedWrite)>> {
        self.ask(&self.write, &[Some(keys.join(","))]).await?.into_writes()
    }

    async fn written_by(&self, run: RunId) -> Result<Vec<RunWrites>> {
        document::written(&self.ask_text(&self.written, &[Some(run.to_string())]).await?)
    }

    async fn mark(&self) -> Result<Mark> {
        let ask = async || document::mark(&self.ask_text(&self.mark, &[]).await?);
        self.marks.ask(ask).await
    }

    async fn status(&self) -> Result<CatalogStatus> {
        let nothing: Parameters = vec![None];
        self.ask(&self.write, &nothing).await?.into_status()
    }
}

/// How `role` connects. No statement is logged: errors carry what is needed.
pub(crate) fn options(config: &PostgresConfig, role: &Role) -> Result<PgConnectOptions> {
    let Password::Plain(password) = &role.password else {
        return Err(Error::internal("a database password is an ARN still: read the secret first"));
    };
    Ok(PgConnectOptions::new_without_pgpass()
        .host(&config.host)
        .port(config.port)
        .ssl_mode(ssl_mode(config.ssl_mode))
        .database(&config.database)
        .username(&role.user)
        .password(password.reveal())
        .application_name("eider")
        .disable_statement_logging())
}

fn ssl_mode(mode: SslMode) -> PgSslMode {
    match mode {
        SslMode::Disable => PgSslMode::Disable,
        SslMode::Prefer => PgSslMode::Prefer,
        SslMode::Require => PgSslMode::Require,
        SslMode::VerifyCa => PgSslMode::VerifyCa,
        SslMode::VerifyFull => PgSslMode::VerifyFull,
    }
}

/// An identifier, in double quotes.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
