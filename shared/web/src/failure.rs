//! Errors as RFC 9457 problems: the one place where a domain error meets HTTP.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use api::{Problem, ProblemField};
use axum::response::{IntoResponse, Response};
use domain::{Code, Error};
use http::{HeaderValue, StatusCode, header};

use crate::ambient;

/// A 503 always says when: what waits for an operator is worth a look every half minute.
pub const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// What a handler or an extractor fails with.
#[derive(Debug)]
pub struct Failure(pub Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    /// A bare response that carries the error; `finish` makes the problem of it, since only it knows
    /// the request.
    fn into_response(self) -> Response {
        let mut response = status(self.0.code).into_response();
        response.extensions_mut().insert(Arc::new(self.0));
        response
    }
}

pub(crate) fn status(code: Code) -> StatusCode {
    match code {
        Code::Malformed => StatusCode::BAD_REQUEST,
        Code::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Conflict => StatusCode::CONFLICT,
        Code::Gone => StatusCode::GONE,
        Code::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        Code::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        Code::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
        Code::Timeout => StatusCode::GATEWAY_TIMEOUT,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The problem of `error` for the request `request_id` on `path`.
pub fn problem_response(error: &Error, request_id: &str, path: &str, debug: bool) -> Response {
    let status = status(error.code);
    let problem = problem(error, status, request_id, path, debug);
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert("x-request-id", value);
    }
    let later = (error.code == Code::Unavailable).then_some(LOOK_AGAIN);
    if let Some(after) = error.retry_after.or(later) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
    }
    response
}

pub(crate) fn problem(
    error: &Error,
    status: StatusCode,
    request_id: &str,
    path: &str,
    debug: bool,
) -> Problem {
    let fields = error.fields.iter();
    Problem {
        r#type: format!("urn:eider:problem:{}", error.error_code.to_ascii_lowercase()),
        title: status.canonical_reason().unwrap_or("Error").to_owned(),
        status: status.as_u16(),
        detail: error.detail.clone(),
        instance: path.to_owned(),
        error_code: error.error_code.to_owned(),
        timestamp: ambient::now().to_string(),
        request_id: request_id.to_owned(),
        retryable: error.retry_after.is_some(),
        errors: fields
            .map(|f| ProblemField { field: f.field.clone(), message: f.message.clone() })
            .collect(),
        line: error.position.map(|(line, _)| line),
        column: error.position.map(|(_, column)| column),
        causes: if debug { causes(error) } else { Vec::new() },
    }
}

/// The chain of causes, each once.
pub(crate) fn causes(error: &Error) -> Vec<String> {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes
}

/// The problem of an error in mid-stream, as one line of JSON.
pub fn problem_line(error: &Error, request_id: &str, debug: bool) -> String {
    let problem = problem(error, status(error.code), request_id, "", debug);
    serde_json::to_string(&problem).unwrap_or_default()
}
