//! Limits are told by name, and what was refused leaves nothing.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, JSON, NDJSON, path_of, send, try_send, unique};
use crate::harness::poll::until;
use crate::harness::raw::Raw;
use crate::harness::rows::{arrow_of, batch, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::way::{SERVERS, Way, counts};

pub(crate) fn all() -> Vec<Scenario> {
    let mut all = scenarios![a_time_of_milliseconds_is_504_or_the_answer_and_never_500,];
    all.extend(scenarios![only SERVERS, "settings of its own";
        a_body_over_the_limit_is_413_and_leaves_nothing,
        a_query_that_takes_too_long_is_504_and_ends,
        a_limit_on_columns_holds_for_tables_that_are_made_or_get_more,
        a_limit_on_names_holds_for_what_is_named_anew,
        a_json_document_has_no_more_rows_than_is_set,
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

fn columns(count: usize) -> serde_json::Value {
    (0..count).map(|n| json!({"name": format!("c{n}"), "type": "INTEGER"})).collect()
}

async fn a_limit_on_columns_holds_for_tables_that_are_made_or_get_more() {
    let app = App::own(&[]).await;
    let (wide, name) = (unique("wide"), unique("narrow"));
    app.create(&wide, columns(5)).await;
    let lake = app.lake().clone();
    drop(app);
    let app = lake.serve(&[("EIDER_MAX_COLUMNS", "3")]).await;
    app.create(&name, columns(3)).await;
    let (before, new) = (app.table(&name).await, unique("new"));
    let id = numbered(0, 1).column(0).clone();
    let four = arrow_of(&[batch(["a", "b", "c", "d"].map(|name| (name, id.clone())))]);
    let of_rows = app.request(Method::POST, &format!("/tables?name={new}"));
    let refused = [
        app.post("/tables", json!({"name": new, "columns": columns(4)})).await,
        app.post("/tables", json!({"name": new, "as": format!("SELECT * FROM {wide}")})).await,
        send(of_rows.header("content-type", ARROW).body(four)).await,
        app.patch(&path_of(&name), json!({"add_columns": [{"name": "d", "type": "INTEGER"}]}))
            .await,
    ];
    let view = json!({"name": new, "view": true, "as": "SELECT 1 AS a, 2 AS b, 3 AS c, 4 AS d"});
    for answer in refused.into_iter().chain([app.post("/tables", view).await]) {
        let problem = answer.problem(422, "INVALID_COLUMNS");
        let detail = problem["detail"].to_string();
        assert!(detail.contains("EIDER_MAX_COLUMNS") && detail.contains('3'), "{detail}");
    }
    app.get(&path_of(&new)).await.problem(404, "TABLE_NOT_FOUND");
    assert_eq!(app.table(&name).await, before);
    // One that is there stays as it is: it is read, written and changed, and gets no column more.
    let rows = app.rows(&format!("SELECT count(*) AS n FROM {wide}")).await;
    assert_eq!(rows[0]["n"], 0);
    let ndjson = br#"{"c0": 1, "c4": 5}"#.to_vec();
    app.put(&path_of(&wide), NDJSON, ndjson).await.is(200);
    let rename = json!({"alter_columns": [{"name": "c1", "rename_to": "one"}]});
    app.patch(&path_of(&wide), rename).await.is(200);
    app.patch(&path_of(&wide), json!({"drop_columns": ["c2", "c3", "c4"]})).await.is(200);
    app.patch(&path_of(&wide), json!({"add_columns": [{"name": "d", "type": "INTEGER"}]}))
        .await
        .is(200);
}

async fn a_limit_on_names_holds_for_what_is_named_anew() {
    let app = App::own(&[]).await;
    let long = "a_name_of_28_characters_äöü!";
    assert_eq!(long.chars().count(), 28);
    app.create(long, json!([{"name": long, "type": "INTEGER"}])).await;
    let lake = app.lake().clone();
    drop(app);
    let app = lake.serve(&[("EIDER_MAX_NAME_CHARACTERS", "27")]).await;
    app.create("short", columns(1)).await;
    let before = app.table("short").await;
    let column = json!({"name": long, "type": "INTEGER"});
    let view = json!({"name": format!("\"{long}\".v"), "view": true, "as": "SELECT 1 AS a"});
    for answer in [
        app.post("/tables", json!({"name": format!("\"{long}2\""), "columns": columns(1)})).await,
        app.post("/tables", json!({"name": format!("\"{long}\".t"), "columns": columns(1)})).await,
        app.post("/tables", view).await,
        app.post(
            "/tables",
            json!({"name": "w", "view": true, "as": format!("SELECT 1 AS \"{long}\"")}),
        )
        .await,
        app.post("/tables", json!({"name": "t", "columns": [column]})).await,
        app.post("/tables", json!({"name": "t", "as": format!("SELECT 1 AS \"{long}\"")})).await,
        app.patch("/tables/short", json!({"add_columns": [column]})).await,
        app.patch("/tables/short", json!({"alter_columns": [{"name": "c0", "rename_to": long}]}))
            .await,
    ] {
        let problem = answer.problem(422, "INVALID_NAME");
        let detail = problem["detail"].to_string();
        assert!(detail.contains("EIDER_MAX_NAME_CHARACTERS") && detail.contains("27"), "{detail}");
    }
    assert_eq!(app.table("short").await, before);
    let patch = json!({"alter_columns": [{"name": long, "comment": "as before"}]});
    app.patch(&path_of(long), patch).await.is(200);
    assert_eq!(app.rows(&format!("SELECT count(*) AS n FROM \"{long}\"")).await[0]["n"], 0);
}

async fn a_json_document_has_no_more_rows_than_is_set() {
    let app = App::own(&[("EIDER_MAX_JSON_ROWS", "10")]).await;
    let name = unique("rows");
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 20)])).await.is(200);
    let (data, changes) =
        (format!("{}/data", path_of(&name)), format!("{}/changes", path_of(&name)));
    let query = |sql: &str, limit| json!({"sql": sql, "limit": limit});
    let all = format!("FROM {name}");
    for answer in [
        app.get(&format!("{data}?format=json&limit=11")).await,
        app.get(&format!("{changes}?format=json&from=0&limit=11")).await,
        app.post("/query", query(&all, 11)).await,
        app.post(&format!("{}/query", path_of(&name)), query("FROM this", 1_000_000)).await,
    ] {
        let problem = answer.problem(422, "TOO_MANY_JSON_ROWS");
        assert!(problem["detail"].to_string().contains("10 rows"), "{problem}");
        assert_eq!(answer.fields(), ["limit"]);
    }
    for (answer, rows, truncated) in [
        (app.get(&format!("{data}?format=json")).await, 10, true),
        (app.get(&format!("{data}?format=json&limit=9")).await, 9, true),
        (app.post("/query", json!({"sql": all})).await, 10, true),
        (app.post("/query", query(&all, i64::MAX)).await, 10, true),
        (app.post("/query", json!({"sql": "SELECT * FROM range(10)"})).await, 10, false),
    ] {
        let found = answer.is(200).json();
        let held = found["rows"].as_array().expect("rows").len();
        assert_eq!((held, &found["row_count"]), (rows, &json!(rows)), "{found}");
        assert_eq!(found["truncated"], truncated, "{found}");
    }
    // What streams has no such limit.
    for format in ["ndjson", "csv"] {
        let lines = app.get(&format!("{data}?format={format}")).await.is(200).text();
        assert_eq!(lines.lines().filter(|line| line.contains("19")).count(), 1, "{lines}");
    }
}
