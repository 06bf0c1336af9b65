//! Lakes of a test's own, written as DuckLake writes them.

use std::path::PathBuf;

use async_trait::async_trait;
use catalog::{AskSqlite, Failure, PostgresCatalog, SqliteCatalog};
use config::{DuckLakeConfig, Password, PostgresConfig, Role, Secret, SslMode};
use service::Catalog;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tempfile::TempDir;

/// A migrated lake without tables, at snapshot 0.
pub(crate) enum Lake {
    Postgres(Box<PostgresConfig>),
    Sqlite(PathBuf, #[expect(dead_code, reason = "kept: the file goes with its folder")] TempDir),
}

/// Whether a commit came through, or what the database said.
pub(crate) type Committed = Result<u64, String>;

/// The servers' environment under a schema of the test's own.
pub(crate) fn postgres_config() -> PostgresConfig {
    let variable = |name: &str| {
        std::env::var(name).unwrap_or_else(|_| {
            panic!("{name} is not set: this test needs PostgreSQL, `./dev test unit` starts it")
        })
    };
    let role = |prefix: &str| Role {
        user: variable(&format!("{prefix}_USER")),
        password: Password::Plain(Secret::new(variable(&format!("{prefix}_PASSWORD")))),
    };
    PostgresConfig {
        host: variable("DB_POSTGRES_HOST"),
        port: variable("DB_POSTGRES_PORT").parse().expect("a port"),
        database: variable("DB_POSTGRES_DB"),
        ssl_mode: SslMode::Prefer,
        metadata_schema: format!("Catalog \"test\" @ {}", uuid::Uuid::now_v7().simple()),
        writer: role("DB_POSTGRES"),
        reader: role("DB_POSTGRES_READER"),
        migrate: Some(role("DB_POSTGRES_MIGRATE")),
        ducklake: DuckLakeConfig {
            encrypted: false,
            data_inlining_row_limit: 10,
            connection_retries: 0,
            connection_timeout: std::time::Duration::from_secs(5),
        },
    }
}

/// A connection in this role, with the metadata schema as its search_path.
pub(crate) async fn connect(config: &PostgresConfig, role: &Role) -> PgConnection {
    let Password::Plain(password) = &role.password else { panic!("an ARN") };
    let options = PgConnectOptions::new_without_pgpass()
        .host(&config.host)
        .port(config.port)
        .database(&config.database)
        .username(&role.user)
        .password(password.reveal());
    let mut connection = options.connect().await.expect("PostgreSQL answers");
    let schema = config.metadata_schema.replace('"', "\"\"");
    let path = AssertSqlSafe(format!("SET search_path = \"{schema}\""));
    sqlx::raw_sql(path).execute(&mut connection).await.expect("a search_path");
    connection
}

/// What DuckDB does as the migrating role: tables, not ours, in the prepared schema.
pub(crate) async fn make_on_postgres(config: &PostgresConfig) -> domain::Result<()> {
    let owner = config.migrating();
    let mut connection = connect(config, owner).await;
    let made: bool = sqlx::query_scalar("SELECT to_regclass('ducklake_snapshot') IS NOT NULL")
        .fetch_one(&mut connection)
        .await
        .expect("asked");
    if !made {
        sqlx::raw_sql(include_str!("../fixtures/ducklake_1_0.postgres.sql"))
            .execute(&mut connection)
            .await
            .expect("DuckLake's tables");
    }
    Ok(())
}

impl Lake {
    pub(crate) async fn postgres() -> Self {
        let config = postgres_config();
        let make = async || make_on_postgres(&config).await;
        catalog::migrate_postgres(&config, make).await.expect("migrated");
        Self::Postgres(Box::new(config))
    }

    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a folder/catalog.sqlite");
        catalog::prepare_sqlite(&path).await.expect("prepared");
        let lake = Self::Sqlite(path, folder);
        lake.run(include_str!("../fixtures/ducklake_1_0.sqlite.sql")).await.expect("a lake");
        catalog::migrate_sqlite(lake.path()).await.expect("migrated");
        lake
    }

