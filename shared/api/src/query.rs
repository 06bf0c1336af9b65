//! Queries, and rows as JSON.

use domain::{Error, Result, limits};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A read-only query: one SELECT over tables that the caller may read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryRequest {
    /// DuckDB's SQL, at most 100,000 characters.
    #[schema(example = "SELECT origin, count(*) AS flights FROM flights GROUP BY origin")]
    pub sql: String,
    /// Values for the placeholders: an array for `?` and `$1`, an object for `$name`. JSON integers
    /// are BIGINT, past it HUGEINT, past that refused; other numbers are DOUBLE, strings VARCHAR (cast
    /// where used), arrays LIST, `{"type": "DATE", "value": "2026-01-31"}` any type.
    #[schema(value_type = Option<Object>)]
    pub params: Option<Value>,
    /// Rows at most; `truncated` tells whether there were more.
    pub limit: Option<u64>,
}

impl QueryRequest {
    /// The SQL, if it is of a size that is taken.
    pub fn checked_sql(&self) -> Result<&str> {
        let characters = self.sql.chars().count();
        if characters <= limits::SQL_CHARACTERS {
            return Ok(&self.sql);
        }
        Err(Error::invalid(
            "SQL_TOO_LONG",
            format!(
                "`sql` has {characters} characters; at most {} are taken.",
                limits::SQL_CHARACTERS
            ),
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
    #[schema(value_type = Vec<Object>)]
    pub rows: Vec<Value>,
    /// Rows in this answer.
    pub row_count: u64,
    /// The snapshot that was read; `null` where no table was.
    pub snapshot: Option<u64>,
    /// Whether `limit` cut rows off.
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
