//! Invocations in: what of an event reaches the router, and what does not pass the front door.

use axum::routing::any;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::*;

const SECRET: &str = "the secret of the front door";

/// An invocation, as an HTTP API or a function URL makes it.
pub(super) fn event(path: &str, headers: &[(&str, &str)]) -> Request {
    of(path, "", headers, json!(null), false)
}

fn of(path: &str, query: &str, headers: &[(&str, &str)], body: Value, base64: bool) -> Request {
    let headers: Value =
        headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "1", "apiId": "a", "domainName": "eider.example", "domainPrefix": "eider",
            "http": {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"},
            "requestId": "r", "routeKey": "$default", "stage": "$default",
            "time": "21/Nov/2026:12:00:00 +0000", "timeEpoch": 1_795_262_400_000_u64,
        },
        "body": body, "isBase64Encoded": base64,
    });
    lambda_http::request::from_str(&event.to_string()).expect("an event")
}

/// The target that the router sees: of the front door's copy, or of the event's own path.
fn target(path: &str, query: &str, headers: &[(&str, &str)], through: bool) -> String {
    let request = of(path, query, headers, json!(null), false);
    let raw = request.raw_http_path().to_owned();
    rebuild(request, &raw, through).uri().to_string()
}

async fn body(body: Value, base64: bool) -> Vec<u8> {
    let rebuilt = rebuild(of("/", "", &[], body, base64), "/", true);
    rebuilt.into_body().collect().await.expect("a body").to_bytes().to_vec()
}

#[test]
fn the_path_is_as_the_client_sent_it_once_the_front_door_proved_itself() {
    for sent in
        ["/tables/a%2Fb", "/tables/..", "/tables/%2E%2E/data", "/tables/a%3Fb%23c", "/tables/%FF"]
    {
        assert_eq!(target("/tables/decoded", "", &[("x-eider-path", sent)], true), sent);
    }
    let odd = target("/", "", &[("x-eider-path", "/tables/a b?c")], true);
    assert_eq!(odd, "/tables/a%20b%3Fc", "what is no path is made one");
}

#[test]
fn without_a_front_door_the_path_is_the_events_own() {
    assert_eq!(
        target("/tables/mine", "", &[("x-eider-path", "/tables/other")], false),
        "/tables/mine"
    );
    assert_eq!(target("/tables/mine", "", &[], true), "/tables/mine");
}

#[test]
fn the_query_comes_along_with_its_escapes() {
    let found = target("/tables", "filter=a%26b%3Dc&q=%C3%A9+x", &[], true);
    let (path, query) = found.split_once('?').expect("a query");
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(path, "/tables");
    assert_eq!(pairs.len(), 2, "{found}");
    assert!(
        pairs.contains(&pair("filter", "a&b=c")) && pairs.contains(&pair("q", "é x")),
        "{found}"
    );
}

#[test]
fn what_the_front_door_added_goes_no_further() {
    let headers = [("x-eider-front-door", SECRET), ("x-eider-path", "/"), ("accept", "*/*")];
    let rebuilt = rebuild(event("/", &headers), "/", true);
    let names: Vec<_> = rebuilt.headers().keys().map(http::HeaderName::as_str).collect();
    assert_eq!(names, ["accept"]);
}

#[tokio::test]
async fn bodies_arrive_as_bytes() {
    assert_eq!(body(json!("{\"a\": \"é\"}"), false).await, "{\"a\": \"é\"}".as_bytes());
    assert_eq!(body(json!("AP8="), true).await, [0x00, 0xff]);
    assert_eq!(body(json!(null), false).await, b"");
}

/// Status and body of an answer of a function with a secret.
async fn answered(headers: &[(&str, &str)]) -> (u16, String) {
    let router = Router::new().fallback(any(|| async { "the router's own answer" }));
    let response = answer(event("/tables/a", headers), router, &[Secret::new(SECRET)], false).await;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn past_the_front_door_the_router_is_not_asked() {
    let id = ("x-request-id", "look-here");
    for headers in [&[id][..], &[id, ("x-eider-front-door", "a guess")]] {
        let (status, body) = answered(headers).await;
        let problem: Value = serde_json::from_str(&body).expect("a problem");
        assert_eq!((status, &problem["error_code"]), (403, &json!("NOT_THROUGH_FRONT_DOOR")));
        assert_eq!(problem["instance"], "/tables/a", "{body}");
        assert_eq!(problem["request_id"], "look-here", "{body}");
        assert!(!body.contains(SECRET), "{body}");
    }
    let through = answered(&[("x-eider-front-door", SECRET)]).await;
    assert_eq!(through, (200, "the router's own answer".to_owned()));
}
