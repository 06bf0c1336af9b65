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
    router_at(&edge(&[]))
}

fn edge(more: &[(&str, &str)]) -> Arc<Edge> {
    let variables =
        [("CORS_ALLOW_ORIGINS", ORIGIN), ("EIDER_REQUEST_TIMEOUT_SECONDS", "1"), ("DEBUG", "true")];
    let variables = variables.iter().chain(more);
    let variables = variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let server = Config::from_variables(variables).expect("a configuration").server;
    Arc::new(Edge::new(Arc::new(Anonymous), server, std::path::Path::new("/nowhere")))
}

fn router_at(edge: &Arc<Edge>) -> Router {
    let router = Router::new()
        .route("/panics", get(panics))
        .route("/waits", get(std::future::pending::<()>))
        .route("/speaks", get(async || "hello").put(async || "taken"));
    finish(router, edge.clone())
}

/// The answer to a request with these headers.
async fn sent(router: Router, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = http::Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    router.oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer")
}

async fn length(response: Response) -> usize {
    axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body").len()
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

/// The items of a list in a header, in order.
fn listed(response: &Response, name: &str) -> Vec<String> {
    let value = response.headers().get(name).and_then(|value| value.to_str().ok());
    let items = value.unwrap_or_default().split(',').map(|item| item.trim().to_owned());
    let mut items: Vec<String> = items.filter(|item| !item.is_empty()).collect();
    items.sort();
    items
}

#[tokio::test]
async fn options_and_405_say_each_method_of_the_path() {
    let methods = ["GET", "HEAD", "OPTIONS", "PUT"];
    for headers in [&[][..], &[("origin", ORIGIN)]] {
        let answer = sent(router(), Method::OPTIONS, "/speaks", headers).await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        assert_eq!(listed(&answer, "allow"), methods);
        let shared = answer.headers().contains_key("access-control-allow-origin");
        assert_eq!(shared, !headers.is_empty());
        assert_eq!(length(answer).await, 0);
    }
    let answer = sent(router(), Method::PATCH, "/speaks", &[]).await;
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(listed(&answer, "allow"), methods);
    let answer = sent(router(), Method::OPTIONS, "*", &[]).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let all = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
    assert_eq!(listed(&answer, "allow"), all);
    let answer = sent(router(), Method::GET, "*", &[]).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let answer = sent(router(), Method::OPTIONS, "/nothing", &[]).await;
    assert_eq!((answer.status(), listed(&answer, "allow").len()), (StatusCode::NOT_FOUND, 0));
}

#[tokio::test]
async fn head_says_what_get_says_without_a_body() {
    for (path, status) in [("/speaks", StatusCode::OK), ("/nothing", StatusCode::NOT_FOUND)] {
        let answer = sent(router(), Method::HEAD, path, &[("x-request-id", "mine")]).await;
        assert_eq!(answer.status(), status);
        let told: usize = listed(&answer, "content-length")[0].parse().expect("a length");
        let types = answer.headers()["content-type"].clone();
        assert_eq!(length(answer).await, 0, "{path}");
        let get = sent(router(), Method::GET, path, &[("x-request-id", "mine")]).await;
        assert_eq!(get.headers()["content-type"], types);
        // A time ends where its last digits are nothing.
        assert!(length(get).await.abs_diff(told) < 10, "{path}");
    }
}

#[tokio::test]
async fn a_request_counts_until_its_answer_has_gone_out() {
    let edge = edge(&[]);
    let answer = sent(router_at(&edge), Method::GET, "/speaks", &[]).await;
    assert_eq!(edge.in_flight.count(), 1);
    assert_eq!(length(answer).await, 5);
    assert_eq!(edge.in_flight.count(), 0);
    drop(sent(router_at(&edge), Method::GET, "/speaks", &[]).await);
    for (method, path) in [(Method::HEAD, "/speaks"), (Method::OPTIONS, "/speaks")] {
        let _answer = sent(router_at(&edge), method, path, &[]).await;
        assert_eq!(edge.in_flight.count(), 0, "{path} has nothing to send");
    }
    let waiting = sent(router_at(&edge), Method::GET, "/waits", &[]);
    let given_up = tokio::time::timeout(Duration::from_millis(50), waiting).await;
    assert!(given_up.is_err() && edge.in_flight.count() == 0, "it is over when its client leaves");
}

#[tokio::test]
async fn the_time_is_told_where_that_was_asked_for() {
    let asked = edge(&[("FEATURE_ENABLE_PERFORMANCE_TRACKING", "true")]);
    for path in ["/speaks", "/nothing"] {
        let told = sent(router_at(&asked), Method::GET, path, &[]).await;
        let time = told.headers()["server-timing"].to_str().expect("text").to_owned();
        let milliseconds: f64 = time.trim_start_matches("total;dur=").parse().expect("a number");
        assert!(milliseconds < 1000.0, "{time}");
        let silent = sent(router(), Method::GET, path, &[]).await;
        assert!(!silent.headers().contains_key("server-timing"));
    }
}
