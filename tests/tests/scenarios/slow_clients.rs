//! A client that is slow, silent or gone costs the others nothing.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::app::App;
use crate::harness::http::{ARROW, path_of, unique};
use crate::harness::poll::median;
use crate::harness::raw::Raw;
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::way::SERVERS;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only SERVERS, "a function has its platform before it, which takes bodies whole";
        clients_that_send_a_kilobyte_a_second_leave_the_latency_of_others_alone,
        a_slow_body_that_never_falls_silent_is_taken,
        a_client_that_is_silent_within_its_body_gets_408,
        clients_that_read_nothing_leave_others_alone,
        clients_that_read_nothing_are_cut_off,
        clients_that_hang_up_leave_nothing_running,
    ]
}

async fn table(app: &App, rows: usize) -> String {
    let name = unique("slow");
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, rows)])).await.is(200);
    name
}

fn head_of_append(length: usize) -> [String; 2] {
    [format!("Content-Type: {ARROW}"), format!("Content-Length: {length}")]
}

/// The middle time of some small reads and writes.
async fn latency(app: &App, name: &str) -> Duration {
    let mut times = Vec::new();
    for turn in 0..15 {
        let started = Instant::now();
        app.put(&path_of(name), ARROW, arrow_of(&[numbered(turn, 20)])).await.is(200);
        app.rows(&format!("SELECT max(id) FROM {name}")).await;
        times.push(started.elapsed());
    }
    median(times)
}

/// Others' latency while something goes on: a few times the usual at most, on a busy machine.
fn assert_left_alone(alone: Duration, beside: Duration) {
    let limit = alone * 3 + Duration::from_millis(150);
    assert!(beside < limit, "{alone:?} alone, {beside:?} beside slow clients");
}

async fn clients_that_send_a_kilobyte_a_second_leave_the_latency_of_others_alone() {
    let app = App::own(&[]).await;
    let (name, body) = (table(&app, 10).await, arrow_of(&[numbered(0, 5_000)]));
    let alone = latency(&app, &name).await;
    let slow = (0..20).map(async |_| {
        let mut raw = Raw::connect(&app).await;
        raw.begin("PUT", &path_of(&name), &head_of_append(body.len())).await;
        for piece in body.chunks(100) {
            raw.send(piece).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let slow = futures::future::join_all(slow);
    let beside = tokio::select! {
        _ = slow => panic!("the slow clients are done before the others were measured"),
        beside = latency(&app, &name) => beside,
    };
    assert_left_alone(alone, beside);
}

async fn a_slow_body_that_never_falls_silent_is_taken() {
    let app = App::own(&[("EIDER_BODY_SILENCE_SECONDS", "1")]).await;
    let name = table(&app, 10).await;
    let body = arrow_of(&[numbered(0, 90)]);
    let mut raw = Raw::connect(&app).await;
    raw.begin("PUT", &path_of(&name), &head_of_append(body.len())).await;
    for piece in body.chunks(body.len() / 10) {
        raw.send(piece).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let answer = raw.answer(Duration::from_secs(20)).await.expect("an answer");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(app.table(&name).await["row_count"], 100);
}

async fn a_client_that_is_silent_within_its_body_gets_408() {
    let app = App::own(&[("EIDER_BODY_SILENCE_SECONDS", "1")]).await;
    let name = table(&app, 10).await;
    let before = app.table(&name).await;
    let body = arrow_of(&[numbered(0, 5_000)]);
    let json = b"{\"sql\": ".to_vec();
    for (method, path, sent) in [
        ("PUT", path_of(&name), &body[..body.len() / 2]),
        ("PUT", path_of(&name), &[]),
        ("POST", "/query".to_owned(), &json),
    ] {
        let mut raw = Raw::connect(&app).await;
        let mut headers = head_of_append(body.len()).to_vec();
        if method == "POST" {
            headers[0] = "Content-Type: application/json".to_owned();
        }
        raw.begin(method, &path, &headers).await;
        raw.send(sent).await;
        let started = Instant::now();
        let answer = raw.answer(Duration::from_secs(20)).await.expect("an answer");
        assert_eq!(answer.status, 408, "{method} {path}: {answer:?}");
        assert!(answer.text.contains("application/problem+json"), "{answer:?}");
        let waited = started.elapsed();
        assert!(waited < Duration::from_secs(5), "408 came after {waited:?}, not after a second");
    }
    assert_eq!(app.table(&name).await, before);
    app.put(&path_of(&name), ARROW, body).await.is(200);
}

async fn clients_that_read_nothing_leave_others_alone() {
    let app = App::own(&[]).await;
    let (small, large) = (table(&app, 10).await, table(&app, 400_000).await);
    let alone = latency(&app, &small).await;
    let mut readers = Vec::new();
    // Fewer than the queries that run at once: more would rightly wait for their turn.
    for _ in 0..3 {
        let mut raw = Raw::connect(&app).await;
        raw.begin("GET", &format!("{}/data", path_of(&large)), &[]).await;
        readers.push(raw);
    }
    let beside = latency(&app, &small).await;
    drop(readers);
    assert_left_alone(alone, beside);
}

async fn clients_that_read_nothing_are_cut_off() {
    let settings = [("EIDER_ANSWER_SILENCE_SECONDS", "1"), ("EIDER_ENGINE_CONCURRENCY", "2")];
    let app = App::own(&settings).await;
    let name = table(&app, 1_500_000).await;
    let mut readers = Vec::new();
    for reader in 0..6 {
        let mut raw = Raw::connect(&app).await;
        raw.begin("GET", &format!("{}/data", path_of(&name)), &[]).await;
        if reader < 2 {
            raw.begun().await;
        }
        readers.push(raw);
    }
    // As many as run at once stand still, and as many again would after them.
    let asked = app.post("/query", json!({"sql": format!("SELECT count(*) AS n FROM {name}")}));
    let answer = tokio::time::timeout(Duration::from_secs(30), asked).await;
    let answer: Value = answer.expect("clients that read nothing keep their turns").is(200).json();
    assert_eq!(answer["rows"], json!([{"n": 1_500_000}]));
    drop(readers);
}

async fn clients_that_hang_up_leave_nothing_running() {
    let app = App::own(&[("EIDER_ENGINE_CONCURRENCY", "2")]).await;
    let name = table(&app, 400_000).await;
    let endless = "SELECT sum(a.range * b.range) AS v FROM range(100000000) a, range(100000000) b";
    let body = json!({"sql": endless}).to_string();
    for _ in 0..6 {
        let mut raw = Raw::connect(&app).await;
        raw.begin("GET", &format!("{}/data", path_of(&name)), &[]).await;
        drop(raw);
        let mut raw = Raw::connect(&app).await;
        let headers = [
            "Content-Type: application/json".to_owned(),
            format!("Content-Length: {}", body.len()),
        ];
        raw.begin("POST", "/query", &headers).await;
        raw.send(body.as_bytes()).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Two at once: if those went on, this would wait for them forever.
    let asked = app.post("/query", json!({"sql": format!("SELECT count(*) AS n FROM {name}")}));
    let answer = tokio::time::timeout(Duration::from_secs(30), asked).await;
    let answer: Value = answer.expect("queries of clients that left still run").is(200).json();
    assert_eq!(answer["rows"], json!([{"n": 400_000}]));
}
