//! A function whose dependency fails: what the platform cannot say, the answer itself does.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, Int64Array, StringArray};
use futures::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::App;
use crate::harness::http::{ARROW, Answer, JSON, NDJSON, PARQUET, path_of, send, unique};
use crate::harness::poll::until;
use crate::harness::rows::{
    arrow_of, batch, is_whole_arrow, numbered, numbered_columns, parquet_of,
};
use crate::harness::scenario::Scenario;
use crate::harness::stack::Stack;
use crate::harness::way::Way;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only &[Way::Stack], "only a function must answer before its platform does";
        a_storage_that_fails_in_mid_export_leaves_the_end_mark_out,
        a_request_past_its_deadline_is_504_and_its_replay_says_how_it_ended,
    ]
}

const ROWS: i64 = 400_000;

/// Little to send, since the text repeats; much to export, so that most of it is still in the
/// storage when its reader has seen the first piece.
async fn large_table(app: &App) -> String {
    let name = unique("large");
    app.create(&name, numbered_columns()).await;
    let texts = StringArray::from_iter_values((0..ROWS).map(|_| "x".repeat(100)));
    let texts: ArrayRef = Arc::new(texts);
    for turn in 0..8 {
        let ids = Int64Array::from_iter_values(turn * ROWS..(turn + 1) * ROWS);
        let rows = batch([("id", Arc::new(ids) as ArrayRef), ("name", texts.clone())]);
        app.put(&path_of(&name), PARQUET, parquet_of(&[rows])).await.is(200);
    }
    name
}

/// What came of an export during which the storage went away; `None`: the connection broke.
async fn export_while_storage_fails(stack: &Stack, name: &str, accept: &str) -> Option<Vec<u8>> {
    let request = stack.app.request(Method::GET, &format!("{}/data", path_of(name)));
    let response = request.header("accept", accept).send().await.expect("an answer");
    assert_eq!(response.status(), 200, "{accept}");
    let mut body = response.bytes_stream();
    let mut read = body.next().await.expect("a first piece").expect("a first piece").to_vec();
    stack.services.kill("minio").await;
    while let Some(piece) = body.next().await {
        read.extend_from_slice(&piece.ok()?);
    }
    Some(read)
}

async fn a_storage_that_fails_in_mid_export_leaves_the_end_mark_out() {
    let stack = Stack::own().await;
    let name = large_table(&stack.app).await;
    for accept in [ARROW, JSON, NDJSON] {
        let read = export_while_storage_fails(&stack, &name, accept).await;
        let read = read.unwrap_or_else(|| panic!("{accept}: the function's answer broke"));
        match accept {
            ARROW => assert!(!is_whole_arrow(&read), "whole Arrow, of {} bytes", read.len()),
            JSON => assert!(serde_json::from_slice::<Value>(&read).is_err(), "whole JSON"),
            _ => assert_ends_in_an_error(&read),
        }
        stack.services.start("minio").await;
        let sql = json!({"sql": format!("SELECT min(id) AS first FROM {name}")});
        until("a read after the failure", Duration::from_secs(30), async || {
            let answer = stack.app.post("/query", sql.clone()).await;
            assert!([200, 503].contains(&answer.status), "{answer}");
            (answer.status == 200).then_some(())
        })
        .await;
    }
}

fn assert_ends_in_an_error(ndjson: &[u8]) {
    let text = std::str::from_utf8(ndjson).expect("text");
    let last: Value = serde_json::from_str(text.lines().last().expect("a line")).expect("JSON");
    assert!(last["error"]["error_code"].is_string(), "no error record: {last}");
}

async fn append(app: &App, name: &str) -> Answer {
    let body = arrow_of(&[numbered(0, 1_000)]);
    let request = app.request(Method::PUT, &path_of(name)).header("content-type", ARROW);
    send(request.header("idempotency-key", name).body(body)).await
}

async fn a_request_past_its_deadline_is_504_and_its_replay_says_how_it_ended() {
    let stack = Stack::own().await;
    let name = unique("late");
    stack.app.create(&name, numbered_columns()).await;
    stack.set("tables", "EIDER_REQUEST_TIMEOUT_SECONDS", "3").await;
    stack.services.signal("minio", "STOP");
    let late = append(&stack.app, &name).await;
    stack.services.signal("minio", "CONT");
    let problem = late.problem(504, "REQUEST_TIMEOUT");
    assert!(problem["detail"].to_string().contains("smaller pieces"), "the other way: {late}");
    assert!(late.elapsed < Duration::from_secs(20), "504 came after {:?}", late.elapsed);
    let told = until("the append's end", Duration::from_secs(60), async || {
        let answer = append(&stack.app, &name).await;
        assert!([200, 409, 503, 504].contains(&answer.status), "{answer}");
        (answer.status == 200).then_some(answer)
    });
    assert_eq!(told.await.json()["rows"], 1_000);
    assert_eq!(stack.app.table(&name).await["row_count"], 1_000, "once, and not again");
}
