//! What an append answers.

use serde::Serialize;
use utoipa::ToSchema;

/// Rows were added, all of them, in one snapshot.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppendAnswer {
    /// The table, as `name` or `schema.name`.
    pub table: String,
    /// Rows added.
    pub rows: u64,
    /// Bytes of the body that was taken.
    pub bytes: u64,
    /// The snapshot that holds them; where no rows were sent, the table's last.
    pub snapshot: u64,
    /// The run that the request named in `X-Run-Id`.
    pub run_id: Option<String>,
}
