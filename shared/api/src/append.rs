//! What an append answers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Rows that are in storage already.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppendSource {
    /// One object, under a prefix that Eider is configured to read.
    #[schema(example = "s3://incoming/flights/2026-01.parquet")]
    pub source: String,
    /// `arrow`, `parquet`, `csv` or `ndjson`; by default its media type says it, or how its name ends.
    pub format: Option<String>,
}

/// Rows were added, all of them, in one snapshot.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppendAnswer {
    /// The table, as `name` or `schema.name`.
    pub table: String,
    /// Rows of the body; of an upsert those that were added or changed.
    pub rows: u64,
    /// Bytes of the body that was taken.
    pub bytes: u64,
    /// The snapshot that holds them; where no rows were sent, the table's last.
    pub snapshot: u64,
    /// The run that the request named in `X-Run-Id`.
    pub run_id: Option<String>,
}
