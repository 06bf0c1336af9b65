//! SQL over one table, or over several.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, Answer, path_of, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        a_query_of_a_table_sees_it_as_this_and_by_its_name,
        a_query_joins_tables,
        an_answer_has_columns_rows_count_snapshot_and_time,
        a_limit_cuts_rows_off_and_says_so,
        rows_come_as_arrays_when_asked_or_when_two_columns_share_a_name,
    ]
}

async fn table(rows: usize) -> (Arc<App>, String) {
    let (app, name) = (shared().await, unique("query"));
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(1, rows)])).await.is(200);
    (app, name)
}

async fn query(body: Value) -> Answer {
    shared().await.post("/query", body).await
}

async fn a_query_of_a_table_sees_it_as_this_and_by_its_name() {
    let (app, name) = table(10).await;
    let path = format!("{}/query", path_of(&name));
    for sql in [
        "SELECT sum(id) AS s FROM this".to_owned(),
        format!("SELECT sum(id) AS s FROM {name}"),
        format!("SELECT sum(a.id) AS s FROM this a JOIN {name} b USING (id)"),
        "WITH x AS (SELECT * FROM this) SELECT sum(id) AS s FROM x".to_owned(),
        "SELECT (SELECT sum(id) FROM this) AS s".to_owned(),
    ] {
        let answer = app.post(&path, json!({"sql": sql})).await.is(200).json();
        assert_eq!(answer["rows"], json!([{"s": 55}]), "{sql}");
    }
    let answer = query(json!({"sql": "SELECT * FROM this"})).await;
    assert!([404, 422].contains(&answer.status), "`this` is of a table's query only: {answer}");
}

async fn a_query_joins_tables() {
    let ((app, one), (_, other)) = (table(10).await, table(3).await);
    let sql = format!(
        "SELECT count(*) AS n, min(b.name) AS m FROM {one} a JOIN {other} b ON a.id = b.id"
    );
    let answer = app.post("/query", json!({"sql": sql})).await.is(200).json();
    assert_eq!(answer["rows"], json!([{"n": 3, "m": "row 1"}]));
}

async fn an_answer_has_columns_rows_count_snapshot_and_time() {
    let (app, name) = table(3).await;
    let sql =
        format!("SELECT id, name AS \"a name\", id / 2 AS half, [id] AS l FROM {name} ORDER BY id");
    let answer = app.post("/query", json!({"sql": sql})).await.is(200).json();
    let columns = json!([
        {"name": "id", "type": "BIGINT"}, {"name": "a name", "type": "VARCHAR"},
        {"name": "half", "type": "DOUBLE"}, {"name": "l", "type": "BIGINT[]"},
    ]);
    assert_eq!(answer["columns"], columns);
    assert_eq!(answer["rows"][1], json!({"id": 2, "a name": "row 2", "half": 1.0, "l": [2]}));
    assert_eq!(
        (&answer["row_count"], &answer["truncated"]),
        (&json!(3), &json!(false)),
        "{answer}"
    );
    let snapshot = app.table(&name).await["snapshot"].as_u64();
    assert!(answer["snapshot"].as_u64() >= snapshot, "{answer}");
    assert!(answer["elapsed_ms"].is_u64(), "{answer}");
    let none = query(json!({"sql": "SELECT 42 AS v"})).await.is(200).json();
    assert!(none["snapshot"].is_null(), "no table was read: {none}");
}

async fn a_limit_cuts_rows_off_and_says_so() {
    let (_, name) = table(10).await;
    let sql = format!("SELECT id FROM {name} ORDER BY id");
    for (limit, rows, truncated) in [
        (0, 0, true),
        (1, 1, true),
        (9, 9, true),
        (10, 10, false),
        (11, 10, false),
        (1 << 62, 10, false),
        (u64::MAX, 10, false),
    ] {
        let answer = query(json!({"sql": sql, "limit": limit})).await.is(200).json();
        assert_eq!(answer["row_count"], rows, "limit {limit}: {answer}");
        assert_eq!(answer["rows"].as_array().map(Vec::len), Some(rows), "limit {limit}: {answer}");
        assert_eq!(answer["truncated"], truncated, "limit {limit}: {answer}");
    }
    for limit in [json!(-1), json!("10"), json!(1.5)] {
        query(json!({"sql": sql, "limit": limit})).await.is(400);
    }
}

async fn rows_come_as_arrays_when_asked_or_when_two_columns_share_a_name() {
    let app = shared().await;
    let body = json!({"sql": "SELECT 1 AS a, 'x' AS b"});
    let answer = app.post("/query?rows=array", body.clone()).await.is(200).json();
    assert_eq!(answer["rows"], json!([[1, "x"]]));
    let answer = app.post("/query?rows=object", body.clone()).await.is(200).json();
    assert_eq!(answer["rows"], json!([{"a": 1, "b": "x"}]));
    let twice = query(json!({"sql": "SELECT 1 AS a, 2 AS a"})).await.is(200).json();
    assert_eq!(twice["rows"], json!([[1, 2]]), "no value may be lost: {twice}");
    app.post("/query?rows=columns", body).await.is(400);
}
