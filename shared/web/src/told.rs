//! The way back: from a problem that another process of this program told to the error that it was.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::{Code, Error, FieldError};
use http::{HeaderMap, header};
use serde::Deserialize;

use crate::failure::status;

/// What is read of a problem; see `api::Problem`.
#[derive(Deserialize)]
struct Told {
    status: u16,
    detail: String,
    error_code: String,
    retryable: bool,
    #[serde(default)]
    errors: Vec<ToldField>,
    line: Option<u32>,
    column: Option<u32>,
}

#[derive(Deserialize)]
struct ToldField {
    field: String,
    message: String,
}

const CODES: [Code; 17] = [
    Code::Malformed,
    Code::Invalid,
    Code::Unauthenticated,
    Code::Forbidden,
    Code::NotFound,
    Code::Conflict,
    Code::Gone,
    Code::PreconditionFailed,
    Code::NotAcceptable,
    Code::UnsupportedMedia,
    Code::MethodNotAllowed,
    Code::TooLarge,
    Code::RateLimited,
    Code::RequestTimeout,
    Code::Timeout,
    Code::Unavailable,
    Code::Internal,
];

/// When to try again what may be tried again, if that is not said.
const LATER: Duration = Duration::from_secs(1);

/// The error behind a problem, and behind the headers that came with it, if any did.
pub fn read_problem(headers: &HeaderMap, body: &[u8]) -> Error {
    let told: Told = match serde_json::from_slice(body) {
        Ok(told) => told,
        Err(error) => return Error::internal(error),
    };
    let code = CODES.into_iter().find(|code| status(*code).as_u16() == told.status);
    let mut error = Error::new(code.unwrap_or(Code::Internal), name(told.error_code), told.detail);
    let fields = told.errors.into_iter();
    error.fields =
        fields.map(|ToldField { field, message }| FieldError { field, message }).collect();
    error.position = told.line.zip(told.column);
    let after =
        headers.get(header::RETRY_AFTER).and_then(|after| after.to_str().ok()?.parse().ok());
    error.retry_after = told.retryable.then(|| after.map_or(LATER, Duration::from_secs));
    error
}

/// The name for good: there are no more of them than this program has.
fn name(text: String) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    match names.get(&*text) {
        Some(known) => known,
        None => {
            let new: &'static str = text.leak();
            names.insert(new);
            new
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::problem_response;

    #[tokio::test]
    async fn every_error_is_read_as_it_was_told() {
        for code in CODES {
            let mut error = Error::new(code, "A_NAME", "what was wrong").field("a", "b");
            error.position = Some((3, 14));
            error.retry_after = (code == Code::RateLimited).then_some(Duration::from_secs(7));
            let (head, body) = problem_response(&error, "id", "/path", false).into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
            let read = read_problem(&head.headers, &body);
            assert_eq!(
                (read.code, read.error_code, &read.detail, &read.fields),
                (code, "A_NAME", &error.detail, &error.fields)
            );
            assert_eq!((read.position, read.retry_after), (error.position, error.retry_after));
        }
        let odd = read_problem(&HeaderMap::new(), b"<html>");
        assert_eq!(odd.code, Code::Internal);
    }
}
