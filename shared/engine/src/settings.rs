//! What the engine needs to know of its surroundings.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use config::{
    CatalogConfig, Config, DuckLakeConfig, EngineConfig, Password, Platform, PostgresConfig, Role,
    S3Config,
};
use domain::{Error, Result};
use service::ObjectCredentials;

/// Everything that the engine needs.
#[derive(Clone)]
pub struct EngineSettings {
    /// DuckDB's resources and where its extensions are.
    pub engine: EngineConfig,
    /// Where the catalog is. Passwords are plain here: who composes the process has read secrets
    /// named by an ARN before.
    pub catalog: CatalogConfig,
    /// Where the data files are.
    pub storage: StorageLocation,
    /// The credentials for them; not asked for local ones.
    pub credentials: Arc<dyn ObjectCredentials>,
    /// How long work may take.
    pub time: Time,
    /// Whether a transaction may stay open behind its query: not where the process may be frozen after it.
    pub keeps_transactions: bool,
}

/// Where the data files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorageLocation {
    /// An object store.
    S3 {
        /// `s3://bucket/prefix/`
        data_path: String,
        /// `host:port`; `None` is AWS.
        endpoint: Option<String>,
        /// TLS.
        secure: bool,
        /// The region that requests are signed for.
        region: String,
    },
    /// A folder: for tests.
    Local(PathBuf),
}

impl From<&S3Config> for StorageLocation {
    fn from(config: &S3Config) -> Self {
        Self::S3 {
            data_path: config.data_path(),
            endpoint: config.endpoint.clone(),
            secure: config.secure,
            region: config.region.clone(),
        }
    }
}

impl StorageLocation {
    /// Where DuckLake keeps data files; ends in a slash.
    pub(crate) fn data_path(&self) -> String {
        match self {
            Self::S3 { data_path, .. } => data_path.clone(),
            Self::Local(folder) => format!("{}/", folder.display()),
        }
    }
}

impl StorageLocation {
    /// The kind of DuckDB's log entries that name the files that are written.
    pub(crate) fn log_type(&self) -> &'static str {
        match self {
            Self::S3 { .. } => "HTTP",
            Self::Local(_) => "FileSystem",
        }
    }
}

/// How long work may take.
#[derive(Debug, Clone, Copy)]
pub struct Time {
    /// A write.
    pub write: Duration,
    /// A read, to its last row.
    pub read: Duration,
}

impl EngineSettings {
    /// On S3, or what speaks it; `catalog` has every password read.
    pub fn of(
        config: &Config,
        catalog: CatalogConfig,
        s3: &S3Config,
        credentials: Arc<dyn ObjectCredentials>,
    ) -> Self {
        let storage = StorageLocation::from(s3);
        let engine = config.engine.clone();
        let time =
            Time { write: config.server.request_timeout, read: config.server.stream_timeout };
        let keeps_transactions = config.server.platform == Platform::Server;
        Self { engine, catalog, storage, credentials, time, keeps_transactions }
    }

    pub(crate) fn ducklake(&self) -> &DuckLakeConfig {
        match &self.catalog {
            CatalogConfig::Sqlite(sqlite) => &sqlite.ducklake,
            CatalogConfig::Postgres(postgres) => &postgres.ducklake,
        }
    }

    /// Whether the catalog is a file, which takes one writer at a time.
    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.catalog, CatalogConfig::Sqlite(_))
    }

    /// The schema of the catalog database that DuckLake's tables are in.
    pub(crate) fn metadata_schema(&self) -> &str {
        match &self.catalog {
            CatalogConfig::Sqlite(_) => "main",
            CatalogConfig::Postgres(postgres) => &postgres.metadata_schema,
        }
    }

    /// The one folder beside the data that the writing instance reads: spooled bodies.
    pub(crate) fn spool_dir(&self) -> String {
        format!("{}/", self.engine.temporary_dir.display())
    }
}

/// What an instance is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Callers' SQL: read-only, as the reader.
    Read,
    /// Our own SQL: the writer.
    Write,
    /// Makes the lake where it is missing, as the role that owns what is ours.
    Migrate,
}

impl Purpose {
    /// Who logs in at PostgreSQL for it.
    pub(crate) fn role(self, config: &PostgresConfig) -> &Role {
        match self {
            Self::Read => &config.reader,
            Self::Write => &config.writer,
            Self::Migrate => config.migrating(),
        }
    }
}

/// The password of `role`, which must be known by now.
pub(crate) fn password(role: &Role) -> Result<&str> {
    match &role.password {
        Password::Plain(secret) => Ok(secret.reveal()),
        Password::SecretArn(_) => {
            Err(Error::internal("a password's secret was not read before the engine was made"))
        }
    }
}
