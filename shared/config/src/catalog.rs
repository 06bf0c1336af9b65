//! The lake's catalog database.

use std::path::PathBuf;
use std::time::Duration;

use crate::role::{self, Roles};
use crate::{Environment, Role, ServerConfig, SslMode, reader::Reader, server::read_seconds};

/// Which database holds the catalog.
#[expect(clippy::large_enum_variant, reason = "there is one in a process")]
#[derive(Debug, Clone)]
pub enum CatalogConfig {
    /// A file of this machine.
    Sqlite(SqliteConfig),
    /// A server.
    Postgres(PostgresConfig),
}

impl CatalogConfig {
    /// What of DuckLake is set, wherever the catalog is.
    pub fn ducklake(&self) -> &DuckLakeConfig {
        match self {
            Self::Sqlite(sqlite) => &sqlite.ducklake,
            Self::Postgres(postgres) => &postgres.ducklake,
        }
    }
}

/// The embedded catalog.
#[derive(Debug, Clone)]
pub struct SqliteConfig {
    /// The file.
    pub path: PathBuf,
    /// What of DuckLake is set for both kinds.
    pub ducklake: DuckLakeConfig,
}

/// DuckLake on PostgreSQL.
#[derive(Debug, Clone)]
pub struct PostgresConfig {
    /// `DB_POSTGRES_HOST`
    pub host: String,
    /// `DB_POSTGRES_PORT`
    pub port: u16,
    /// `DB_POSTGRES_DB`
    pub database: String,
    /// `DB_POSTGRES_SSLMODE`
    pub ssl_mode: SslMode,
    /// `DB_DUCKLAKE_METADATA_SCHEMA`
    pub metadata_schema: String,
    /// `DB_POSTGRES_{USER,PASSWORD}`: the one role that writes.
    pub writer: Role,
    /// `DB_POSTGRES_READER_{USER,PASSWORD}`: reads only; the writer where it is not set.
    pub reader: Role,
    /// `DB_POSTGRES_MIGRATE_{USER,PASSWORD}`: owns what is ours; only `migrate` has it. See
    /// [`PostgresConfig::migrating`].
    pub migrate: Option<Role>,
    /// What of DuckLake is set for both kinds.
    pub ducklake: DuckLakeConfig,
}

impl PostgresConfig {
    /// Who migrates, and owns what is ours: the writer where no other role is set for it.
    pub fn migrating(&self) -> &Role {
        self.migrate.as_ref().unwrap_or(&self.writer)
    }
}

/// `DB_DUCKLAKE_*`.
#[derive(Debug, Clone)]
pub struct DuckLakeConfig {
    /// `DB_DUCKLAKE_ENCRYPTED`: decided when the lake is made; another value refuses the start.
    pub encrypted: bool,
    /// `DB_DUCKLAKE_DATA_INLINING_ROW_LIMIT`: appends up to so many rows are kept in the catalog.
    pub data_inlining_row_limit: u32,
    /// `DB_DUCKLAKE_CONNECTION_RETRIES`: tries after the first to open the engine.
    pub connection_retries: u32,
    /// `DB_DUCKLAKE_CONNECTION_TIMEOUT`: seconds for each.
    pub connection_timeout: Duration,
}

pub(crate) fn read(reader: &mut Reader, server: &ServerConfig) -> CatalogConfig {
    let ducklake = DuckLakeConfig {
        encrypted: reader.flag("DB_DUCKLAKE_ENCRYPTED", false),
        data_inlining_row_limit: reader.parsed(
            "DB_DUCKLAKE_DATA_INLINING_ROW_LIMIT",
            10,
            "a number of rows",
        ),
        connection_retries: reader.parsed("DB_DUCKLAKE_CONNECTION_RETRIES", 3, "a number of tries"),
        connection_timeout: read_seconds(reader, "DB_DUCKLAKE_CONNECTION_TIMEOUT", 10),
    };
    match reader.text("DB_POSTGRES_HOST") {
        Some(host) => CatalogConfig::Postgres(read_postgres(reader, server, host, ducklake)),
        None => {
            refuse_without_host(reader);
            CatalogConfig::Sqlite(SqliteConfig {
                path: server.home.join("catalog.sqlite"),
                ducklake,
            })
        }
    }
}

/// Half a PostgreSQL configuration must not become an embedded lake in silence.
fn refuse_without_host(reader: &mut Reader) {
    let others = [
        "DB_POSTGRES_PORT",
        "DB_POSTGRES_DB",
        "DB_POSTGRES_SSLMODE",
        "DB_POSTGRES_USER",
        "DB_POSTGRES_PASSWORD",
        "DB_POSTGRES_PASSWORD_SECRET_ARN",
        "DB_POSTGRES_READER_USER",
        "DB_POSTGRES_READER_PASSWORD",
        "DB_POSTGRES_READER_PASSWORD_SECRET_ARN",
        "DB_POSTGRES_MIGRATE_USER",
        "DB_POSTGRES_MIGRATE_PASSWORD",
        "DB_DUCKLAKE_METADATA_SCHEMA",
    ];
    for name in others {
        if reader.text(name).is_some() {
            reader.problem(name, "is set, but DB_POSTGRES_HOST is not: set both or neither.");
        }
    }
}

fn read_postgres(
    reader: &mut Reader,
    server: &ServerConfig,
    host: String,
    ducklake: DuckLakeConfig,
) -> PostgresConfig {
    if host.contains('@') {
        reader.problem("DB_POSTGRES_HOST", "has a user in it; write the host alone.");
    }
    let Roles { writer, reader: reads, migrate } = role::read(reader, server);
    PostgresConfig {
        host,
        port: reader.parsed("DB_POSTGRES_PORT", 5432, "a port"),
        database: reader.required("DB_POSTGRES_DB", "DB_POSTGRES_HOST is set"),
        ssl_mode: read_ssl_mode(reader, server),
        metadata_schema: reader.text_or("DB_DUCKLAKE_METADATA_SCHEMA", "eider"),
        writer,
        reader: reads,
        migrate,
        ducklake,
    }
}

/// On a laptop the server may have no TLS; elsewhere rows and passwords cross a network.
fn read_ssl_mode(reader: &mut Reader, server: &ServerConfig) -> SslMode {
    let development = server.environment == Environment::Development;
    let default = if development { SslMode::Prefer } else { SslMode::Require };
    let known = SslMode::ALL.map(SslMode::as_str).join(", ");
    reader.parsed("DB_POSTGRES_SSLMODE", default, &format!("one of {known}"))
}
