//! The lake's catalog database.

use std::path::PathBuf;
use std::time::Duration;

use crate::{Environment, Secret, ServerConfig, SslMode, reader::Reader, server::read_seconds};

/// Which database holds the catalog.
#[expect(clippy::large_enum_variant, reason = "there is one in a process")]
#[derive(Debug, Clone)]
pub enum CatalogConfig {
    /// A file of this machine.
    Sqlite(SqliteConfig),
    /// A server.
    Postgres(PostgresConfig),
}

/// The embedded catalog.
#[derive(Debug, Clone)]
pub struct SqliteConfig {
    /// The file.
    pub path: PathBuf,
    /// What of DuckLake is set for both kinds.
    pub ducklake: DuckLakeConfig,
}

/// What a role proves itself with.
#[derive(Debug, Clone)]
pub enum Password {
    /// The password.
    Plain(Secret),
    /// The ARN of a secret that the process reads itself, at its start.
    SecretArn(String),
}

/// A database role.
#[derive(Debug, Clone)]
pub struct Role {
    /// Its name.
    pub user: String,
    /// How it proves itself.
    pub password: Password,
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
    let arn = reader.text("DB_POSTGRES_PASSWORD_SECRET_ARN");
    let writer = read_role(reader, "DB_POSTGRES", arn.as_deref());
    let named = reader.text("DB_POSTGRES_READER_USER").is_some();
    let reads = if named { read_role(reader, "DB_POSTGRES_READER", arn.as_deref()) } else { None };
    let migrates = reader.text("DB_POSTGRES_MIGRATE_USER").is_some();
    let migrate = if migrates { read_role(reader, "DB_POSTGRES_MIGRATE", None) } else { None };
    for (variable, role) in [
        ("DB_POSTGRES_PASSWORD", &writer),
        ("DB_POSTGRES_READER_PASSWORD", &reads),
        ("DB_POSTGRES_MIGRATE_PASSWORD", &migrate),
    ] {
        refuse_default_password(reader, server, variable, role.as_ref());
    }
    if writer.is_none() && reads.is_none() && migrate.is_none() {
        reader.problem(
            "DB_POSTGRES_USER",
            "is not set; it is needed because DB_POSTGRES_HOST is, as is DB_POSTGRES_PASSWORD.",
        );
    }
    let nobody = || Role { user: String::new(), password: Password::Plain(Secret::new("")) };
    let writer = writer.or_else(|| reads.clone()).unwrap_or_else(nobody);
    let reads = reads.unwrap_or_else(|| writer.clone());
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

fn read_role(reader: &mut Reader, prefix: &str, arn: Option<&str>) -> Option<Role> {
    let user = reader.text(&format!("{prefix}_USER"))?;
    let variable = format!("{prefix}_PASSWORD");
    let password = match (reader.secret(&variable), arn) {
        (Some(password), _) => Password::Plain(password),
        (None, Some(arn)) => Password::SecretArn(arn.to_owned()),
        (None, None) => {
            reader.problem(&variable, format!("is not set; {prefix}_USER is."));
            Password::Plain(Secret::new(""))
        }
    };
    Some(Role { user, password })
}

fn refuse_default_password(
    reader: &mut Reader,
    server: &ServerConfig,
    variable: &str,
    role: Option<&Role>,
) {
    const DEFAULTS: [&str; 4] = ["postgres", "password", "ducklake", "changeme"];
    let weak = match role.map(|role| &role.password) {
        Some(Password::Plain(secret)) => DEFAULTS.contains(&secret.reveal()),
        Some(Password::SecretArn(_)) | None => false,
    };
    if weak && server.environment == Environment::Production {
        reader.problem(variable, "is a default password; production refuses it.");
    }
}
