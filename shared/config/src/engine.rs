//! DuckDB.

use std::path::PathBuf;

use crate::{Platform, ServerConfig, reader::Reader};

/// DuckDB's resources and where its extensions are.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// `EIDER_EXTENSION_DIR`: `<name>.duckdb_extension` files.
    pub extension_dir: PathBuf,
    /// `EIDER_ENGINE_MEMORY_BYTES`: DuckDB's `memory_limit`, of each of the two instances.
    pub memory_bytes: u64,
    /// `EIDER_ENGINE_THREADS`
    pub threads: u32,
    /// `EIDER_ENGINE_CONCURRENCY`: queries at once; more wait for their turn.
    pub concurrency: u32,
    /// `EIDER_ENGINE_QUEUE`: queries that may wait for a turn; one more is refused at once, with 0 each that
    /// finds none free.
    pub queue: u32,
    /// `EIDER_ENGINE_POSTGRES_CONNECTIONS`: DuckDB's pool to the catalog, per instance.
    pub postgres_connections: u32,
    /// Where DuckDB spills and bodies are spooled; `eider-server` has a folder of its own in it for each
    /// process.
    pub temporary_dir: PathBuf,
}

/// What DuckDB needs to be of use at all.
pub(crate) const LEAST_MEMORY: u64 = 128 << 20;

/// Who waits holds a connection and a statement, hardly more; and whoever is so far behind waits in vain.
const QUEUE: u32 = 1000;

pub(crate) fn read(reader: &mut Reader, server: &ServerConfig) -> EngineConfig {
    let (memory, concurrency, temporary) = match server.platform {
        // Half for DuckDB; the rest is for what it does not account, Arrow and the runtime.
        Platform::Lambda { memory_bytes } => (memory_bytes / 2, 1, PathBuf::from("/tmp/eider")),
        Platform::Server => (1 << 30, 4, server.home.join("tmp")),
    };
    let memory_bytes = reader.parsed("EIDER_ENGINE_MEMORY_BYTES", memory, "a number of bytes");
    if memory_bytes < LEAST_MEMORY {
        reader.problem(
            "EIDER_ENGINE_MEMORY_BYTES",
            format!("is {memory_bytes}; DuckDB needs at least {LEAST_MEMORY}."),
        );
    }
    let cores = std::thread::available_parallelism().map_or(2, |n| n.get() as u32);
    EngineConfig {
        extension_dir: reader.text_or("EIDER_EXTENSION_DIR", "/opt/extensions").into(),
        memory_bytes,
        threads: at_least_one(reader, "EIDER_ENGINE_THREADS", cores),
        concurrency: at_least_one(reader, "EIDER_ENGINE_CONCURRENCY", concurrency),
        queue: reader.parsed("EIDER_ENGINE_QUEUE", QUEUE, "a whole number; 0 lets no query wait"),
        postgres_connections: at_least_one(reader, "EIDER_ENGINE_POSTGRES_CONNECTIONS", 4),
        temporary_dir: temporary,
    }
}

fn at_least_one(reader: &mut Reader, name: &str, default: u32) -> u32 {
    let value = reader.parsed(name, default, "a whole number");
    if value == 0 {
        reader.problem(name, "must be at least 1.");
    }
    value.max(1)
}
