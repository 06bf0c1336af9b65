//! What the service says of itself.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// Name, version, and where to go.
#[derive(Debug, Serialize, ToSchema)]
pub struct Root {
    /// `Eider`
    pub name: String,
    /// The version of Eider.
    pub version: String,
    /// What runs queries.
    pub engines: Vec<String>,
    /// Paths by name.
    pub links: BTreeMap<String, String>,
}

/// Whether each dependency answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `down` (and status 503) when a dependency that matters is.
    pub status: HealthState,
    /// Each dependency by name.
    pub dependencies: BTreeMap<String, DependencyState>,
    /// Versions that this release was built with.
    pub versions: Versions,
    /// DuckLake's format as read from the catalog; `null` while that is down.
    pub catalog_format: Option<String>,
    /// The newest snapshot; `null` while the catalog is down.
    pub newest_snapshot: Option<u64>,
}

/// Up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// It answers.
    Up,
    /// It does not.
    Down,
}

/// One dependency.
#[derive(Debug, Serialize, ToSchema)]
pub struct DependencyState {
    /// Up or down.
    pub status: HealthState,
    /// How long it took to say so.
    pub latency_ms: u64,
    /// Why it is down, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Versions that this release was built with.
#[derive(Debug, Serialize, ToSchema)]
pub struct Versions {
    /// Eider.
    pub eider: String,
    /// DuckDB.
    pub duckdb: String,
    /// DuckDB's extensions that this process uses, each with its own version: a tag, or a commit.
    pub extensions: BTreeMap<String, String>,
}

/// What the process that answers is and does. On Lambda each process is one sandbox of the function
/// `system`; nothing here is about others.
#[derive(Debug, Serialize, ToSchema)]
pub struct Status {
    /// `Eider`
    pub name: String,
    /// The version of Eider.
    pub version: String,
    /// `server` or `lambda`.
    pub platform: String,
    /// How long this process has served.
    pub uptime_seconds: f64,
    /// Requests that this process is at work on, this one included, each until its answer has gone out.
    pub requests_in_flight: usize,
    /// What runs queries.
    pub engines: Vec<EngineState>,
    /// Whether each dependency answers, by name; as in `GET /health`.
    pub dependencies: BTreeMap<String, DependencyState>,
    /// The newest snapshot; `null` while the catalog is down.
    pub newest_snapshot: Option<u64>,
    /// Only with `FEATURE_ENABLE_MEMORY_MONITORING`, where the kernel tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<MemoryState>,
}

/// What runs queries.
#[derive(Debug, Serialize, ToSchema)]
pub struct EngineState {
    /// Its name: `duckdb`.
    pub name: String,
    /// The version that this release was built with.
    pub version: String,
}

/// Memory of this process.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemoryState {
    /// What it holds now.
    pub resident_bytes: u64,
    /// The most that it has held.
    pub peak_resident_bytes: u64,
}
