//! Tables that are made of rows: of a query's, or of a body's.

use std::sync::Arc;

use arrow_array::{ArrayRef, Decimal128Array, Int64Array};
use reqwest::Method;
use serde_json::json;

use crate::harness::app::shared;
use crate::harness::http::{ARROW, CSV, JSON, NDJSON, PARQUET, path_of, send, unique};
use crate::harness::rows::{arrow_of, batch, numbered, numbered_columns, parquet_of};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        a_table_is_made_of_a_querys_rows,
        few_rows_with_structs_come_back_as_they_are,
        a_table_is_made_of_a_bodys_rows,
        what_no_table_can_be_made_of_is_refused,
        a_creation_from_rows_is_replayed,
    ]
}

async fn a_table_is_made_of_a_querys_rows() {
    let (app, from, name) = (shared().await, unique("from"), unique("made"));
    app.create(&from, numbered_columns()).await;
    app.put(&path_of(&from), ARROW, arrow_of(&[numbered(0, 5_000)])).await.is(200);
    let sql = format!(
        "SELECT id % 7 AS k, count(*) AS n, sum(id) AS s, [min(name)] AS l FROM {from} GROUP BY ALL"
    );
    let body = json!({"name": name, "as": sql, "comment": "counts", "sort_by": ["k"]});
    let answer = app.post("/tables", body).await.is(201);
    assert_eq!(answer.header("location"), Some(path_of(&name).as_str()));
    let made = answer.json();
    let types: Vec<_> =
        made["columns"].as_array().expect("columns").iter().map(|c| c["type"].clone()).collect();
    assert_eq!(json!(types), json!(["BIGINT", "BIGINT", "DECIMAL(38,0)", "VARCHAR[]"]));
    assert_eq!((&made["row_count"], &made["comment"]), (&json!(7), &json!("counts")));
    assert_eq!(made["sort_by"], json!(["k ASC NULLS LAST"]));
    assert_eq!(app.table(&name).await, made);
    let sql = format!("SELECT sum(n) AS n, sum(s) AS s FROM {name}");
    assert_eq!(json!(app.rows(&sql).await), json!([{"n": 5_000, "s": 12_497_500}]));
    let empty = unique("made_empty");
    let body = json!({"name": empty, "as": format!("SELECT * FROM {from} WHERE false")});
    let made = app.post("/tables", body).await.is(201).json();
    assert_eq!(made["row_count"], 0, "{made}");
}

async fn a_table_is_made_of_a_bodys_rows() {
    let app = shared().await;
    let money = Decimal128Array::from(vec![Some(150), None]).with_precision_and_scale(10, 2);
    let rows = batch([
        ("id", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef),
        ("Money", Arc::new(money.expect("a decimal")) as ArrayRef),
    ]);
    for (media_type, body) in
        [(ARROW, arrow_of(std::slice::from_ref(&rows))), (PARQUET, parquet_of(&[rows]))]
    {
        let name = unique("made_schema") + ".t 1";
        let path = format!("/tables?name={}&comment=from+a+body", name.replace(' ', "%20"));
        let request = app.request(Method::POST, &path).header("content-type", media_type);
        let made = send(request.body(body)).await.is(201).json();
        assert_eq!((&made["name"], &made["row_count"]), (&json!(name), &json!(2)), "{made}");
        assert_eq!(made["columns"][1]["type"], "DECIMAL(10,2)");
        assert_eq!(made["comment"], "from a body");
        assert_eq!(app.table(&name).await, made);
    }
}

