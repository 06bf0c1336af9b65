//! Limits are told by name, and what was refused leaves nothing.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, JSON, path_of, try_send, unique};
use crate::harness::poll::until;
use crate::harness::raw::Raw;
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::way::{SERVERS, Way, counts};

pub(crate) fn all() -> Vec<Scenario> {
    let mut all = scenarios![a_time_of_milliseconds_is_504_or_the_answer_and_never_500,];
    all.extend(scenarios![only SERVERS, "settings of its own";
        a_body_over_the_limit_is_413_and_leaves_nothing,
        a_query_that_takes_too_long_is_504_and_ends,
        where_none_may_wait_a_query_without_a_turn_is_429_at_once,
    ]);
    all.extend(scenarios![only &[Way::Stack], "4.5 MB is the limit of a function only";
        a_body_over_what_a_function_takes_is_413_and_names_the_other_way,
    ]);
    all
}

/// A body that is refused before it is read to its end: a library that still writes may miss the
/// answer, so it is sent by hand, with its length told before or in pieces.
async fn refused(app: &App, method: &str, path: &str, media_type: &str, body: &[u8]) -> String {
    let mut said = String::new();
    for length in [format!("Content-Length: {}", body.len()), "Transfer-Encoding: chunked".into()] {
        let mut raw = Raw::connect(app).await;
        raw.begin(method, path, &[length.clone(), format!("Content-Type: {media_type}")]).await;
        if length.starts_with("Transfer") {
            raw.try_send(format!("{:x}\r\n", body.len()).as_bytes()).await;
        }
        raw.try_send(body).await;
        if length.starts_with("Transfer") {
            // A gateway before the functions waits for the end.
            raw.try_send(b"\r\n0\r\n\r\n").await;
        }
        let answer = raw.answer(Duration::from_secs(30)).await.expect("an answer");
        assert_eq!(answer.status, 413, "{length}: {answer:?}");
        assert!(answer.text.contains("PAYLOAD_TOO_LARGE"), "{length}: {answer:?}");
        said = answer.text;
    }
    said
}

async fn a_body_over_the_limit_is_413_and_leaves_nothing() {
    let app = App::own(&[("EIDER_MAX_BODY_BYTES", "100000")]).await;
    let name = unique("limited");
    app.create(&name, numbered_columns()).await;
    let (path, before) = (path_of(&name), app.table(&name).await);
    let large = arrow_of(&[numbered(0, 20_000)]);
    let said = refused(&app, "PUT", &path, ARROW, &large).await;
    assert!(said.contains("100000"), "it names the limit: {said}");
    // A library that still writes reads its answer too: the server goes on reading for a while.
    for _ in 0..counts(50, 300) {
        app.put(&path, ARROW, large.clone()).await.problem(413, "PAYLOAD_TOO_LARGE");
    }
    let query = json!({"sql": format!("SELECT '{}'", "x".repeat(120_000))}).to_string();
    refused(&app, "POST", "/query", JSON, query.as_bytes()).await;
    assert_eq!(app.table(&name).await, before);
    app.put(&path, ARROW, arrow_of(&[numbered(0, 500)])).await.is(200);
    assert_eq!(app.table(&name).await["row_count"], 500);
}

async fn a_body_over_what_a_function_takes_is_413_and_names_the_other_way() {
    let (app, name) = (shared().await, unique("limited"));
    app.create(&name, numbered_columns()).await;
    let large = arrow_of(&[numbered(0, 300_000)]);
    assert!(large.len() > 4_500_000, "{} bytes", large.len());
    let said = refused(&app, "PUT", &path_of(&name), ARROW, &large).await;
    assert!(said.contains("append"), "it names the other way: {said}");
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 150_000)])).await.is(200);
    assert_eq!(app.table(&name).await["row_count"], 150_000);
}

async fn a_query_that_takes_too_long_is_504_and_ends() {
    let settings = [("EIDER_REQUEST_TIMEOUT_SECONDS", "2"), ("EIDER_ENGINE_CONCURRENCY", "1")];
    let app = App::own(&settings).await;
    for _ in 0..2 {
        let sql = "SELECT sum(a.range * b.range) AS v FROM range(100000000) a, range(100000000) b";
        let answer = app.post("/query", json!({"sql": sql})).await.is(504);
        assert!(answer.elapsed < Duration::from_secs(10), "504 came after {:?}", answer.elapsed);
    }
    // One at a time: if those still ran, this would have no turn.
    assert_eq!(app.value("SELECT 42").await, "42");
}

async fn where_none_may_wait_a_query_without_a_turn_is_429_at_once() {
    let settings = [("EIDER_ENGINE_CONCURRENCY", "1"), ("EIDER_ENGINE_QUEUE", "0")];
    let app = App::own(&settings).await;
    let engine = app.get("/config/summary").await.is(200).json()["engine"].clone();
    assert_eq!((&engine["concurrency"], &engine["queue"]), (&json!(1), &json!(0)), "{engine}");
    // A turn outlives its answer by a moment.
    let free = async || {
        let answer = app.post("/query", json!({"sql": "SELECT 42"})).await;
        (answer.status != 429).then(|| answer.is(200))
    };
    until("a turn", Duration::from_secs(30), free).await;
    let sql = "SELECT sum(a.range * b.range) AS v FROM range(100000000) a, range(100000000) b";
    let long = || app.post("/query", json!({"sql": sql, "timeout_seconds": 4}));
    let two = async || {
        let (one, other) = tokio::join!(long(), long());
        let (ran, refused) = if one.status == 504 { (one, other) } else { (other, one) };
        (ran.status != 429).then_some((ran, refused))
    };
    let (ran, refused) = until("a turn of two", Duration::from_secs(30), two).await;
    ran.problem(504, "QUERY_TIMEOUT");
    assert!(refused.elapsed < Duration::from_secs(2), "429 came after {:?}", refused.elapsed);
    assert_eq!(refused.header("retry-after"), Some("1"), "{refused}");
    let said = refused.problem(429, "TOO_MANY_QUERIES").to_string();
    assert!(said.contains("EIDER_ENGINE_QUEUE"), "{said}");
    until("its turn", Duration::from_secs(30), free).await;
}

async fn a_time_of_milliseconds_is_504_or_the_answer_and_never_500() {
    let (app, name) = (shared().await, unique("short"));
    app.create(&name, numbered_columns()).await;
    let texts = [
        "SELECT 42 AS v".to_owned(),
        format!("SELECT a.id, count(*) FROM {name} a JOIN {name} b USING (id) GROUP BY ALL"),
        format!("SELECT {} FROM {name}", vec!["id"; 300].join(", ")),
        "SELECT sum(range) AS v FROM range(10000000)".to_owned(),
    ];
    for turn in 0..counts(100, 1_000) {
        let time = 0.001 + f64::from(turn as u32 % 20) / 1_000.0;
        let body = json!({"sql": texts[turn % texts.len()], "timeout_seconds": time});
        let request = app.request(Method::POST, "/query").json(&body);
        // Where the time ends behind the head, the answer is cut.
        let Ok(answer) = try_send(request).await else { continue };
        match answer.status {
            200 => (),
            // Others use the server too: none of them made room in time.
            429 => drop(answer.problem(429, "TOO_MANY_QUERIES")),
            _ => drop(answer.problem(504, "QUERY_TIMEOUT")),
        }
    }
}
