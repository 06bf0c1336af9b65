//! What DuckDB says when something fails: never shown to a caller as it is (see `crate::error`).

use std::fmt;

use serde::Deserialize;

/// An error of DuckDB.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// The kind, as DuckDB writes it before " Error:": "Binder", "IO", "Out of Range".
    pub(crate) kind: String,
    /// The message without the kind.
    pub(crate) message: String,
    /// Where in the statement: an offset in bytes.
    pub(crate) position: Option<usize>,
}

/// The form of errors under `errors_as_json`.
#[derive(Deserialize)]
struct Written {
    exception_type: String,
    exception_message: String,
    position: Option<String>,
}

impl Failure {
    /// Reads the text of an error, plain or under `errors_as_json`.
    pub(crate) fn new(text: &str) -> Self {
        if let Some(failure) = Self::from_json(text) {
            return failure;
        }
        match text.split_once(" Error: ") {
            Some((kind, message)) if kind.len() < 30 => {
                Self { kind: kind.to_owned(), message: message.to_owned(), position: None }
            }
            _ => Self { kind: String::new(), message: text.to_owned(), position: None },
        }
    }

    /// Reads one that is written under `errors_as_json` and is all of the text: a caller's words may
    /// look like one in the middle.
    pub(crate) fn from_json(text: &str) -> Option<Self> {
        let written = serde_json::from_str::<Written>(text).ok()?;
        Some(Self {
            kind: written.exception_type,
            message: written.exception_message,
            position: written.position.and_then(|position| position.parse().ok()),
        })
    }

    /// One of ours, where DuckDB gives no text.
    pub(crate) fn of(kind: &str, message: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), message: message.into(), position: None }
    }

    /// Whether the message holds `text`.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.message.contains(text)
    }

    /// Whether it is of this kind.
    pub(crate) fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} Error: {}", self.kind, self.message)
    }
}

impl std::error::Error for Failure {}
