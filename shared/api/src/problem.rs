//! Errors: RFC 9457 problem details.

use serde::Serialize;
use utoipa::ToSchema;

/// `application/problem+json` (RFC 9457), the body of every error.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A URI that names the kind of problem: `urn:eider:problem:<error_code in lower case>`.
    pub r#type: String,
    /// The HTTP status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What was tried, what was wrong, what to do.
    pub detail: String,
    /// The path of the request.
    pub instance: String,
    /// The stable name of the problem, UPPER_SNAKE; `docs/errors.md` lists them all.
    pub error_code: String,
    /// When it happened, RFC 3339.
    pub timestamp: String,
    /// The id of the request, for the log.
    pub request_id: String,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// The fields, columns or parameters at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemField>,
    /// Where in the caller's SQL: the line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Where in the caller's SQL: the character in the line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The chain of causes; only with `DEBUG=true`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
}

/// One field, column or parameter at fault.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemField {
    /// Where: `columns[2].type`, a column's name, a query parameter.
    pub field: String,
    /// What was wrong with it.
    pub message: String,
}
