//! Writes that take the place of rows, change them by key, or are made only if the table is as it was.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringArray};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, Answer, CSV, PARQUET, path_of, send, unique};
use crate::harness::rows::{arrow_of, batch, numbered, numbered_columns, parquet_of};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        an_overwrite_takes_the_place_of_all_rows,
        an_upsert_changes_rows_of_its_key_and_adds_the_others,
        keys_that_are_no_keys_are_refused_and_change_nothing,
        modes_that_are_none_are_refused,
        a_write_is_made_only_if_the_table_is_as_it_was_seen,
        of_twins_with_one_condition_one_wins,
        upserts_at_the_same_moment_add_each_key_once,
        a_replay_is_answered_before_its_condition_is_looked_at,
        what_a_refused_overwrite_or_upsert_met_is_there_still,
        overwrites_of_an_empty_table_leave_one,
        of_twins_that_change_nothing_one_wins_too,
    ]
}

async fn table() -> (Arc<App>, String, String) {
    let (app, name) = (shared().await, unique("modes"));
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 20)])).await.is(200);
    let path = path_of(&name);
    (app, name, path)
}

fn rows(ids: &[Option<i64>], name: &str) -> arrow_array::RecordBatch {
    let names: StringArray = ids.iter().map(|_| Some(name)).collect();
    let ids = Int64Array::from(ids.to_vec());
    batch([("id", Arc::new(ids) as ArrayRef), ("name", Arc::new(names) as ArrayRef)])
}

async fn all_rows(app: &App, name: &str) -> Value {
    json!(app.rows(&format!("SELECT id, name FROM {name} ORDER BY id")).await)
}

async fn an_overwrite_takes_the_place_of_all_rows() {
    let (app, name, path) = table().await;
    let before = app.table(&name).await["snapshot"].clone();
    let over = format!("{path}?mode=overwrite");
    for (media_type, body) in [
        (ARROW, arrow_of(&[rows(&[Some(7), Some(8)], "new")])),
        (PARQUET, parquet_of(&[rows(&[Some(7), Some(8)], "new")])),
    ] {
        let answer = app.put(&over, media_type, body).await.is(200).json();
        assert_eq!(answer["rows"], 2, "{answer}");
        let expected = json!([{"id": 7, "name": "new"}, {"id": 8, "name": "new"}]);
        assert_eq!(all_rows(&app, &name).await, expected);
        assert_eq!(app.table(&name).await["row_count"], 2);
    }
    let emptied = app.put(&over, ARROW, arrow_of(&[numbered(0, 0)])).await.is(200).json();
    assert_eq!(emptied["rows"], 0);
    let table = app.table(&name).await;
    assert_eq!((&table["row_count"], &table["snapshot"]), (&json!(0), &emptied["snapshot"]));
    let again = app.put(&over, ARROW, arrow_of(&[numbered(0, 0)])).await.is(200).json();
    assert_eq!(again["snapshot"], emptied["snapshot"], "what is empty stays as it is");
    let sql = format!("SELECT count(*) AS n FROM {name} AT (VERSION => {before})");
    assert_eq!(app.value(&sql).await, "20", "what was there is in its snapshot still");
}

async fn an_upsert_changes_rows_of_its_key_and_adds_the_others() {
    let (app, name, path) = table().await;
    let upsert = format!("{path}?mode=upsert&key=ID");
    let body = arrow_of(&[rows(&[Some(3), Some(19), Some(20)], "new")]);
    let answer = app.put(&upsert, ARROW, body).await.is(200).json();
    assert_eq!(answer["rows"], 3, "{answer}");
    assert_eq!(app.table(&name).await["row_count"], 21);
    let sql = format!("SELECT id FROM {name} WHERE name = 'new' ORDER BY id");
    assert_eq!(json!(app.rows(&sql).await), json!([{"id": 3}, {"id": 19}, {"id": 20}]));
    let body = parquet_of(&[rows(&[Some(20), Some(21)], "newer")]);
    app.put(&upsert, PARQUET, body).await.is(200);
    assert_eq!(app.table(&name).await["row_count"], 22);
    let before = app.table(&name).await;
    let nothing = app.put(&upsert, ARROW, arrow_of(&[numbered(0, 0)])).await.is(200).json();
    assert_eq!((&nothing["rows"], &nothing["snapshot"]), (&json!(0), &before["snapshot"]));
    // A column that the body has not keeps its values, and a new row gets its default.
    let only = batch([("id", Arc::new(Int64Array::from(vec![21, 22])) as ArrayRef)]);
    app.put(&upsert, ARROW, arrow_of(&[only])).await.is(200);
    let sql = format!("SELECT id, name FROM {name} WHERE id > 20 ORDER BY id");
    let expected = json!([{"id": 21, "name": "newer"}, {"id": 22, "name": null}]);
    assert_eq!(json!(app.rows(&sql).await), expected);
}

