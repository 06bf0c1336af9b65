//! What the service says of its settings: never a secret, a user, or a path of its machine.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// The configuration in effect, in the process that answers; on Lambda that is the function `system`,
/// and others may be set otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConfigSummary {
    /// The version of Eider.
    pub version: String,
    /// `development`, `staging` or `production`.
    pub environment: String,
    /// `server` or `lambda`.
    pub platform: String,
    /// `trace`, `debug`, `info`, `warn` or `error`.
    pub log_level: String,
    /// Whether errors show their causes.
    pub debug: bool,
    /// Whether callers need not say who they are.
    pub allow_anonymous: bool,
    /// Origins whose pages may call; `*` is any.
    pub cors_allow_origins: Vec<String>,
    /// What is refused for being too much, or too late.
    pub limits: ConfigLimits,
    /// How long an answer is kept for its `Idempotency-Key`; `null` is for ever: the keys of table writes
    /// stand in the catalog's ledger and nothing takes them out.
    pub idempotency_key_lifetime_seconds: Option<u64>,
    /// The same for changes of jobs and runs.
    pub job_idempotency_key_lifetime_seconds: u64,
    /// DuckDB's resources; `null` on Lambda, where each function has its own and `system` none.
    pub engine: Option<EngineLimits>,
    /// The lake's catalog.
    pub catalog: CatalogPlace,
    /// The object store under the lake.
    pub storage: StoragePlace,
    /// Where jobs, runs and events are kept.
    pub state: StatePlace,
    /// How long an event can be read.
    pub event_retention_days: u64,
    /// What of storage tables may be appended from (`{"source": "s3://…"}`).
    pub source_prefixes: Vec<String>,
    /// Which secrets are set, by the variables of this configuration that hold one.
    pub secrets: BTreeMap<String, bool>,
}

/// What is refused for being too much, or too late.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConfigLimits {
    /// Bytes of a body.
    pub max_body_bytes: u64,
    /// Bytes that a body with a `Content-Encoding` may come to.
    pub max_unpacked_bytes: u64,
    /// Bytes of a body of JSON.
    pub max_json_body_bytes: u64,
    /// Memory that the bodies of all requests take together; more wait in files.
    pub spool_memory_bytes: u64,
    /// From a request's last byte to its answer's first.
    pub request_timeout_seconds: u64,
    /// Until a query's first rows or a write's commit: what is later is stopped and said to be.
    pub query_timeout_seconds: f64,
    /// Until the last byte of an answer of rows.
    pub stream_timeout_seconds: u64,
    /// How long a client may send nothing of a body.
    pub body_silence_seconds: u64,
    /// How long a client may take nothing of its answer.
    pub answer_silence_seconds: u64,
    /// Appends up to so many rows are kept in the catalog, without a file.
    pub data_inlining_rows: u32,
    /// Characters in the name of a schema, table or column.
    pub max_name_characters: usize,
    /// Columns of a table.
    pub max_columns: usize,
    /// Rows of a JSON document.
    pub max_json_rows: u64,
    /// How deep a column's type may nest.
    pub max_type_depth: usize,
    /// Characters of a comment, and of a column's default.
    pub max_comment_characters: usize,
    /// Bytes of one SQL text.
    pub max_sql_bytes: usize,
    /// Characters of an `Idempotency-Key`.
    pub max_idempotency_key_characters: usize,
    /// Characters of an `X-Request-Id` that is taken over.
    pub max_request_id_characters: usize,
    /// Items of a page unless `limit` asks for another number.
    pub default_page_items: u32,
    /// Items of a page at most.
    pub max_page_items: u32,
}

/// DuckDB's resources.
#[derive(Debug, Serialize, ToSchema)]
pub struct EngineLimits {
    /// Memory of each of its two instances.
    pub memory_bytes: u64,
    /// Threads of each instance.
    pub threads: u32,
    /// Queries at once; more wait for their turn.
    pub concurrency: u32,
    /// Queries that may wait for their turn; one more is refused at once.
    pub queue: u32,
}

/// Where the catalog is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CatalogPlace {
    /// A file of the server's machine.
    Sqlite,
    /// A PostgreSQL server.
    Postgres {
        /// Its host.
        host: String,
        /// Its port.
        port: u16,
        /// The database.
        database: String,
        /// The schema of DuckLake's tables.
        metadata_schema: String,
        /// Whether the connection is encrypted, in libpq's words.
        ssl_mode: String,
    },
}

/// Where the objects are.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StoragePlace {
    /// Inside the server, over a folder of its machine.
    Embedded {
        /// The lake's bucket.
        bucket: String,
    },
    /// S3, or what speaks it.
    S3 {
        /// `host:port`; `null` is AWS.
        endpoint: Option<String>,
        /// Whether it is reached by TLS.
        secure: bool,
        /// The region.
        region: String,
        /// The lake's bucket.
        bucket: String,
    },
}

/// Where the state is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StatePlace {
    /// A file of the server's machine.
    Sqlite,
    /// A table of DynamoDB.
    #[serde(rename = "dynamodb")]
    DynamoDb {
        /// Its name.
        table: String,
        /// `host:port`; `null` is AWS.
        endpoint: Option<String>,
        /// The region.
        region: String,
    },
}

/// Whether the configuration fits what is around it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConfigValidation {
    /// Whether no check failed; a warning is no failure.
    pub valid: bool,
    /// Each check.
    pub checks: Vec<ConfigCheck>,
}

/// One check.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConfigCheck {
    /// What was looked at.
    pub name: String,
    /// What was found.
    pub status: CheckStatus,
    /// The same in a sentence: what was found, and what to do where that is not well.
    pub detail: String,
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// It is well.
    Ok,
    /// It works, and someone should have meant it.
    Warning,
    /// It does not work.
    Failed,
}

/// What is switched on.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConfigFeatures {
    /// Each of them.
    pub features: Vec<Feature>,
}

/// One that may be switched on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// The variable that asks for it.
    pub variable: String,
    /// Whether it was asked for, or is by default.
    pub requested: bool,
    /// What became of it.
    pub state: FeatureState,
    /// What it does, or why it is not there.
    pub detail: String,
}

/// What became of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeatureState {
    /// It is at work.
    On,
    /// It is there and not asked for.
    Off,
    /// It is not there, asked for or not.
    NotAvailable,
}
