//! Live events.

use serde::Serialize;
use utoipa::ToSchema;

/// One server-sent event, as a client hands it on.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventFrame {
    /// Where the stream is then: for `Last-Event-ID`.
    pub id: String,
    /// What kind of event it is.
    #[schema(example = "job_status")]
    pub event: String,
    /// JSON: `{"timestamp": seconds with their fraction, "data": what it says}`.
    #[schema(example = "{\"timestamp\":1769860800.250000,\"data\":{}}")]
    pub data: String,
}
