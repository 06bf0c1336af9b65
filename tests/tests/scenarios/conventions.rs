//! What holds on every route.

use reqwest::Method;
use serde_json::json;

use crate::harness::app::shared;
use crate::harness::http::{
    ARROW, Answer, CSV, JSON, NDJSON, PARQUET, PROBLEM, path_of, send, unique,
};
use crate::harness::raw::get_raw;
use crate::harness::rows::numbered_columns;
use crate::harness::scenario::Scenario;
use crate::harness::way::Way;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        a_request_id_is_taken_over_or_made_and_stands_in_errors,
        a_path_that_no_one_has_is_a_problem,
        a_method_that_a_route_has_not_is_405_and_names_those_it_has,
        an_unknown_query_parameter_is_refused_by_name_on_every_route,
        head_answers_as_get_without_a_body,
        head_of_an_answer_of_rows_is_its_head,
        options_says_what_a_path_takes,
        a_page_of_another_origin_may_ask_what_is_allowed,
        a_page_of_another_origin_may_use_every_header_of_ours,
        a_problem_names_its_instance_and_its_time,
    ]
}

async fn a_request_id_is_taken_over_or_made_and_stands_in_errors() {
    let app = shared().await;
    let asked =
        |id: &str| send(app.request(Method::GET, "/tables/no_such").header("x-request-id", id));
    for id in ["mine", "a/b:c~1", &"x".repeat(128)] {
        let answer = asked(id).await;
        assert_eq!(answer.header("x-request-id"), Some(id), "{answer}");
        assert_eq!(answer.json()["request_id"], id, "{answer}");
    }
    for id in [&"x".repeat(129), "two words", ""] {
        let answer = asked(id).await;
        let made = answer.header("x-request-id").unwrap_or_default();
        assert!(made != id && made.len() >= 16, "{id:?} was taken over: {answer}");
    }
    let (one, other) = (app.get("/").await, app.get("/").await);
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}

async fn a_path_that_no_one_has_is_a_problem() {
    let app = shared().await;
    for path in [
        "/nothing",
        "/tables/a/b",
        "/tables/a/data/b",
        "/tables/",
        "/query/x",
        "/Tables",
        "/.env",
        "/tables/a/snapshots",
        "/health/",
        "/docs/../tables",
        "//tables",
        "/tables//data",
    ] {
        let answer = get_raw(&app, path).await;
        assert!([400, 404, 422].contains(&answer.status), "{path}: {answer:?}");
        assert!(answer.text.contains(PROBLEM), "{path}: {answer:?}");
    }
    app.get("/nothing").await.problem(404, "ROUTE_NOT_FOUND");
    app.post("/nothing", json!({})).await.problem(404, "ROUTE_NOT_FOUND");
}

