//! A failure in mid-stream is seen by the client: no body that ends well is incomplete (invariant 4).

use std::time::Duration;

use futures::StreamExt;
use reqwest::Method;
use serde_json::json;

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, CSV, JSON, NDJSON, PARQUET, path_of, unique};
use crate::harness::lake::Lake;
use crate::harness::poll::until;
use crate::harness::raw::{Raw, RawAnswer};
use crate::harness::rows::{arrow_of, is_whole_arrow, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::services::Services;
use crate::harness::way::{SERVERS, Way};

pub(crate) fn all() -> Vec<Scenario> {
    let mut all = scenarios![only SERVERS, "the server's process is ours to kill";
        a_storage_that_fails_in_mid_stream_breaks_the_body_visibly,
        a_server_that_dies_in_mid_stream_breaks_the_body_visibly,
    ];
    all.extend(scenarios![only SERVERS, "a function knows nothing of HTTP/1.0";
        a_csv_that_fails_in_mid_stream_has_no_last_chunk,
        a_csv_that_fails_is_a_problem_to_a_client_that_takes_no_chunks,
        a_csv_to_a_client_that_takes_no_chunks_is_whole,
        a_csv_too_large_for_a_client_that_takes_no_chunks_is_refused,
    ]);
    all
}

/// Files enough that an export is far from its end when its reader has seen the first pieces.
async fn large_table(app: &App) -> String {
    let name = unique("broken");
    app.create(&name, numbered_columns()).await;
    for turn in 0..10 {
        app.put(&path_of(&name), ARROW, arrow_of(&[numbered(turn * 500_000, 500_000)]))
            .await
            .is(200);
    }
    name
}

/// Reads some of the export, lets `break_it` happen, and reads on: was the body ever whole?
async fn read_while(app: &App, name: &str, accept: &str, break_it: impl Future<Output = ()>) {
    let request = app.request(Method::GET, &format!("{}/data", path_of(name)));
    let response = request.header("accept", accept).send().await.expect("an answer");
    assert_eq!(response.status(), 200, "{accept}");
    let mut body = response.bytes_stream();
    let mut read = body.next().await.expect("a first piece").expect("a first piece").to_vec();
    break_it.await;
    while let Some(piece) = body.next().await {
        match piece {
            Ok(piece) => read.extend_from_slice(&piece),
            Err(_) => return,
        }
    }
    let bytes = read.len();
    assert!(accept != ARROW || !is_whole_arrow(&read), "a whole Arrow stream of {bytes} bytes");
    panic!("{accept}: the body of {bytes} bytes ended as if it were complete");
}

async fn a_server_that_dies_in_mid_stream_breaks_the_body_visibly() {
    let app = App::own(&[]).await;
    let name = large_table(&app).await;
    let lake = app.lake().clone();
    drop(app);
    for accept in [ARROW, JSON, CSV] {
        let app = lake.serve(&[]).await;
        read_while(&app, &name, accept, async { app.server().signal("KILL") }).await;
    }
}

async fn a_storage_that_fails_in_mid_stream_breaks_the_body_visibly() {
    let services = match Way::current() {
        Way::Services => Some(Services::own().await),
        _ => None,
    };
    let lake = match &services {
        Some(services) => Lake::on(services).await,
        None => Lake::new().await,
    };
    let name = large_table(&lake.serve(&[]).await).await;
    for accept in [ARROW, PARQUET, JSON, NDJSON, CSV] {
        // A new server, so that no file is cached.
        let app = lake.serve(&[]).await;
        let (objects, away) = (lake.home().join("objects"), lake.home().join("objects.away"));
        let breaking = async {
            match &services {
                Some(services) => services.kill("minio").await,
                None => std::fs::rename(&objects, &away).expect("the objects go away"),
            }
        };
        read_while(&app, &name, accept, breaking).await;
        match &services {
            Some(services) => services.start("minio").await,
            None => {
                std::fs::remove_dir_all(&objects).ok();
                std::fs::rename(&away, &objects).expect("the objects come back");
            }
        }
        until("a read after the failure", Duration::from_secs(30), async || {
            let answer = app.get(&format!("{}/data", path_of(&name))).await;
            (answer.status == 200).then_some(())
        })
        .await;
    }
}

/// Fails after most of its rows.
const FAILS_LATE: &str = "SELECT if(range=4900000,'x','1')::INT AS v FROM range(5000000)";

/// The answer to a query in CSV, as it came over the connection.
async fn raw_csv(version: &str, sql: &str) -> RawAnswer {
    let (app, body) = (shared().await, json!({"sql": sql}).to_string());
    let head = format!(
        "POST /query HTTP/{version}\r\nHost: eider\r\nConnection: close\r\nAccept: {CSV}\r\n\
         Content-Type: {JSON}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut raw = Raw::connect(&app).await;
    raw.send(format!("{head}{body}").as_bytes()).await;
    raw.answer(Duration::from_secs(60)).await.expect("an answer")
}

/// The start of an answer: more would be no help.
fn beginning(answer: &RawAnswer) -> String {
    answer.text.chars().take(300).collect()
}

async fn a_csv_that_fails_in_mid_stream_has_no_last_chunk() {
    let answer = raw_csv("1.1", FAILS_LATE).await;
    let chunked = answer.text.to_lowercase().contains("transfer-encoding: chunked");
    assert!(answer.status == 200 && chunked, "{}", beginning(&answer));
    assert!(!answer.text.ends_with("\r\n0\r\n\r\n"), "the chunks end as if they were all");
}

/// CSV has no end mark, and over HTTP/1.0 the end of the connection is the end of the body.
async fn a_csv_that_fails_is_a_problem_to_a_client_that_takes_no_chunks() {
    let answer = raw_csv("1.0", FAILS_LATE).await;
    assert_eq!(answer.status, 422, "{}", beginning(&answer));
    assert!(answer.text.contains("application/problem+json"), "{}", beginning(&answer));
}

async fn a_csv_to_a_client_that_takes_no_chunks_is_whole() {
    let answer = raw_csv("1.0", "SELECT range AS v FROM range(100000)").await;
    assert_eq!(answer.status, 200, "{}", beginning(&answer));
    let (head, body) = answer.text.split_once("\r\n\r\n").expect("a head and a body");
    let length = format!("content-length: {}", body.len());
    assert!(head.to_lowercase().contains(&length), "{head} does not say {length}");
    assert_eq!((body.lines().count(), body.lines().last()), (100_001, Some("99999")));
}

async fn a_csv_too_large_for_a_client_that_takes_no_chunks_is_refused() {
    let sql = "SELECT repeat('x', 100) AS v FROM range(400000)";
    let answer = raw_csv("1.0", sql).await;
    assert_eq!(answer.status, 422, "{}", beginning(&answer));
    assert!(answer.text.contains("RESULT_TOO_LARGE_FOR_CSV"), "{}", beginning(&answer));
    let streamed = raw_csv("1.1", sql).await;
    assert_eq!(streamed.status, 200, "{}", beginning(&streamed));
    assert!(streamed.text.ends_with("\r\n0\r\n\r\n"), "what is streamed is all there");
}
