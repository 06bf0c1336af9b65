//! Values for the placeholders of SQL.

use serde_json::{Value, json};

use crate::harness::app::shared;
use crate::harness::http::{ARROW, path_of, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        parameters_are_values_never_sql,
        named_and_typed_parameters_are_taken,
        parameters_that_do_not_fit_are_refused,
    ]
}

async fn value_of(sql: &str, params: Value) -> Value {
    let answer = shared().await.post("/query", json!({"sql": sql, "params": params})).await;
    assert_eq!(answer.status, 200, "{sql} with {params}: {answer}");
    answer.json()["rows"][0]["v"].clone()
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
    let (app, name) = (shared().await, unique("parameters"));
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(1, 10)])).await.is(200);
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
        let body = json!({"sql": sql, "params": params});
        let answer = shared().await.post("/query", body).await;
        assert!([400, 422].contains(&answer.status), "{sql} with {params}: {answer}");
    }
}