    /// The file of a SQLite lake.
    pub(crate) fn path(&self) -> &PathBuf {
        match self {
            Self::Sqlite(path, _) => path,
            Self::Postgres(_) => panic!("no file"),
        }
    }

    pub(crate) fn catalog(&self) -> Box<dyn Catalog> {
        match self {
            Self::Postgres(config) => Box::new(PostgresCatalog::new(config).expect("a pool")),
            Self::Sqlite(path, _) => Box::new(SqliteCatalog::new(File(path.clone()))),
        }
    }

    /// Runs statements as the one who writes.
    pub(crate) async fn run(&self, sql: &str) -> Result<(), String> {
        let sql = AssertSqlSafe(sql.to_owned());
        let ran = match self {
            Self::Postgres(config) => {
                let mut connection = connect(config, &config.writer).await;
                sqlx::raw_sql(sql).execute(&mut connection).await.map(drop)
            }
            Self::Sqlite(path, _) => {
                let mut connection = open(path).await;
                let ran = sqlx::raw_sql(sql).execute(&mut connection).await.map(drop);
                connection.close().await.expect("closed");
                ran
            }
        };
        ran.map_err(|error| error.to_string())
    }

    /// One DuckLake commit: `$` in `rows` stands for the new snapshot's id.
    pub(crate) async fn commit(&self, rows: &str, changes: &str, extra: Option<&str>) -> Committed {
        let author = if extra.is_some() { "'eider'" } else { "NULL" };
        let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let extra = extra.map_or_else(|| "NULL".to_owned(), text);
        let before = self.catalog().status().await.map_err(|e| format!("{e:?}"))?;
        let id = before.newest_snapshot.0 + 1;
        let time = format!("2026-01-01 00:00:00.{id:06}+00");
        let sql = format!(
            "BEGIN; INSERT INTO ducklake_snapshot VALUES ({id}, '{time}', 1, 100, 100); {}; \
             INSERT INTO ducklake_snapshot_changes VALUES ({id}, {}, {author}, NULL, {extra}); COMMIT",
            rows.replace('$', &id.to_string()),
            text(changes),
        );
        self.run(&sql).await.map(|()| id)
    }

    /// The one text that the one who reads gets.
    pub(crate) async fn text(&self, sql: &str) -> String {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Postgres(config) => {
                let mut connection = connect(config, &config.reader).await;
                sqlx::query_scalar(sql).fetch_one(&mut connection).await
            }
            Self::Sqlite(path, _) => {
                let mut connection = open(path).await;
                let text = sqlx::query_scalar(sql).fetch_one(&mut connection).await;
                connection.close().await.expect("closed");
                text
            }
        }
        .expect("a text")
    }

    /// `kind` or `kind:table`, in order, as noted of this snapshot.
    pub(crate) async fn noted(&self, snapshot: u64) -> Vec<String> {
        let sql = "SELECT kind, table_id FROM eider_change WHERE snapshot_id = $1 ORDER BY ordinal";
        let id = snapshot as i64;
        let rows: Vec<(String, Option<i64>)> = match self {
            Self::Postgres(config) => {
                let mut connection = connect(config, &config.reader).await;
                sqlx::query_as(sql).bind(id).fetch_all(&mut connection).await
            }
            Self::Sqlite(path, _) => {
                let mut connection = open(path).await;
                let rows = sqlx::query_as(sql).bind(id).fetch_all(&mut connection).await;
                connection.close().await.expect("closed");
                rows
            }
        }
        .expect("the changes");
        let show = |(kind, id): (String, Option<i64>)| {
            id.map_or(kind.clone(), |id| format!("{kind}:{id}"))
        };
        rows.into_iter().map(show).collect()
    }
}

async fn open(path: &PathBuf) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.expect("the file opens")
}

/// Stands for DuckDB.
struct File(PathBuf);

#[async_trait]
impl AskSqlite for File {
    async fn ask(&self, sql: &str, parameters: &[Option<String>]) -> Result<String, Failure> {
        let mut connection = open(&self.0).await;
        let mut query = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()));
        for parameter in parameters {
            query = query.bind(parameter.clone());
        }
        let text = query.fetch_one(&mut connection).await.map_err(Failure::from_sqlite);
        connection.close().await.expect("closed");
        text
    }
}
