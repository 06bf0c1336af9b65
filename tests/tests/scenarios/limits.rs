//! Limits are told by name, and memory does not grow with the table, the upload or the result.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use reqwest::{Body, Method};
use serde_json::json;

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, Answer, PARQUET, path_of, send, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::way::{SERVERS, Way, counts};

pub(crate) fn all() -> Vec<Scenario> {
    let mut all = scenarios![only SERVERS, "settings of its own, and the memory of its process";
        a_body_over_the_limit_is_413_and_leaves_nothing,
        a_query_that_takes_too_long_is_504_and_ends,
        an_export_of_millions_of_rows_takes_bounded_memory,
        an_upload_of_millions_of_rows_takes_bounded_memory,
    ];
    all.extend(scenarios![only &[Way::Stack], "4.5 MB is the limit of a function only";
        a_body_over_what_a_function_takes_is_413_and_names_the_other_way,
    ]);
    all
}

/// The body in pieces, without a length told before.
async fn put_in_pieces(app: &App, path: &str, body: Vec<u8>) -> Answer {
    let pieces: Vec<_> = body
        .chunks(10_000)
        .map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)))
        .collect();
    let body = Body::wrap_stream(futures::stream::iter(pieces));
    send(app.request(Method::PUT, path).header("content-type", ARROW).body(body)).await
}

async fn a_body_over_the_limit_is_413_and_leaves_nothing() {
    let app = App::own(&[("EIDER_MAX_BODY_BYTES", "100000")]).await;
    let name = unique("limited");
    app.create(&name, numbered_columns()).await;
    let (path, before) = (path_of(&name), app.table(&name).await);
    let large = arrow_of(&[numbered(0, 20_000)]);
    let answer = app.put(&path, ARROW, large.clone()).await;
    let detail = answer.problem(413, "PAYLOAD_TOO_LARGE")["detail"].to_string();
    assert!(detail.contains("100000"), "it names the limit: {detail}");
    put_in_pieces(&app, &path, large).await.problem(413, "PAYLOAD_TOO_LARGE");
    let sql = format!("SELECT '{}'", "x".repeat(120_000));
    app.post("/query", json!({"sql": sql})).await.problem(413, "PAYLOAD_TOO_LARGE");
    assert_eq!(app.table(&name).await, before);
    put_in_pieces(&app, &path, arrow_of(&[numbered(0, 500)])).await.is(200);
    assert_eq!(app.table(&name).await["row_count"], 500);
}

async fn a_body_over_what_a_function_takes_is_413_and_names_the_other_way() {
    let (app, name) = (shared().await, unique("limited"));
    app.create(&name, numbered_columns()).await;
    let large = arrow_of(&[numbered(0, 300_000)]);
    assert!(large.len() > 4_500_000, "{} bytes", large.len());
    let answer = app.put(&path_of(&name), ARROW, large.clone()).await;
    let detail = answer.problem(413, "PAYLOAD_TOO_LARGE")["detail"].to_string();
    assert!(detail.contains("append"), "it names the other way: {detail}");
    put_in_pieces(&app, &path_of(&name), large).await.problem(413, "PAYLOAD_TOO_LARGE");
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

/// Samples the server's memory while `work` runs, and gives the most it grew by.
async fn growth<T>(app: &App, work: impl Future<Output = T>) -> (T, u64) {
    let resident = || app.server().resident_bytes().unwrap_or_default();
    let (before, most, done) = (resident(), AtomicU64::new(0), AtomicBool::new(false));
    let sampling = async {
        while !done.load(Ordering::Relaxed) {
            most.fetch_max(resident(), Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let working = async {
        let result = work.await;
        done.store(true, Ordering::Relaxed);
        result
    };
    let (result, ()) = futures::future::join(working, sampling).await;
    (result, most.into_inner().saturating_sub(before))
}

/// Each row has about 18 bytes as Arrow, so 4 million are some 100 MB.
const APPEND: usize = 500_000;

async fn app_with_rows(appends: usize) -> (App, String) {
    let app = App::own(&[("EIDER_ENGINE_MEMORY_BYTES", "268435456")]).await;
    let name = unique("large");
    app.create(&name, numbered_columns()).await;
    for turn in 0..appends {
        let body = arrow_of(&[numbered((turn * APPEND) as i64, APPEND)]);
        app.put(&path_of(&name), ARROW, body).await.is(200);
    }
    (app, name)
}

async fn an_export_of_millions_of_rows_takes_bounded_memory() {
    let appends = counts(8, 24);
    let (app, name) = app_with_rows(appends).await;
    let path = format!("{}/data", path_of(&name));
    for accept in [ARROW, PARQUET, "application/x-ndjson"] {
        let exporting = async {
            let request = app.request(Method::GET, &path).header("accept", accept);
            let response = request.send().await.expect("an answer");
            assert_eq!(response.status(), 200, "{accept}");
            let mut body = response.bytes_stream();
            let mut bytes = 0_u64;
            while let Some(piece) = body.next().await {
                bytes += piece.expect("a whole body").len() as u64;
            }
            bytes
        };
        let (bytes, growth) = growth(&app, exporting).await;
        println!("{accept}: {} rows, {bytes} bytes, memory grew by {growth}", appends * APPEND);
        assert!(growth < 300 << 20, "{accept}: memory grew by {growth} bytes for {bytes}");
    }
}

async fn an_upload_of_millions_of_rows_takes_bounded_memory() {
    let (app, name) = app_with_rows(1).await;
    let batch = numbered(0, 50_000);
    let batches: Vec<_> = (0..counts(60, 200)).map(|_| batch.clone()).collect();
    let body = arrow_of(&batches);
    let bytes = body.len();
    let uploading = async { app.put(&path_of(&name), ARROW, body).await.is(200) };
    let (answer, growth) = growth(&app, uploading).await;
    println!("an upload of {bytes} bytes: memory grew by {growth}");
    assert_eq!(answer.json()["rows"], batches.len() * 50_000, "{answer}");
    assert!(growth < 500 << 20, "memory grew by {growth} bytes for {bytes}");
}
