//! What is answered where a handler does not: it is a problem like any other.

use axum::body::Body;
use axum::routing::get;
use config::Config;
use http::{HeaderMap, StatusCode};
use tower::ServiceExt;

use super::*;
use crate::Anonymous;

const ORIGIN: &str = "https://app.example";

/// A router whose handlers panic, or take for ever, over one second a request.
fn router() -> Router {
    let variables =
        [("CORS_ALLOW_ORIGINS", ORIGIN), ("EIDER_REQUEST_TIMEOUT_SECONDS", "1"), ("DEBUG", "true")];
    let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let server = Config::from_variables(variables).expect("a configuration").server;
    let edge = Edge::new(Arc::new(Anonymous), server, std::path::Path::new("/nowhere"));
    let router = Router::new()
        .route("/panics", get(panics))
        .route("/waits", get(std::future::pending::<()>));
    finish(router, Arc::new(edge))
}

async fn panics() {
    panic!("it was not to be")
}

/// Status, headers and body of an answer to a page of that origin.
async fn asked(method: Method, path: &str) -> (StatusCode, HeaderMap, String) {
    let request = http::Request::builder().method(method).uri(path);
    let request = request.header("origin", ORIGIN).header("x-request-id", "mine");
    let request = request.header("access-control-request-method", "GET").body(Body::empty());
    let answer = router().oneshot(request.expect("a request")).await.expect("an answer");
    let (head, body) = answer.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    (head.status, head.headers, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn a_page_of_another_origin_can_read_every_failure() {
    for (path, status, code) in [
        ("/waits", StatusCode::GATEWAY_TIMEOUT, "REQUEST_TIMEOUT"),
        ("/panics", StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
        ("/nothing", StatusCode::NOT_FOUND, "ROUTE_NOT_FOUND"),
    ] {
        let (found, headers, body) = asked(Method::GET, path).await;
        assert_eq!(found, status, "{path}: {body}");
        assert!(body.contains(&format!("\"{code}\"")), "{path}: {body}");
        assert_eq!(headers["access-control-allow-origin"], ORIGIN, "{path}: {headers:?}");
        assert_eq!(headers["x-request-id"], "mine", "{path}");
    }
}

#[tokio::test]
async fn the_text_of_a_panic_is_its_cause() {
    let (_, _, body) = asked(Method::GET, "/panics").await;
    assert!(body.contains("it was not to be"), "{body}");
}

#[tokio::test]
async fn what_the_layer_of_origins_answers_itself_has_its_id_too() {
    let (status, headers, _) = asked(Method::OPTIONS, "/waits").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["access-control-allow-origin"], ORIGIN);
    assert_eq!(headers["x-request-id"], "mine");
}