async fn keys_that_are_no_keys_are_refused_and_change_nothing() {
    let (app, name, path) = table().await;
    let before = (app.table(&name).await, all_rows(&app, &name).await);
    let upsert = |key: &str| format!("{path}?mode=upsert&key={key}");
    for (key, ids, code, field) in [
        ("id", vec![Some(1), Some(2), Some(1)], "DUPLICATE_KEY", "id"),
        ("id", vec![Some(100), None], "NULL_NOT_ALLOWED", "id"),
        ("id,name", vec![Some(30), Some(30)], "DUPLICATE_KEY", "id"),
        ("nope", vec![Some(1)], "INVALID_KEY", "nope"),
        ("id,id", vec![Some(1)], "INVALID_KEY", "id"),
    ] {
        for (media_type, body) in
            [(ARROW, arrow_of(&[rows(&ids, "x")])), (PARQUET, parquet_of(&[rows(&ids, "x")]))]
        {
            let answer = app.put(&upsert(key), media_type, body).await;
            answer.problem(422, code);
            assert_eq!(answer.fields().first().map(String::as_str), Some(field), "{answer}");
        }
    }
    assert_eq!((app.table(&name).await, all_rows(&app, &name).await), before);
}

async fn modes_that_are_none_are_refused() {
    let (app, _, path) = table().await;
    for query in
        ["mode=replace", "mode=upsert", "key=id", "mode=append&key=id", "mode=overwrite&key=id"]
    {
        let body = arrow_of(&[numbered(0, 1)]);
        let answer = app.put(&format!("{path}?{query}"), ARROW, body).await;
        answer.problem(400, "INVALID_PARAMETER");
    }
    let body = arrow_of(&[numbered(0, 1)]);
    app.put(&format!("{path}?mode=upsert&key=id,"), ARROW, body).await.problem(422, "INVALID_NAME");
}

async fn conditional(app: &App, path: &str, tag: &str, id: i64) -> Answer {
    let request = app.request(Method::PUT, path).header("content-type", ARROW);
    send(request.header("if-match", tag).body(arrow_of(&[numbered(id, 1)]))).await
}

async fn a_write_is_made_only_if_the_table_is_as_it_was_seen() {
    let (app, name, path) = table().await;
    let seen = app.get(&path).await.is(200);
    let tag = seen.header("etag").expect("an ETag").to_owned();
    assert_eq!(tag, format!("\"{}\"", seen.json()["snapshot"]));
    let answer = conditional(&app, &path, &tag, 100).await.is(200);
    let next = answer.header("etag").expect("an ETag").to_owned();
    assert_eq!(next, format!("\"{}\"", answer.json()["snapshot"]));
    let before = app.table(&name).await;
    for stale in [tag.as_str(), "\"0\"", "\"x\"", &format!("W/{next}")] {
        conditional(&app, &path, stale, 101).await.problem(412, "PRECONDITION_FAILED");
    }
    let request = app.request(Method::DELETE, &path).header("if-match", &tag);
    send(request).await.problem(412, "PRECONDITION_FAILED");
    assert_eq!(app.table(&name).await, before);
    conditional(&app, &path, "12", 101).await.problem(400, "INVALID_HEADER");
    let unless = app.request(Method::PUT, &path).header("content-type", ARROW);
    let unless = unless.header("if-none-match", "*").body(arrow_of(&[numbered(0, 1)]));
    send(unless).await.problem(400, "INVALID_HEADER");
    conditional(&app, &path, &format!("\"0\", {next}"), 101).await.is(200);
    conditional(&app, &path, "*", 102).await.is(200);
    // Another table's snapshot is none of this one's.
    let other = unique("modes_other");
    app.create(&other, numbered_columns()).await;
    let tag = app.get(&path).await.header("etag").expect("an ETag").to_owned();
    app.put(&path_of(&other), ARROW, arrow_of(&[numbered(0, 1)])).await.is(200);
    conditional(&app, &path, &tag, 103).await.is(200);
    let tag = app.get(&path).await.header("etag").expect("an ETag").to_owned();
    let request = app.request(Method::DELETE, &path).header("if-match", tag);
    send(request).await.is(204);
}

async fn of_twins_with_one_condition_one_wins() {
    let (app, name, path) = table().await;
    for round in 0..3 {
        let tag = app.get(&path).await.header("etag").expect("an ETag").to_owned();
        let twins = (0..4).map(|twin| conditional(&app, &path, &tag, 1_000 + round * 10 + twin));
        let answers = futures::future::join_all(twins).await;
        let won = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(won, 1, "round {round}: {answers:?}");
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            answer.problem(412, "PRECONDITION_FAILED");
        }
    }
    assert_eq!(app.table(&name).await["row_count"], 23);
}

