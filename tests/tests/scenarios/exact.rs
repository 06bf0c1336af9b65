//! What text formats make of numbers, NULL and empty text: exact, and told apart.

use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray, new_null_array};
use arrow_schema::DataType;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, Answer, CSV, JSON, NDJSON, path_of, send, unique};
use crate::harness::rows::{arrow_of, batch};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        integers_and_decimals_of_any_size_are_exact_in_every_format,
        numbers_that_json_has_not_do_not_break_it,
        null_and_empty_text_are_told_apart,
    ]
}

/// The query's answer in this format.
async fn query_as(app: &App, sql: &str, accept: &str) -> Answer {
    let request = app.request(Method::POST, "/query").header("content-type", JSON);
    send(request.header("accept", accept).body(json!({"sql": sql}).to_string())).await.is(200)
}

async fn integers_and_decimals_of_any_size_are_exact_in_every_format() {
    let app = shared().await;
    let exact = [
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "99999999999999999999999999999999999999",
        "12345678901234567890123456789.012345679",
        "9007199254740993",
    ];
    let sql = "SELECT 9223372036854775807 AS a, (-9223372036854775808)::BIGINT AS b, \
               18446744073709551615::UBIGINT AS c, 99999999999999999999999999999999999999 AS d, \
               12345678901234567890123456789.012345679 AS e, 9007199254740993 AS f";
    for accept in [JSON, NDJSON, CSV] {
        let text = query_as(&app, sql, accept).await.text();
        for number in exact {
            assert!(text.contains(number), "{number} is not in {text}");
        }
    }
}

async fn numbers_that_json_has_not_do_not_break_it() {
    let app = shared().await;
    let sql = "SELECT 'nan'::DOUBLE AS a, 'infinity'::DOUBLE AS b, '-infinity'::FLOAT AS c, 1 AS d";
    let answer = query_as(&app, sql, JSON).await;
    assert_eq!(answer.json()["rows"][0]["d"], 1, "{answer}");
    let answer = query_as(&app, sql, NDJSON).await;
    let text = answer.text();
    let line: Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    assert_eq!(line["d"], 1, "{answer}");
}

async fn null_and_empty_text_are_told_apart() {
    let app = shared().await;
    let name = unique("empty");
    let columns = json!([{"name": "a", "type": "VARCHAR"}, {"name": "b", "type": "BIGINT"}]);
    app.create(&name, columns).await;
    let texts = StringArray::from(vec![Some(""), None, Some("NULL")]);
    let nulls = new_null_array(&DataType::Null, 3);
    let sent = batch([("a", Arc::new(texts) as ArrayRef), ("b", nulls)]);
    app.put(&path_of(&name), ARROW, arrow_of(&[sent])).await.is(200);
    let rows = app.rows(&format!("SELECT a, a IS NULL AS n, b FROM {name}")).await;
    let expected = json!([
        {"a": "", "n": false, "b": null},
        {"a": null, "n": true, "b": null},
        {"a": "NULL", "n": false, "b": null},
    ]);
    assert_eq!(json!(rows), expected);
    let csv = query_as(&app, &format!("SELECT * FROM {name}"), CSV).await.text();
    assert!(csv.contains("\"\""), "CSV writes empty text as \"\": {csv}");
}