async fn a_method_that_a_route_has_not_is_405_and_names_those_it_has() {
    let app = shared().await;
    let table = path_of(&unique("methods"));
    for (method, path, allowed) in [
        (Method::DELETE, "/tables".to_owned(), &["GET", "HEAD", "POST", "OPTIONS"][..]),
        (Method::POST, table.clone(), &["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]),
        (Method::POST, format!("{table}/data"), &["GET", "HEAD", "OPTIONS"]),
        (Method::GET, format!("{table}/query"), &["POST"]),
        (Method::GET, "/query".to_owned(), &["POST"]),
        (Method::POST, "/health".to_owned(), &["GET"]),
        (Method::POST, "/config/summary".to_owned(), &["GET", "HEAD", "OPTIONS"]),
        (Method::DELETE, "/".to_owned(), &["GET"]),
        (Method::PUT, "/openapi.json".to_owned(), &["GET"]),
    ] {
        let answer = send(app.request(method, &path)).await;
        answer.problem(405, "METHOD_NOT_ALLOWED");
        let allow = answer.header("allow").unwrap_or_default().to_owned();
        for method in allowed {
            assert!(
                allow.split(',').any(|m| m.trim() == *method),
                "{method} is not in Allow: {answer}"
            );
        }
    }
}

async fn an_unknown_query_parameter_is_refused_by_name_on_every_route() {
    let (app, name) = (shared().await, unique("parameters"));
    app.create(&name, numbered_columns()).await;
    let table = path_of(&name);
    for (method, path) in [
        (Method::GET, "/tables".to_owned()),
        (Method::GET, table.clone()),
        (Method::DELETE, table.clone()),
        (Method::PUT, table.clone()),
        (Method::GET, format!("{table}/data")),
        (Method::GET, "/".to_owned()),
        (Method::GET, "/health".to_owned()),
        (Method::GET, "/status".to_owned()),
        (Method::GET, "/config/summary".to_owned()),
        (Method::GET, "/config/validate".to_owned()),
        (Method::GET, "/config/features".to_owned()),
    ] {
        let answer = send(app.request(method.clone(), &format!("{path}?colour=%C3%BC"))).await;
        let problem = answer.problem(400, "UNKNOWN_PARAMETER");
        assert!(problem.to_string().contains("colour"), "{method} {path}: {answer}");
    }
    for path in ["/tables".to_owned(), "/query".to_owned(), format!("{table}/query")] {
        let answer = app.post(&format!("{path}?colour=1"), json!({})).await;
        answer.problem(400, "UNKNOWN_PARAMETER");
    }
    app.get(&table).await.is(200);
}

async fn head_answers_as_get_without_a_body() {
    let (app, name) = (shared().await, unique("head"));
    app.create(&name, numbered_columns()).await;
    for (path, status) in [
        ("/".to_owned(), 200),
        ("/health".to_owned(), 200),
        ("/config/summary".to_owned(), 200),
        ("/tables".to_owned(), 200),
        (path_of(&name), 200),
        (path_of(&unique("none")), 404),
        ("/nothing".to_owned(), 404),
    ] {
        let answer = send(app.request(Method::HEAD, &path)).await;
        assert_eq!((answer.status, answer.body.len()), (status, 0), "{answer}");
        let get = app.get(&path).await.is(status);
        assert_eq!(answer.media_type(), get.media_type(), "{answer} {get}");
        // What is before a function may leave the length out of what has no body.
        let told = answer.header("content-length").filter(|_| Way::current() != Way::Stack);
        let length = told.map_or(get.body.len(), |told| told.parse().expect("a number"));
        // Times differ by their last digits, which are left out where they are nothing.
        assert!(length.abs_diff(get.body.len()) < 40, "{answer} {get}");
        assert!(told.is_some() || Way::current() == Way::Stack, "{answer}");
    }
}

async fn head_of_an_answer_of_rows_is_its_head() {
    let (app, name) = (shared().await, unique("head_rows"));
    app.create(&name, numbered_columns()).await;
    let data = format!("{}/data", path_of(&name));
    for media_type in [ARROW, PARQUET, CSV, NDJSON, JSON] {
        let request = app.request(Method::HEAD, &data).header("accept", media_type);
        let answer = send(request).await.is(200);
        assert_eq!((answer.media_type(), answer.body.len()), (media_type, 0), "{answer}");
    }
    let answer = send(app.request(Method::HEAD, &data).header("accept", "image/png")).await;
    assert_eq!((answer.status, answer.body.len()), (406, 0), "{answer}");
}

async fn options_says_what_a_path_takes() {
    let (app, table) = (shared().await, path_of(&unique("options")));
    for (path, methods) in [
        ("/tables".to_owned(), &["GET", "HEAD", "POST", "OPTIONS"][..]),
        (table.clone(), &["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]),
        (format!("{table}/data"), &["GET", "HEAD", "OPTIONS"]),
        ("/query".to_owned(), &["POST", "OPTIONS"]),
        ("/status".to_owned(), &["GET", "HEAD", "OPTIONS"]),
    ] {
        let answer = send(app.request(Method::OPTIONS, &path)).await.is(204);
        let allow = answer.header("allow").unwrap_or_default();
        let allow: Vec<&str> = allow.split(',').map(str::trim).collect();
        for method in methods {
            assert!(allow.contains(method), "{method} is not in Allow: {answer}");
        }
        assert!(answer.body.is_empty(), "{answer}");
    }
    send(app.request(Method::OPTIONS, "/nothing")).await.problem(404, "ROUTE_NOT_FOUND");
}

async fn a_page_of_another_origin_may_ask_what_is_allowed() {
    let app = shared().await;
    let origin = "http://localhost:3000";
    let request = app.request(Method::OPTIONS, "/tables").header("origin", origin);
    let request = request.header("access-control-request-method", "POST");
    let answer = send(request.header("access-control-request-headers", "content-type")).await;
    assert!([200, 204].contains(&answer.status), "{answer}");
    assert_eq!(answer.header("access-control-allow-origin"), Some(origin), "{answer}");
    let answer = send(app.request(Method::GET, "/tables").header("origin", origin)).await.is(200);
    assert_eq!(answer.header("access-control-allow-origin"), Some(origin), "{answer}");
    let answer =
        send(app.request(Method::GET, "/tables").header("origin", "https://evil.example")).await;
    assert_eq!(answer.header("access-control-allow-origin"), None, "{answer}");
}

async fn a_page_of_another_origin_may_use_every_header_of_ours() {
    let (app, origin) = (shared().await, "http://localhost:3000");
    let listed = |answer: &Answer, name: &str| -> Vec<String> {
        let value = answer.header(name).unwrap_or_default().to_ascii_lowercase();
        value.split(',').map(|item| item.trim().to_owned()).collect()
    };
    let request = app.request(Method::OPTIONS, "/tables").header("origin", origin);
    let answer = send(request.header("access-control-request-method", "PATCH")).await;
    let methods = listed(&answer, "access-control-allow-methods");
    for method in ["get", "head", "post", "put", "patch", "delete", "options"] {
        assert!(methods.iter().any(|m| m == method), "{method}: {answer}");
    }
    let headers = listed(&answer, "access-control-allow-headers");
    for name in [
        "authorization",
        "content-encoding",
        "content-type",
        "idempotency-key",
        "if-match",
        "if-none-match",
        "last-event-id",
        "prefer",
        "x-request-id",
        "x-run-id",
    ] {
        assert!(headers.iter().any(|header| header == name), "{name}: {answer}");
    }
    let answer = send(app.request(Method::GET, "/tables").header("origin", origin)).await.is(200);
    let exposed = listed(&answer, "access-control-expose-headers");
    for name in [
        "etag",
        "idempotent-replayed",
        "link",
        "location",
        "ratelimit",
        "ratelimit-policy",
        "retry-after",
        "x-request-id",
    ] {
        assert!(exposed.iter().any(|header| header == name), "{name}: {answer}");
    }
}

async fn a_problem_names_its_instance_and_its_time() {
    let app = shared().await;
    let path = format!("{}/data", path_of("no such ü"));
    let problem = app.get(&path).await.problem(404, "TABLE_NOT_FOUND");
    assert_eq!(problem["instance"], path.as_str(), "{problem}");
    let time = problem["timestamp"].as_str().expect("a time");
    assert!(time.starts_with("20") && time.contains('T') && time.ends_with('Z'), "{time}");
    assert_eq!(problem["title"], "Not Found", "{problem}");
    assert_eq!(problem["retryable"], false, "{problem}");
}
