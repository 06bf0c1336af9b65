//! How a question to the database can fail, alike for both databases.

use std::error::Error as StdError;

use domain::{Code, Error};

type Source = Box<dyn StdError + Send + Sync>;

/// Why the database gave no answer. The text of the source is for the log and for deciding only.
#[derive(Debug)]
pub enum Failure {
    /// A table, column or function is not there: not migrated, or just dropped.
    Missing(Source),
    /// The role may not.
    Denied(Source),
    /// No connection, or it broke, or it took too long: asking again may help.
    Unreachable(Source),
    /// No TLS, or not as it is wanted: asking again does not help.
    Insecure(Source),
    /// Anything else: our bug.
    Other(Source),
}

impl Failure {
    /// Takes the text of SQLite's error, which is all that DuckDB hands on.
    pub fn from_sqlite(source: impl Into<Source>) -> Self {
        let source = source.into();
        let text = source.to_string();
        let holds = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if holds(&["no such table", "no such column", "no such function"]) {
            Self::Missing(source)
        } else if holds(&["readonly database", "not authorized"]) {
            Self::Denied(source)
        } else if holds(&["unable to open", "is locked", "disk I/O", "Cannot open", "is busy"]) {
            Self::Unreachable(source)
        } else {
            Self::Other(source)
        }
    }

    /// Takes what sqlx says of PostgreSQL, by SQLSTATE where there is one.
    pub(crate) fn from_postgres(error: sqlx::Error) -> Self {
        let state = match &error {
            sqlx::Error::Database(database) => database.code().unwrap_or_default().into_owned(),
            sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => "XX".to_owned(),
            sqlx::Error::Encode(_) | sqlx::Error::RowNotFound => "XX".to_owned(),
            sqlx::Error::Tls(_) => return Self::Insecure(error.into()),
            // Io, Protocol, PoolTimedOut, WorkerCrashed …: there is no connection to speak of.
            _ => return Self::Unreachable(error.into()),
        };
        match state.as_str() {
            // undefined_table, undefined_column, undefined_function, invalid_schema_name
            "42P01" | "42703" | "42883" | "3F000" => Self::Missing(error.into()),
            "42501" => Self::Denied(error.into()),
            // connection exceptions, authentication, no such database, resources, operator's acts
            _ if ["08", "28", "3D", "53", "57", "58"]
                .iter()
                .any(|class| state.starts_with(class)) =>
            {
                Self::Unreachable(error.into())
            }
            _ => Self::Other(error.into()),
        }
    }

    /// An inlined table was dropped (by a flush) between its name was read and its rows were: the
    /// question is good, and asked again it sees the new state.
    pub(crate) fn is_moved(&self) -> bool {
        matches!(self, Self::Missing(source) if source.to_string().contains("ducklake_inlined_"))
    }

    /// What the caller hears.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Unreachable(source) => Error::unavailable("the catalog", source),
            Self::Missing(source) => crate::version::refuse(None).because(source),
            Self::Denied(source) => Error::new(
                Code::Unavailable,
                "CATALOG_DENIED",
                "The role that reads the catalog may not; run `eider-server migrate`, which grants it.",
            )
            .because(source),
            Self::Insecure(source) => Error::new(
                Code::Unavailable,
                "CATALOG_INSECURE",
                "The catalog's server gives no TLS connection as DB_POSTGRES_SSLMODE wants it; set up its \
                 certificate, or choose another mode.",
            )
            .because(source),
            Self::Other(source) => Error::internal(source),
        }
    }
}
