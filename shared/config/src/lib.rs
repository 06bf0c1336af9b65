//! The environment as one typed, validated value: the only reader of it.
//!
//! [`Config::from_environment`] reads everything once and answers either a `Config` in which every
//! part fits, or every problem at once, each by the name of its variable. Which store is used
//! follows from what is set: `DB_POSTGRES_HOST` chooses PostgreSQL over the embedded SQLite catalog;
//! `STORAGE_MINIO_ENDPOINT`, or `AWS_REGION` together with `STORAGE_DEFAULT_BUCKET`, choose S3 over the
//! embedded object store; `STATE_DYNAMODB_TABLE` chooses DynamoDB over a file of SQLite.

mod aws;
mod catalog;
mod engine;
mod events;
mod features;
mod queries;
mod reader;
mod role;
mod secret;
mod server;
mod ssl_mode;
mod state;
mod storage;

pub use aws::AwsKeys;
pub use catalog::{CatalogConfig, DuckLakeConfig, PostgresConfig, SqliteConfig};
pub use engine::EngineConfig;
pub use events::EventsConfig;
pub use features::FeaturesConfig;
pub use queries::{Isolation, QueriesConfig};
pub use reader::{Problem, Problems};
pub use role::{Password, Role};
pub use secret::Secret;
pub use server::{Environment, LogConfig, Platform, ServerConfig};
pub use ssl_mode::SslMode;
pub use state::{DynamoDbConfig, StateStore};
pub use storage::{EmbeddedStorageConfig, S3Config, SourceConfig, StorageConfig};

use std::collections::BTreeMap;
use std::fmt;

use reader::Reader;

/// Everything that Eider reads from its environment.
#[derive(Debug, Clone)]
pub struct Config {
    /// Who is served, where, under which limits.
    pub server: ServerConfig,
    /// The lake's catalog database.
    pub catalog: CatalogConfig,
    /// The object store under the lake.
    pub storage: StorageConfig,
    /// Jobs, runs, feeds.
    pub state: StateStore,
    /// Live events.
    pub events: EventsConfig,
    /// What else of storage may be read.
    pub sources: SourceConfig,
    /// DuckDB.
    pub engine: EngineConfig,
    /// Which secrets are set, each by its variable; never what they are.
    pub secrets: BTreeMap<String, bool>,
}

impl Config {
    /// Reads the process's environment.
    #[expect(clippy::disallowed_methods, reason = "this is the one reader")]
    pub fn from_environment() -> Result<Self, Problems> {
        Self::read(Reader::of_the_system(std::env::vars_os()))
    }

    /// Reads these variables: what tests use in place of the environment.
    pub fn from_variables(
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Problems> {
        Self::read(Reader::new(variables))
    }

    fn read(mut reader: Reader) -> Result<Self, Problems> {
        let mut server = server::read(&mut reader);
        let catalog = catalog::read(&mut reader, &server);
        let storage = storage::read(&mut reader, &server);
        let sources = storage::read_sources(&mut reader, &server, storage.bucket());
        let state = state::read(&mut reader, &server);
        let events = events::read(&mut reader, &server);
        let engine = engine::read(&mut reader, &server);
        server.queries = queries::read(&mut reader, &server, &catalog, &engine);
        check_together(&mut reader, &server, &catalog, &storage, &state);
        reader.refuse_unknown();
        let secrets = reader.secrets();
        reader.finish(Self { server, catalog, storage, state, events, sources, engine, secrets })
    }
}

impl fmt::Display for Config {
    /// Which stores are used, for whoever starts it; no secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.catalog {
            CatalogConfig::Sqlite(sqlite) => {
                write!(f, "catalog: SQLite in {}; ", sqlite.path.display())?;
            }
            CatalogConfig::Postgres(postgres) => {
                write!(f, "catalog: PostgreSQL at {}:{}; ", postgres.host, postgres.port)?;
            }
        }
        match &self.storage {
            StorageConfig::Embedded(embedded) => {
                write!(f, "objects: embedded in {}; ", embedded.folder.display())?;
            }
            StorageConfig::S3(S3Config { endpoint: Some(endpoint), bucket, .. }) => {
                write!(f, "objects: bucket {bucket} at {endpoint}; ")?;
            }
            StorageConfig::S3(S3Config { bucket, region, .. }) => {
                write!(f, "objects: bucket {bucket} of S3 in {region}; ")?;
            }
        }
        match &self.state {
            StateStore::Sqlite(path) => write!(f, "state: SQLite in {}", path.display()),
            StateStore::DynamoDb(DynamoDbConfig { endpoint: Some(endpoint), table, .. }) => {
                write!(f, "state: table {table} at {endpoint}")
            }
            StateStore::DynamoDb(DynamoDbConfig { table, region, .. }) => {
                write!(f, "state: table {table} of DynamoDB in {region}")
            }
        }
    }
}

/// What no section sees alone.
fn check_together(
    reader: &mut Reader,
    server: &ServerConfig,
    catalog: &CatalogConfig,
    storage: &StorageConfig,
    state: &StateStore,
) {
    let embedded_catalog = matches!(catalog, CatalogConfig::Sqlite(_));
    let embedded_storage = matches!(storage, StorageConfig::Embedded(_));
    let embedded_state = matches!(state, StateStore::Sqlite(_));
    let place = match (server.platform, server.environment) {
        (Platform::Lambda { .. }, _) => Some("A function keeps nothing of its own"),
        (_, Environment::Production) => Some("Production keeps nothing on its own disk"),
        _ => None,
    };
    if let Some(why) = place {
        if embedded_catalog {
            reader.problem("DB_POSTGRES_HOST", format!("{why}: name a PostgreSQL server."));
        }
        if embedded_storage {
            reader.problem("STORAGE_MINIO_ENDPOINT", format!("{why}: {}", storage::NAME_ONE));
        }
        if embedded_state {
            reader.problem("STATE_DYNAMODB_TABLE", format!("{why}: name a table of DynamoDB."));
        }
    } else if embedded_state && !embedded_catalog {
        reader.problem(
            "STATE_DYNAMODB_TABLE",
            "A PostgreSQL catalog is shared, the embedded state store is not: name a table of DynamoDB.",
        );
    }
    if embedded_storage && !embedded_catalog {
        reader.problem(
            "STORAGE_MINIO_ENDPOINT",
            format!(
                "A PostgreSQL catalog is shared, the embedded object store is not: {}",
                storage::NAME_ONE
            ),
        );
    }
}

#[cfg(test)]
mod tests;
