//! Where callers' reads run: in this process, or in processes of their own that may die.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::str::FromStr;

use crate::{
    CatalogConfig, Config, EngineConfig, Environment, Password, Platform, PostgresConfig, Secret,
    ServerConfig, StateStore, StorageConfig, engine::LEAST_MEMORY, reader::Reader,
};

/// Where callers' reads run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// In this process: on Lambda, where the sandbox is the process that may die, and embedded.
    Inline,
    /// In processes of their own.
    Process,
}

impl FromStr for Isolation {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "inline" => Ok(Self::Inline),
            "process" => Ok(Self::Process),
            _ => Err(()),
        }
    }
}

/// The processes that callers' reads run in, if they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueriesConfig {
    /// `EIDER_QUERY_ISOLATION`
    pub isolation: Isolation,
    /// `EIDER_QUERY_PROCESSES`
    pub processes: u32,
    /// `EIDER_QUERY_MEMORY_BYTES`: what each of them may map for itself, whoever in it asks; stacks too.
    pub memory_bytes: u64,
}

impl QueriesConfig {
    pub(crate) const INLINE: Self =
        Self { isolation: Isolation::Inline, processes: 1, memory_bytes: u64::MAX };
}

const ISOLATION: &str = "EIDER_QUERY_ISOLATION";
const PROCESSES: &str = "EIDER_QUERY_PROCESSES";
const MEMORY: &str = "EIDER_QUERY_MEMORY_BYTES";

/// More would share a machine's memory into pieces of which none is of use.
const MOST_PROCESSES: u32 = 64;

/// What a process holds beside DuckDB's memory: itself, Arrow, what is on its way; while it opens DuckDB, the
/// stacks of some forty threads that check the extensions.
const BESIDE_DUCKDB: u64 = 512 << 20;

/// The stacks of queries: two threads of 32 MiB each, and for each query that runs four may be waiting for
/// slow readers. Hardly any of it is ever used, but it counts.
const STACKS: u64 = 5 * (64 << 20);

pub(crate) fn read(
    reader: &mut Reader,
    server: &ServerConfig,
    catalog: &CatalogConfig,
    engine: &EngineConfig,
) -> QueriesConfig {
    let shared = matches!(catalog, CatalogConfig::Postgres(_));
    let strict = server.environment != Environment::Development;
    let default = if strict && shared { Isolation::Process } else { Isolation::Inline };
    let isolation = reader.parsed(ISOLATION, default, "one of process, inline");
    let processes = reader.parsed(PROCESSES, 2, "a whole number");
    if !(1..=MOST_PROCESSES).contains(&processes) {
        reader.problem(PROCESSES, format!("is {processes}; it must be 1 to {MOST_PROCESSES}."));
    }
    let processes = processes.clamp(1, MOST_PROCESSES);
    let share = share(engine, processes);
    let least = share.memory_bytes + BESIDE_DUCKDB + u64::from(share.concurrency) * STACKS;
    let memory_bytes = reader.parsed(MEMORY, least + share.memory_bytes, "a number of bytes");
    if server.platform != Platform::Server || isolation == Isolation::Inline {
        return QueriesConfig::INLINE;
    }
    if !shared {
        reader.problem(
            ISOLATION,
            "is process, but the file of the embedded catalog may be opened by one process only: set \
             DB_POSTGRES_HOST, or inline here.",
        );
    }
    if memory_bytes < least {
        reader.problem(
            MEMORY,
            format!(
                "is {memory_bytes}; a process needs at least {least}. Or lower EIDER_ENGINE_MEMORY_BYTES or \
                 EIDER_ENGINE_CONCURRENCY, which the processes share."
            ),
        );
    }
    QueriesConfig { isolation, processes, memory_bytes }
}

/// What each of so many processes has of the engine.
fn share(engine: &EngineConfig, processes: u32) -> EngineConfig {
    let memory = (engine.memory_bytes / u64::from(processes)).max(LEAST_MEMORY);
    let concurrency = engine.concurrency.div_ceil(processes);
    let queue = engine.queue.div_ceil(processes);
    EngineConfig { memory_bytes: memory, concurrency, queue, ..engine.clone() }
}

/// What of the environment goes on to such a process as it is.
const HANDED_ON: [&str; 21] = [
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "DB_POSTGRES_DB",
    "DB_POSTGRES_HOST",
    "DB_POSTGRES_PORT",
    "DB_POSTGRES_SSLMODE",
    "DEBUG",
    "DYLD_LIBRARY_PATH",
    "ENVIRONMENT",
    "HOME",
    "LANG",
    "LD_LIBRARY_PATH",
    "LOG_LEVEL",
    "PATH",
    "PGSSLROOTCERT",
    "RUST_BACKTRACE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TMPDIR",
    "TZ",
    "MALLOC_ARENA_MAX",
];

/// The same by how they begin. What is not here, as the passwords of other roles, does not.
const HANDED_ON_BEGINNING: [&str; 6] =
    ["DB_DUCKLAKE_", "EIDER_", "EVENTS_", "FEATURE_", "STATE_", "STORAGE_"];

impl Config {
    /// The environment of a process that runs callers' reads for this one: the reader's role of the
    /// catalog, with its password read, and no other; what reaches the object store and the state, where it records what runs read; its share of the
    /// engine. What comes to it must have `front_door` with it.
    pub fn query_process_environment(
        &self,
        postgres: &PostgresConfig,
        front_door: &Secret,
    ) -> BTreeMap<OsString, OsString> {
        #[expect(clippy::disallowed_methods, reason = "`config` is the one reader")]
        let inherited = std::env::vars_os();
        self.handed_on(inherited, postgres, front_door)
    }

    pub(crate) fn handed_on(
        &self,
        inherited: impl IntoIterator<Item = (OsString, OsString)>,
        postgres: &PostgresConfig,
        front_door: &Secret,
    ) -> BTreeMap<OsString, OsString> {
        // Where there are no keys of its own, the SDK finds some by these.
        let sdk = matches!(&self.storage, StorageConfig::S3(s3) if s3.keys.is_none())
            || matches!(&self.state, StateStore::DynamoDb(table) if table.keys.is_none());
        let is_handed_on = |name: &str| {
            HANDED_ON.contains(&name)
                || HANDED_ON_BEGINNING.iter().any(|beginning| name.starts_with(beginning))
                || (sdk && name.starts_with("AWS_"))
        };
        let inherited = inherited.into_iter();
        let mut environment: BTreeMap<OsString, OsString> =
            inherited.filter(|(name, _)| name.to_str().is_some_and(is_handed_on)).collect();
        for name in [PROCESSES, MEMORY] {
            environment.remove(&OsString::from(name));
        }
        let engine = share(&self.engine, self.server.queries.processes);
        let password = match &postgres.reader.password {
            Password::Plain(secret) => secret.reveal(),
            Password::SecretArn(_) => "",
        };
        for (name, value) in [
            (ISOLATION, "inline"),
            ("EIDER_FRONT_DOOR_SECRETS", front_door.reveal()),
            ("EIDER_ENGINE_MEMORY_BYTES", &engine.memory_bytes.to_string()),
            ("EIDER_ENGINE_CONCURRENCY", &engine.concurrency.to_string()),
            ("EIDER_ENGINE_QUEUE", &engine.queue.to_string()),
            ("DB_POSTGRES_READER_USER", &postgres.reader.user),
            ("DB_POSTGRES_READER_PASSWORD", password),
        ] {
            environment.insert(name.into(), value.into());
        }
        environment
    }
}

#[cfg(test)]
mod tests;
