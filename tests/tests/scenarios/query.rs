//! SQL over one table, or over several.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, Answer, JSON, path_of, send, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        a_query_of_a_table_sees_it_as_this_and_by_its_name,
        a_query_joins_tables,
        an_answer_has_columns_rows_count_snapshot_and_time,
        a_limit_cuts_rows_off_and_says_so,
        rows_come_as_arrays_when_asked_or_when_two_columns_share_a_name,
        parameters_are_values_never_sql,
        named_and_typed_parameters_are_taken,
        parameters_that_do_not_fit_are_refused,
        an_error_in_sql_has_line_and_column_of_the_callers_text,
        an_error_while_running_is_the_callers,
        a_body_of_a_query_is_checked_as_any_other,
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

async fn value_of(sql: &str, params: Value) -> Value {
    let answer = query(json!({"sql": sql, "params": params})).await;
    assert_eq!(answer.status, 200, "{sql} with {params}: {answer}");
    answer.json()["rows"][0]["v"].clone()
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
    for (limit, rows, truncated) in
        [(0, 0, true), (1, 1, true), (9, 9, true), (10, 10, false), (11, 10, false)]
    {
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

async fn parameters_are_values_never_sql() {
    let hostile = "'; DROP TABLE x; --";
    assert_eq!(value_of("SELECT $1 AS v", json!([hostile])).await, hostile);
    assert_eq!(value_of("SELECT ? || ? AS v", json!(["a", "b"])).await, "ab");
    assert_eq!(value_of("SELECT $2 || $1 AS v", json!(["a", "b"])).await, "ba");
    for value in
        [json!(null), json!(true), json!(1.5), json!("ü🦆"), json!([1, 2]), json!(["a", null])]
    {
        assert_eq!(value_of("SELECT $1 AS v", json!([value])).await, value);
    }
    for (value, kind) in [
        ("1", "BIGINT"),
        ("9223372036854775807", "BIGINT"),
        ("9223372036854775808", "HUGEINT"),
        ("0.1", "DOUBLE"),
        ("1e3", "DOUBLE"),
    ] {
        let number: Value = serde_json::from_str(value).expect("a number");
        let shown = value_of("SELECT typeof($1) AS v", json!([number])).await;
        assert_eq!(shown, kind, "{value}");
    }
    let exact: Value = serde_json::from_str("9223372036854775808").expect("a number");
    assert_eq!(value_of("SELECT $1 AS v", json!([exact])).await, exact);
}

async fn named_and_typed_parameters_are_taken() {
    assert_eq!(value_of("SELECT $from + $to AS v", json!({"from": 1, "to": 2})).await, 3);
    let date = json!([{"type": "DATE", "value": "2026-02-28"}]);
    assert_eq!(value_of("SELECT $1 + 1 = DATE '2026-03-01' AS v", date).await, true);
    let decimal = json!([{"type": "DECIMAL(5,2)", "value": "1.10"}]);
    assert_eq!(value_of("SELECT typeof($1) AS v", decimal).await, "DECIMAL(5,2)");
    let (_, name) = table(10).await;
    assert_eq!(
        value_of(&format!("SELECT count(*) AS v FROM {name} WHERE id > $1"), json!([7])).await,
        3
    );
}

async fn parameters_that_do_not_fit_are_refused() {
    for (sql, params) in [
        ("SELECT $1", json!([])),
        ("SELECT $1", json!([1, 2])),
        ("SELECT $a", json!({"b": 1})),
        ("SELECT $a", json!({"a": 1, "b": 1})),
        ("SELECT $1", json!("a")),
        ("SELECT $1", json!([{"type": "NONSENSE", "value": 1}])),
        ("SELECT $1", json!([{"type": "DATE", "value": "no date"}])),
        ("SELECT $1", json!([{"no": "type"}])),
    ] {
        let answer = query(json!({"sql": sql, "params": params})).await;
        assert!([400, 422].contains(&answer.status), "{sql} with {params}: {answer}");
    }
}

async fn an_error_in_sql_has_line_and_column_of_the_callers_text() {
    let (app, name) = table(1).await;
    for (sql, line, column) in [
        (format!("SELECT nope FROM {name}"), 1, 8),
        (format!("SELECT 'üü🦆', nope FROM {name}"), 1, 15),
        (format!("SELECT id,\n  'ü' AS x,\n  nope\nFROM {name}"), 3, 3),
        ("SELEC 1".to_owned(), 1, 1),
        ("SELECT 'ü' AS a,\n FROM FROM".to_owned(), 2, 7),
        ("SELECT no_such_function(1)".to_owned(), 1, 8),
        (format!("SELECT id FROM {name} JOIN no_such_table USING (id)"), 1, 28 + name.len() - 7),
    ] {
        let answer = app.post("/query", json!({"sql": sql})).await;
        assert!([404, 422].contains(&answer.status), "{sql}: {answer}");
        let problem = answer.json();
        assert_eq!(
            (&problem["line"], &problem["column"]),
            (&json!(line), &json!(column)),
            "{sql}: {answer}"
        );
    }
    let path = format!("{}/query", path_of(&name));
    let answer = app.post(&path, json!({"sql": "SELECT *,\n nope FROM this"})).await.is(422).json();
    assert_eq!((&answer["line"], &answer["column"]), (&json!(2), &json!(2)), "{answer}");
}

async fn an_error_while_running_is_the_callers() {
    let (_, name) = table(5_000).await;
    for sql in [
        "SELECT 'x'::INTEGER".to_owned(),
        "SELECT 9223372036854775807 + 1".to_owned(),
        format!("SELECT name::INTEGER FROM {name}"),
        format!("SELECT CASE WHEN id = 4999 THEN error('boom') ELSE 'fine' END FROM {name}"),
        format!("SELECT (SELECT id FROM {name})"),
        "SELECT strptime('x', '%d')".to_owned(),
    ] {
        let answer = query(json!({"sql": sql})).await;
        assert!((400..500).contains(&answer.status), "{sql}: {answer}");
    }
}

async fn a_body_of_a_query_is_checked_as_any_other() {
    let app = shared().await;
    query(json!({"sql": "SELECT 1", "sequel": 1})).await.problem(400, "UNKNOWN_FIELD");
    query(json!({"limit": 1})).await.problem(400, "MISSING_FIELD");
    query(json!({"sql": ""})).await.is(422);
    query(json!({"sql": "-- nothing"})).await.is(422);
    query(json!({"sql": format!("SELECT '{}'", "x".repeat(100_000))}))
        .await
        .problem(422, "SQL_TOO_LONG");
    let request = app.request(Method::POST, "/query").header("content-type", JSON);
    send(request.body("{\"sql\": ")).await.problem(400, "INVALID_JSON");
    let request = app.request(Method::POST, "/query").header("content-type", "text/plain");
    send(request.body("SELECT 1")).await.problem(415, "UNSUPPORTED_MEDIA_TYPE");
    app.post("/query?sql=x", json!({"sql": "SELECT 1"})).await.problem(400, "UNKNOWN_PARAMETER");
}