async fn upserts_at_the_same_moment_add_each_key_once() {
    let (app, name, path) = table().await;
    let upsert = format!("{path}?mode=upsert&key=id");
    let writers = (0..4_i64).map(async |writer| {
        let ids: Vec<_> = (15..30).map(Some).collect();
        let body = arrow_of(&[rows(&ids, &format!("writer {writer}"))]);
        app.put(&upsert, ARROW, body).await.is(200)
    });
    futures::future::join_all(writers).await;
    let sql = format!("SELECT count(*) AS n, count(DISTINCT id) AS d FROM {name}");
    assert_eq!(json!(app.rows(&sql).await), json!([{"n": 30, "d": 30}]));
    let sql = format!("SELECT count(DISTINCT name) AS d FROM {name} WHERE id >= 15");
    assert_eq!(app.value(&sql).await, "1", "the last one changed all of them");
}

async fn a_replay_is_answered_before_its_condition_is_looked_at() {
    let (app, name, path) = table().await;
    let tag = app.get(&path).await.header("etag").expect("an ETag").to_owned();
    let put = async || {
        let request = app.request(Method::PUT, &format!("{path}?mode=overwrite"));
        let request = request.header("content-type", ARROW).header("if-match", &tag);
        let request = request.header("idempotency-key", format!("replay {name}"));
        send(request.body(arrow_of(&[numbered(5, 3)]))).await
    };
    let first = put().await.is(200);
    let second = put().await.is(200);
    assert!(!first.replayed() && second.replayed(), "{second}");
    assert_eq!(first.json(), second.json());
    assert_eq!(app.table(&name).await["row_count"], 3);
    // The mode is part of what the key stands for.
    let request = app.request(Method::PUT, &path).header("content-type", ARROW);
    let request = request.header("idempotency-key", format!("replay {name}"));
    let other = send(request.body(arrow_of(&[numbered(5, 3)]))).await;
    other.problem(422, "IDEMPOTENCY_KEY_REUSED");
}

/// The rows are read, not counted: a count is answered from statistics.
async fn what_a_refused_overwrite_or_upsert_met_is_there_still() {
    let (app, name) = (shared().await, unique("kept"));
    let columns = json!([
        {"name": "k", "type": "BIGINT"}, {"name": "v", "type": "BIGINT", "nullable": false},
    ]);
    app.create(&name, columns).await;
    let path = path_of(&name);
    let rows: String = (0..5_000).map(|k| format!("{k},{k}\n")).collect();
    app.put(&path, CSV, format!("k,v\n{rows}").into_bytes()).await.is(200);
    let pair = |v: Option<i64>| {
        let k = Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef;
        batch([("k", k), ("v", Arc::new(Int64Array::from(vec![Some(1), v])) as ArrayRef)])
    };
    let whole = arrow_of(&[pair(Some(2))]);
    for mode in ["mode=overwrite", "mode=upsert&key=k"] {
        let target = format!("{path}?{mode}");
        for body in [arrow_of(&[pair(None)]), whole[..whole.len() - 100].to_vec()] {
            let answer = app.put(&target, ARROW, body).await;
            assert!([400, 422].contains(&answer.status), "{mode}: {answer}");
        }
        let answer = app.put(&target, PARQUET, parquet_of(&[pair(None)])).await;
        answer.problem(422, "NULL_NOT_ALLOWED");
        let sql = format!("SELECT sum(k) AS k, sum(v) AS v FROM {name}");
        let expected = json!([{"k": 12_497_500, "v": 12_497_500}]);
        assert_eq!(json!(app.rows(&sql).await), expected, "after {mode}");
    }
}

async fn overwrites_of_an_empty_table_leave_one() {
    let (app, name) = (shared().await, unique("emptied"));
    app.create(&name, numbered_columns()).await;
    let over = format!("{}?mode=overwrite", path_of(&name));
    for round in 0..3 {
        app.put(&over, ARROW, arrow_of(&[numbered(0, 0)])).await.is(200);
        let twins = (0..4).map(|twin| app.put(&over, ARROW, arrow_of(&[numbered(twin * 100, 20)])));
        for answer in futures::future::join_all(twins).await {
            answer.is(200);
        }
        assert_eq!(
            app.value(&format!("SELECT count(id) FROM {name}")).await,
            "20",
            "round {round}"
        );
    }
}

async fn of_twins_that_change_nothing_one_wins_too() {
    let (app, name, path) = table().await;
    let over = format!("{path}?mode=overwrite");
    let tag = app.get(&path).await.header("etag").expect("an ETag").to_owned();
    let twins = (0..4).map(|twin| {
        let request = app.request(Method::PUT, &over).header("content-type", ARROW);
        let rows = if twin == 0 { 3 } else { 0 };
        send(request.header("if-match", &tag).body(arrow_of(&[numbered(0, rows)])))
    });
    let answers = futures::future::join_all(twins).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1, "{name}: {answers:?}");
}
