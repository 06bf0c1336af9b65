//! The history of a table, and the table as it was.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use super::jobs::run_id;
use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, path_of, send, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        the_history_lists_what_each_snapshot_did,
        a_table_is_described_as_it_was,
        points_that_are_none_are_refused,
        nothing_has_changed_since_is_an_empty_answer,
        show_tables_shows_a_schema_as_it_is_now,
        a_creation_has_no_state_to_match,
        what_the_client_has_is_not_sent_again,
        tables_are_listed_by_schema_and_by_how_they_begin,
    ]
}

async fn table() -> (Arc<App>, String, Vec<Value>) {
    let (app, name) = (shared().await, unique("past"));
    app.create(&name, numbered_columns()).await;
    let mut documents = vec![app.table(&name).await];
    for turn in 0..3 {
        app.put(&path_of(&name), ARROW, arrow_of(&[numbered(turn * 5, 5)])).await.is(200);
        documents.push(app.table(&name).await);
    }
    (app, name, documents)
}

async fn the_history_lists_what_each_snapshot_did() {
    let (app, name, documents) = table().await;
    let path = format!("{}/snapshots", path_of(&name));
    let run = run_id(&app).await;
    let request = app.request(Method::PUT, &format!("{}?mode=overwrite", path_of(&name)));
    let request = request.header("content-type", ARROW).header("x-run-id", &run);
    let over = send(request.body(arrow_of(&[numbered(0, 2)]))).await.is(200).json();
    let all = app.get(&path).await.is(200).json();
    let items = all["items"].as_array().expect("items").clone();
    let kinds: Vec<_> = items.iter().map(|item| item["changes"].to_string()).collect();
    let appended = "[\"data_appended\"]";
    let expected = ["[\"data_changed\"]", appended, appended, appended, "[\"table_created\"]"];
    assert_eq!(kinds, expected);
    assert_eq!(items[0]["snapshot"], over["snapshot"]);
    let write = json!([{"kind": "overwrite", "rows": 2, "bytes": over["bytes"], "run_id": run}]);
    assert_eq!(items[0]["writes"], write);
    for (item, document) in items[1..].iter().rev().zip(&documents) {
        assert_eq!(item["snapshot"], document["snapshot"]);
        assert_eq!(item["committed_at"], document["updated_at"]);
        assert_eq!((&item["available"], &item["author"]), (&json!(true), &json!("eider")));
    }
    let first = app.get(&format!("{path}?limit=2")).await.is(200);
    assert_eq!(first.json()["items"], json!(items[..2]));
    let link = first.header("link").expect("a link").to_owned();
    let next = link.trim_start_matches('<').split('>').next().expect("an address");
    let second = app.get(next).await.is(200).json();
    assert_eq!(second["items"], json!(items[2..4]));
    app.get(&format!("{}/snapshots", path_of(&unique("no")))).await.problem(404, "TABLE_NOT_FOUND");
}

async fn a_table_is_described_as_it_was() {
    let (app, name, documents) = table().await;
    let path = path_of(&name);
    for document in &documents {
        let at = format!("{path}?snapshot={}", document["snapshot"]);
        assert_eq!(app.get(&at).await.is(200).json(), *document);
        let time = document["updated_at"].as_str().expect("a time").replace('+', "%2B");
        let at = app.get(&format!("{path}?as_of={time}")).await.is(200).json();
        assert!(at["snapshot"].as_u64() >= document["snapshot"].as_u64(), "{at} at {document}");
    }
    let created = documents[0]["snapshot"].as_u64().expect("a snapshot");
    let before = app.get(&format!("{path}?snapshot={}", created - 1)).await;
    before.problem(404, "TABLE_NOT_FOUND");
    app.delete(&path).await.is(204);
    app.get(&path).await.problem(404, "TABLE_NOT_FOUND");
    let at = format!("{path}?snapshot={}", documents[3]["snapshot"]);
    assert_eq!(app.get(&at).await.is(200).json(), documents[3], "it is in the past still");
}

async fn points_that_are_none_are_refused() {
    let (app, name, _) = table().await;
    let path = path_of(&name);
    for (query, status, code) in [
        ("snapshot=99999999999", 422, "SNAPSHOT_NOT_FOUND"),
        ("as_of=1999-01-01T00:00:00Z", 422, "SNAPSHOT_NOT_FOUND"),
        ("snapshot=-1", 400, "INVALID_PARAMETER"),
        ("snapshot=x", 400, "INVALID_PARAMETER"),
        ("as_of=yesterday", 400, "INVALID_PARAMETER"),
        ("snapshot=1&as_of=2026-01-01T00:00:00Z", 400, "INVALID_PARAMETER"),
    ] {
        let answer = app.get(&format!("{path}?{query}")).await;
        assert_eq!(answer.status, status, "{query}: {answer}");
        answer.problem(status, code);
    }
    app.get(&format!("{path}?as_of=2999-01-01T00:00:00Z")).await.is(200);
}

