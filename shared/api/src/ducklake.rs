//! How the lake is, as its catalog says.

use serde::Serialize;
use utoipa::ToSchema;

/// The lake: its format, where it is now, how it is attached.
#[derive(Debug, Serialize, ToSchema)]
pub struct DuckLakeState {
    /// The version of DuckLake's format.
    pub format: String,
    /// The number of Eider's newest migration in the catalog.
    pub migration: u32,
    /// The newest snapshot.
    pub newest_snapshot: u64,
    /// The version of the definitions in it: another one where any table or view has changed.
    pub schema_version: u64,
    /// How often processes were told to connect anew.
    pub generation: u64,
    /// Where data files are: `s3://bucket/prefix/`.
    pub data_path: String,
    /// Whether data files are encrypted.
    pub encrypted: bool,
    /// Appends up to so many rows are kept in the catalog, without a file.
    pub data_inlining_rows: u32,
    /// Tries to connect, where the catalog is down, after the first one.
    pub connection_retries: u32,
    /// How long one waits.
    pub connection_timeout_seconds: u64,
}

/// Every process connects anew before its next work.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reconnected {
    /// How often that was told by now.
    pub generation: u64,
}
