//! One error type for all of Eider: a closed set of codes, a sentence for the caller, a chain for us.

use std::sync::Arc;
use std::time::Duration;

/// What kind of failure it is; `web` maps each to one HTTP status, in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// Malformed: it could not be read at all (400).
    Malformed,
    /// Well-formed, but not valid here (422).
    Invalid,
    /// No caller could be made out of the credentials (401).
    Unauthenticated,
    /// The caller may not do this (403).
    Forbidden,
    /// There is no such thing, or none that the caller may see (404).
    NotFound,
    /// The state of the thing does not allow it (409).
    Conflict,
    /// It was there and is no more (410).
    Gone,
    /// It is not in the state that the caller asked for (412).
    PreconditionFailed,
    /// None of the representations asked for can be made (406).
    NotAcceptable,
    /// The representation sent is not one that is taken here (415).
    UnsupportedMedia,
    /// The thing is there, the method is not (405).
    MethodNotAllowed,
    /// Larger than what is taken here (413).
    TooLarge,
    /// Too many at once (429).
    RateLimited,
    /// The client did not send its request in time (408).
    RequestTimeout,
    /// The work did not end within its time (504).
    Timeout,
    /// A dependency is down; nothing acknowledged is lost (503).
    Unavailable,
    /// Our bug (500).
    Internal,
}

/// One field, column or parameter that was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where: `columns[2].type`, a column's name, a query parameter.
    pub field: String,
    /// What was wrong with it, and what would be right.
    pub message: String,
}

/// A failure. `Display` is the sentence for the caller: it never holds its source, a secret or a
/// statement's text. The source chain is logged once, at the boundary.
#[derive(Debug, thiserror::Error)]
#[error("{detail}")]
pub struct Error {
    /// The kind of failure.
    pub code: Code,
    /// The stable finer name, UPPER_SNAKE.
    pub error_code: &'static str,
    /// What was tried, what was wrong, what to do.
    pub detail: String,
    /// The fields at fault, where there are any.
    pub fields: Vec<FieldError>,
    /// Where in the caller's SQL, in characters from 1: line and column.
    pub position: Option<(u32, u32)>,
    /// When trying again makes sense.
    pub retry_after: Option<Duration>,
    /// For the log only.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `code`, named `error_code`, that tells the caller `detail`.
    pub fn new(code: Code, error_code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            error_code,
            detail: detail.into(),
            fields: Vec::new(),
            position: None,
            retry_after: None,
            source: None,
        }
    }

    /// Well-formed but invalid: 422.
    pub fn invalid(error_code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Code::Invalid, error_code, detail)
    }

    /// Malformed: 400.
    pub fn malformed(error_code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Code::Malformed, error_code, detail)
    }

    /// Our bug: the caller hears nothing but that; the log hears `source`.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(
            Code::Internal,
            "INTERNAL",
            "Eider failed at this request; the fault is ours. Tell us the request id.",
        )
        .because(source)
    }

    /// A dependency (`what`, as in "the catalog") is down: 503, worth another try in a second.
    pub fn unavailable(
        what: &str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let mut error = Self::new(
            Code::Unavailable,
            "DEPENDENCY_UNAVAILABLE",
            format!("{what} cannot be reached; nothing was changed. Try again in a moment."),
        )
        .because(source);
        error.retry_after = Some(Duration::from_secs(1));
        error
    }

    /// The same words for another who waited for the same thing.
    #[must_use]
    pub fn shared(self: &Arc<Self>) -> Self {
        Self {
            fields: self.fields.clone(),
            position: self.position,
            retry_after: self.retry_after,
            ..Self::new(self.code, self.error_code, self.detail.clone()).because(Arc::clone(self))
        }
    }

    /// Names a field at fault.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.fields.push(FieldError { field: field.into(), message: message.into() });
        self
    }

    /// Keeps the cause, for the log.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Where in the caller's SQL: line and column, in characters from 1.
    #[must_use]
    pub fn at(mut self, line: u32, column: u32) -> Self {
        self.position = Some((line, column));
        self
    }
}