async fn what_the_client_has_is_not_sent_again() {
    let (app, name, documents) = table().await;
    let path = path_of(&name);
    let tag = format!("\"{}\"", documents[3]["snapshot"]);
    let get =
        async |tag: &str| send(app.request(Method::GET, &path).header("if-none-match", tag)).await;
    for tag in [tag.as_str(), "*", &format!("\"x\", W/{tag}")] {
        let answer = get(tag).await.is(304);
        assert!(answer.body.is_empty() && answer.header("etag").is_some(), "{answer}");
    }
    get("\"0\"").await.is(200);
    app.put(&path, ARROW, arrow_of(&[numbered(0, 1)])).await.is(200);
    get(&tag).await.is(200);
}

async fn tables_are_listed_by_schema_and_by_how_they_begin() {
    let (app, schema) = (shared().await, unique("listed"));
    for name in ["Orders_a", "orders_b", "other", "or%"] {
        app.create(&format!("{schema}.\"{name}\""), numbered_columns()).await;
    }
    let names = async |query: &str| {
        let page = app.get(&format!("/tables?{query}")).await.is(200).json();
        let items = page["items"].as_array().expect("items").clone();
        let names = items.iter().map(|item| item["name"].as_str().expect("a name").to_owned());
        names
            .map(|name| name.split('.').next_back().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let all = names(&format!("schema={schema}")).await;
    assert_eq!(all, ["or%", "Orders_a", "orders_b", "other"]);
    assert_eq!(
        names(&format!("schema={}&prefix=ORDERS_", schema.to_uppercase())).await,
        ["Orders_a", "orders_b"]
    );
    assert_eq!(names(&format!("schema={schema}&prefix=or%25")).await, ["or%"]);
    assert_eq!(names(&format!("schema={schema}&prefix=x")).await, [""; 0]);
    let first = app.get(&format!("/tables?schema={schema}&limit=3")).await.is(200);
    let link = first.header("link").expect("a link").to_owned();
    assert!(link.contains(&format!("schema={schema}")), "{link}");
    let next = link.trim_start_matches('<').split('>').next().expect("an address");
    let second = app.get(next).await.is(200).json();
    assert_eq!(second["items"].as_array().map(Vec::len), Some(1), "{second}");
    app.get("/tables?schema=").await.problem(422, "INVALID_NAME");
}

async fn nothing_has_changed_since_is_an_empty_answer() {
    let (app, name, documents) = table().await;
    let newest = app.post("/query", json!({"sql": format!("FROM {name}"), "limit": 0})).await;
    let newest = newest.is(200).json()["snapshot"].as_u64().expect("a snapshot");
    let ask = async |range: &str| {
        app.get(&format!("{}/changes?format=csv&{range}", path_of(&name))).await
    };
    let last = documents[3]["updated_at"].as_str().expect("a time").to_owned();
    let times = [format!("from={last}"), format!("from={last}&to={last}")];
    // Others write to the lake too: then there are changes since, of other tables.
    for range in times.into_iter().chain([format!("from={}", newest + 1)]) {
        let answer = ask(&range).await;
        if answer.status == 422 && answer.text().contains("is not there yet") {
            panic!("{range}: {answer}");
        }
        let text = answer.is(200).text();
        assert_eq!(text.trim_end(), "snapshot_id,rowid,change_type,id,name", "{range}");
    }
    let early = ask("from=1000000000").await;
    early.problem(422, "SNAPSHOT_NOT_FOUND");
    assert_eq!(early.fields(), ["from"]);
    let late = ask("from=1&to=1000000000").await;
    late.problem(422, "SNAPSHOT_NOT_FOUND");
    assert_eq!(late.fields(), ["to"]);
    let second = &documents[1]["snapshot"];
    ask(&format!("from={newest}&to={second}")).await.problem(422, "INVALID_RANGE");
}

async fn show_tables_shows_a_schema_as_it_is_now() {
    let (app, schema) = (shared().await, unique("shown"));
    app.create(&format!("{schema}.one"), numbered_columns()).await;
    let ask = |more: Value| {
        let mut body = json!({"sql": "SHOW TABLES", "default_schema": schema});
        body.as_object_mut().expect("one").extend(more.as_object().expect("one").clone());
        app.post("/query", body)
    };
    assert_eq!(ask(json!({})).await.is(200).json()["rows"], json!([{"name": "one"}]));
    let past = ask(json!({"snapshot": 1})).await;
    past.problem(422, "SQL_NOT_ALLOWED");
    assert_eq!(past.fields(), ["snapshot"]);
}

async fn a_creation_has_no_state_to_match() {
    let (app, name) = (shared().await, unique("unmatched"));
    let body = json!({"name": name, "columns": numbered_columns()}).to_string();
    for tag in ["*", "\"7\""] {
        let request =
            app.request(Method::POST, "/tables").header("content-type", "application/json");
        let request = request.header("if-match", tag).body(body.clone());
        send(request).await.problem(400, "INVALID_HEADER");
    }
    app.get(&path_of(&name)).await.problem(404, "TABLE_NOT_FOUND");
}
