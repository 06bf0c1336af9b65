//! Requests, and answers that say what they were when they are not what was expected.

use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::Value;

pub(crate) const ARROW: &str = "application/vnd.apache.arrow.stream";
pub(crate) const PARQUET: &str = "application/vnd.apache.parquet";
pub(crate) const CSV: &str = "text/csv";
pub(crate) const NDJSON: &str = "application/x-ndjson";
pub(crate) const JSON: &str = "application/json";
pub(crate) const PROBLEM: &str = "application/problem+json";

/// What came back, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Method and path, for messages.
    pub(crate) request: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) elapsed: Duration,
}

/// Sends it, reads the whole answer, and checks what holds for every answer.
pub(crate) async fn send(request: RequestBuilder) -> Answer {
    try_send(request).await.unwrap_or_else(|why| panic!("{why}"))
}

/// Sends it; the error says what was sent and how far it got.
pub(crate) async fn try_send(request: RequestBuilder) -> Result<Answer, String> {
    let started = Instant::now();
    let (client, request) = request.build_split();
    let request = request.map_err(|e| format!("not a request: {e}"))?;
    let name = format!("{} {}", request.method(), request.url());
    let failed = |e: reqwest::Error| format!("{name}: {e} ({:?})", std::error::Error::source(&e));
    let response = client.execute(request).await.map_err(failed)?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.bytes().await.map_err(failed)?;
    let answer =
        Answer { request: name.clone(), status, headers, body, elapsed: started.elapsed() };
    answer.check_conventions();
    Ok(answer)
}

impl Answer {
    /// The answer, if it has this status.
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The media type, without parameters.
    pub(crate) fn media_type(&self) -> &str {
        let value = self.header("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("not JSON ({e}): {self}"))
    }

    /// Whether this was answered from the ledger.
    pub(crate) fn replayed(&self) -> bool {
        self.header("idempotent-replayed") == Some("true")
    }

    /// The problem, if the answer is one with this status and name.
    pub(crate) fn problem(&self, status: u16, error_code: &str) -> Value {
        assert_eq!(self.status, status, "{self}");
        let problem = self.json();
        assert_eq!(problem["error_code"], error_code, "{self}");
        problem
    }

    /// The fields that a problem names.
    pub(crate) fn fields(&self) -> Vec<String> {
        let problem = self.json();
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|e| e["field"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Every answer has a request id; every error is a problem with all that one needs.
    fn check_conventions(&self) {
        let id = self.header("x-request-id");
        assert!(id.is_some_and(|id| !id.is_empty()), "no X-Request-Id: {self}");
        if self.status < 400 || self.request.starts_with("HEAD ") {
            return;
        }
        assert_eq!(self.media_type(), PROBLEM, "an error that is no problem: {self}");
        let problem = self.json();
        for name in ["type", "title", "detail", "instance", "error_code", "timestamp", "request_id"]
        {
            let text = problem[name].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "a problem without `{name}`: {self}");
        }
        assert_eq!(problem["status"], self.status, "{self}");
        assert_eq!(problem["request_id"].as_str(), id, "{self}");
        let logged = || super::server::logged_of(id.unwrap_or_default());
        assert!(self.status != 500, "a bug of the server: {self}\nlogged: {}", logged());
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.text();
        let shown: String = text.chars().take(1_500).collect();
        write!(f, "{} answered {} {:?}\n{shown}", self.request, self.status, self.headers)
    }
}

/// `text` with all but letters and digits of ASCII percent-encoded.
pub(crate) fn encoded(text: &str) -> String {
    let byte = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => char::from(*byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.as_bytes().iter().map(byte).collect()
}

/// The path of a table.
pub(crate) fn path_of(table: &str) -> String {
    format!("/tables/{}", encoded(table))
}

/// A name that no other scenario or run uses.
pub(crate) fn unique(name: &str) -> String {
    format!("{name}_{}", uuid::Uuid::now_v7().simple())
}