async fn what_no_table_can_be_made_of_is_refused() {
    let (app, name) = (shared().await, unique("unmade"));
    for (sql, status, code) in [
        ("SELECT 1 AS a, 2 AS a", 422, "DUPLICATE_COLUMN"),
        ("SELECT 1 AS \"\"", 422, "INVALID_SQL"),
        ("SELECT 'a'::ENUM('a', 'b') AS e", 422, "TYPE_NOT_KEPT"),
        ("SELECT NULL AS n", 201, ""),
        ("SELECT * FROM no_such_table", 422, "TABLE_NOT_FOUND"),
        ("SELECT * FROM read_text('/etc/passwd')", 422, "FUNCTION_NOT_ALLOWED"),
        ("DELETE FROM x", 422, "ONLY_SELECT"),
        ("SELECT 'x'::INTEGER AS a", 422, "INVALID_SQL"),
    ] {
        let answer = app.post("/tables", json!({"name": name, "as": sql})).await;
        assert_eq!(answer.status, status, "{sql}: {answer}");
        if status == 201 {
            app.delete(&path_of(&name)).await.is(204);
        } else {
            answer.problem(status, code);
        }
    }
    let both = json!({"name": name, "as": "SELECT 1 AS a", "columns": numbered_columns()});
    app.post("/tables", both).await.problem(422, "INVALID_COLUMNS");
    app.post("/tables", json!({"name": name})).await.problem(400, "MISSING_FIELD");
    let rows = async |query: &str, media_type: &str, body: Vec<u8>| {
        let request = app.request(Method::POST, &format!("/tables?{query}"));
        send(request.header("content-type", media_type).body(body)).await
    };
    let body = || arrow_of(&[numbered(0, 1)]);
    rows("", ARROW, body()).await.problem(400, "INVALID_PARAMETER");
    rows("name=temp.x", ARROW, body()).await.problem(422, "RESERVED_NAME");
    rows(&format!("name={name}"), CSV, b"id\n1\n".to_vec())
        .await
        .problem(415, "UNSUPPORTED_MEDIA_TYPE");
    rows(&format!("name={name}"), ARROW, body()[..100].to_vec())
        .await
        .problem(400, "BODY_CUT_SHORT");
    let json = json!({"name": name, "as": "SELECT 1 AS a"}).to_string().into_bytes();
    rows(&format!("name={name}"), JSON, json).await.problem(400, "INVALID_PARAMETER");
    app.get(&path_of(&name)).await.problem(404, "TABLE_NOT_FOUND");
}

async fn a_creation_from_rows_is_replayed() {
    let (app, name) = (shared().await, unique("replayed"));
    let post = async |sql: &str| {
        let request = app.request(Method::POST, "/tables").header("content-type", JSON);
        let request = request.header("idempotency-key", format!("make {name}"));
        send(request.body(json!({"name": name, "as": sql}).to_string())).await
    };
    let first = post("SELECT 1 AS a").await.is(201);
    app.put(&path_of(&name), CSV, b"a\n2\n".to_vec()).await.is(200);
    let again = post("SELECT 1 AS a").await.is(201);
    assert!(again.replayed(), "{again}");
    assert_eq!(again.json(), first.json(), "as it was made, not as it is");
    post("SELECT 2 AS a").await.problem(422, "IDEMPOTENCY_KEY_REUSED");
    let other = json!({"name": name, "as": "SELECT 3 AS a"});
    app.post("/tables", other).await.problem(409, "TABLE_EXISTS");
}

/// DuckLake would keep so few in the catalog, where a STRUCT loses its quotes and a DATE in one cannot be read.
async fn few_rows_with_structs_come_back_as_they_are() {
    let (app, name) = (shared().await, unique("structs"));
    let sql = "SELECT {'s': 'it''s', 'd': DATE '2024-02-29'} AS v";
    app.post("/tables", json!({"name": name, "as": sql})).await.is(201);
    let more = r#"{"v": {"s": "a, 'b': \"c\"", "d": null}}"#;
    app.put(&path_of(&name), NDJSON, more.as_bytes().to_vec()).await.is(200);
    let rows = app.rows(&format!("SELECT v.s, v.d FROM {name} ORDER BY v.d NULLS LAST")).await;
    let first = json!({"s": "it's", "d": "2024-02-29"});
    assert_eq!(json!(rows), json!([first, {"s": "a, 'b': \"c\"", "d": null}]));
}
