//! A failure in mid-stream: no answer that ends is taken for a whole one (invariant 4).

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::{Int64Array, RecordBatch};
use axum::routing::get;
use config::Config;
use domain::{Code, Error};
use formats::Format;
use futures::stream;
use http::StatusCode;
use http_body_util::BodyExt;
use serde_json::Value;
use service::{ResultColumn, Rows};
use web::{Anonymous, Edge, Failure, RequestContext, RowsFormat, rows_response};

use super::*;

/// What the error's source would tell of us.
const INTERNAL: &str = "s3://bucket/lake/file.parquet";
const ARROW_END: [u8; 8] = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];

/// The edge of a function, as its configuration makes it.
fn edge() -> Arc<Edge> {
    let function = [
        ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1"),
        ("DB_POSTGRES_HOST", "127.0.0.1"),
        ("DB_POSTGRES_DB", "eider"),
        ("DB_POSTGRES_USER", "eider_reader"),
        ("DB_POSTGRES_PASSWORD", "of no database"),
        ("STORAGE_MINIO_ENDPOINT", "127.0.0.1:2"),
        ("STATE_DYNAMODB_TABLE", "eider"),
        ("AWS_REGION", "us-east-1"),
    ];
    let function = function.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let server = Config::from_variables(function).expect("a configuration").server;
    Arc::new(Edge::new(Arc::new(Anonymous), server, Path::new("/tmp")))
}

/// Two batches of three rows; then, if it is `broken`, so long after them, the storage is gone.
fn rows(broken: Option<Duration>) -> Rows {
    let batch = |ids: [i64; 3]| {
        let ids = Arc::new(Int64Array::from(ids.to_vec()));
        RecordBatch::try_from_iter([("id", ids as _)]).expect("a batch")
    };
    let (first, second) = (batch([1, 2, 3]), batch([4, 5, 6]));
    let mut error = Error::new(Code::Unavailable, "STORAGE_UNAVAILABLE", "The storage is down.");
    error.source = Some(INTERNAL.into());
    let error = Arc::new(error);
    let end = stream::iter(broken).then(move |after| {
        let error = Err(error.shared());
        async move {
            tokio::time::sleep(after).await;
            error
        }
    });
    Rows {
        columns: vec![ResultColumn { name: "id".into(), r#type: "BIGINT".into() }],
        schema: first.schema(),
        snapshot: None,
        tables: Vec::new(),
        batches: stream::iter([Ok(first), Ok(second)]).chain(end).boxed(),
    }
}

async fn whole(format: RowsFormat, context: RequestContext) -> Result<Response, Failure> {
    Ok(rows_response(rows(None), format.or(Format::Json)?, format.rows_as, None, context).await?)
}

/// An answer waits for its end for two milliseconds, so this comes behind its head.
async fn broken(format: RowsFormat, context: RequestContext) -> Result<Response, Failure> {
    let rows = rows(Some(Duration::from_millis(20)));
    Ok(rows_response(rows, format.or(Format::Json)?, format.rows_as, None, context).await?)
}

async fn broken_at_once(format: RowsFormat, context: RequestContext) -> Result<Response, Failure> {
    let rows = rows(Some(Duration::ZERO));
    Ok(rows_response(rows, format.or(Format::Json)?, format.rows_as, None, context).await?)
}

/// Status and body as a streaming function hands them to the runtime.
async fn streamed(path: &str, format: Format) -> (StatusCode, Vec<u8>) {
    let router = Router::new().route("/whole", get(whole)).route("/broken", get(broken));
    let router = router.route("/broken_at_once", get(broken_at_once));
    let router = web::finish(router, edge());
    let event = super::requests_tests::event(path, &[("accept", format.media_type())]);
    let response = never_failing(answer(event, router, &[], false).await);
    let status = response.status();
    let body = response.into_body().collect().await.expect("a body that never fails");
    (status, body.to_bytes().to_vec())
}

/// Whether a reader of the format takes it for a whole answer.
fn is_whole(format: Format, body: &[u8]) -> bool {
    match format {
        Format::ArrowStream => body.ends_with(&ARROW_END),
        Format::Parquet => body.len() > 8 && body.ends_with(b"PAR1"),
        Format::Json => serde_json::from_slice::<Value>(body).is_ok(),
        Format::Ndjson => last_line(body)["id"] == 6,
        Format::Csv => body.ends_with(b"\r\n6\r\n"),
    }
}

fn last_line(body: &[u8]) -> Value {
    let text = std::str::from_utf8(body).expect("text");
    serde_json::from_str(text.lines().last().expect("a line")).expect("JSON")
}

#[tokio::test]
async fn an_answer_that_does_not_fail_is_whole() {
    for format in Format::ALL {
        let (status, body) = streamed("/whole", format).await;
        assert_eq!(status, StatusCode::OK, "{format:?}");
        assert!(is_whole(format, &body), "{format:?}: {}", String::from_utf8_lossy(&body));
    }
}

#[tokio::test]
async fn an_answer_that_fails_in_mid_stream_has_no_end_mark_and_tells_nothing_of_us() {
    for format in Format::ALL.into_iter().filter(|format| *format != Format::Csv) {
        let (status, body) = streamed("/broken", format).await;
        assert_eq!(status, StatusCode::OK, "{format:?}: it had begun");
        let text = String::from_utf8_lossy(&body);
        assert!(!body.is_empty() && !is_whole(format, &body), "{format:?} seems whole: {text}");
        assert!(!text.contains(INTERNAL), "{format:?}: {text}");
        let told = text.contains("The storage is down.");
        assert_eq!(told, format == Format::Ndjson, "{format:?}: {text}");
    }
}

#[tokio::test]
async fn ndjson_ends_in_an_error_record_after_its_rows() {
    let (_, body) = streamed("/broken", Format::Ndjson).await;
    let text = String::from_utf8_lossy(&body);
    assert_eq!(text.lines().count(), 7, "six rows and the record: {text}");
    let error = &last_line(&body)["error"];
    assert_eq!(error["error_code"], "STORAGE_UNAVAILABLE", "{text}");
    assert!(error["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{text}");
}

#[tokio::test]
async fn an_answer_that_fails_before_it_is_sent_is_a_problem() {
    for format in [Format::Json, Format::Ndjson, Format::ArrowStream, Format::Parquet] {
        let (status, body) = streamed("/broken_at_once", format).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{format:?}");
        assert_eq!(last_line(&body)["error_code"], "STORAGE_UNAVAILABLE");
    }
}

#[tokio::test]
async fn csv_that_fails_is_a_problem_and_no_rows() {
    let (status, body) = streamed("/broken", Format::Csv).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(last_line(&body)["error_code"], "STORAGE_UNAVAILABLE");
}

#[tokio::test]
async fn nothing_is_sent_after_a_failure() {
    let pieces = [Ok("a"), Ok("b"), Err("gone"), Ok("c")];
    let pieces = pieces.map(|piece| piece.map(Bytes::from));
    let sent: Vec<_> = until_failure(stream::iter(pieces)).collect().await;
    assert_eq!(sent, [Ok(Bytes::from("a")), Ok(Bytes::from("b"))]);
}
