//! Queries, and rows as JSON.

use std::time::Duration;

use domain::{Error, Result, limits};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A read-only query: one SELECT over tables that the caller may read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryRequest {
    /// DuckDB's SQL, at most 256 kB.
    #[schema(example = "SELECT origin, count(*) AS flights FROM flights GROUP BY origin")]
    pub sql: String,
    /// Values for the placeholders: an array for `?` and `$1`, an object for `$name`. JSON integers
    /// are BIGINT, past it HUGEINT, past that refused; other numbers are DOUBLE, strings VARCHAR (cast
    /// where used), arrays LIST, `{"type": "DATE", "value": "2026-01-31"}` any type.
    #[schema(value_type = Option<Value>)]
    pub params: Option<Value>,
    /// The tables as this snapshot of the lake left them.
    pub snapshot: Option<u64>,
    /// The tables as they were at this time (RFC 3339).
    #[schema(format = DateTime)]
    pub as_of: Option<String>,
    /// The schema of names without one; `main` unless told.
    pub default_schema: Option<String>,
    /// The query is stopped after so many seconds (504); by default, and at most, when the server's own time
    /// for it is over.
    #[schema(minimum = 0.001, maximum = 86400)]
    pub timeout_seconds: Option<f64>,
    /// Rows at most; `truncated` tells whether there were more.
    pub limit: Option<u64>,
}

/// A day: what is longer is a slip.
const MOST_SECONDS: f64 = 86_400.0;

impl QueryRequest {
    /// How long the caller wants to wait.
    pub fn timeout(&self) -> Result<Option<Duration>> {
        let Some(seconds) = self.timeout_seconds else { return Ok(None) };
        if (0.001..=MOST_SECONDS).contains(&seconds) {
            return Ok(Some(Duration::from_secs_f64(seconds)));
        }
        let what = format!("must be 0.001 to {MOST_SECONDS}");
        let error = Error::malformed("INVALID_FIELD", format!("`timeout_seconds` {what}."));
        Err(error.field("timeout_seconds", what))
    }

    /// The SQL, if it is of a size that is taken.
    pub fn checked_sql(&self) -> Result<&str> {
        if self.sql.len() <= limits::SQL_BYTES {
            return Ok(&self.sql);
        }
        Err(Error::invalid(
            "SQL_TOO_LONG",
            format!("`sql` has {} bytes; at most {} are taken.", self.sql.len(), limits::SQL_BYTES),
        )
        .field("sql", "is too long"))
    }
}

/// Rows as `application/json`. It is written as it is made: a document that ends is complete.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowsAnswer {
    /// The columns, in order.
    pub columns: Vec<RowsColumn>,
    /// One object a row; one array a row with `?rows=array`, or where two columns have one name.
    #[schema(value_type = Vec<Value>)]
    pub rows: Vec<Value>,
    /// Rows in this answer.
    pub row_count: u64,
    /// The snapshot that was read; `null` where no table was.
    pub snapshot: Option<u64>,
    /// Whether `limit`, or the most that a JSON document holds, cut rows off.
    pub truncated: bool,
    /// Time to make the answer.
    pub elapsed_ms: u64,
}

/// A column of a result.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowsColumn {
    /// Its name.
    pub name: String,
    /// Its type, as DuckDB writes it.
    pub r#type: String,
}
