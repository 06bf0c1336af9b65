//! Names of any kind are quoted, never spliced: each lives its whole life over HTTP.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, JSON, encoded, path_of, send, unique};
use crate::harness::raw::get_raw;
use crate::harness::rows::{arrow_of, batch, numbered, numbered_columns, read_arrow, sorted_ids};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        a_table_of_any_name_lives_its_whole_life,
        a_column_of_any_name_is_written_and_read,
        a_schema_of_any_name_holds_tables,
        a_path_that_is_no_text_is_a_problem,
    ]
}

/// As the caller writes them in JSON and, percent-encoded, in a path.
fn odd_names() -> Vec<String> {
    let mut names: Vec<String> = [
        "\"ü \"\"q\"\"\"",
        "a/b",
        "/",
        "50%",
        "%2F",
        "%",
        "select",
        "two words",
        "\"a.b\"",
        "\"..\"",
        "\".\"",
        "日本語",
        "🦆 table",
        "semi;colon -- x",
        "it's",
        "back\\slash",
        "?x=1#y",
        "+plus",
        "a&b=c",
        " edges ",
        "{}",
        "$1",
        "data",
        "query",
        "TABLE",
        "e\u{301}",
        "\u{202e}rtl",
        "ß",
        "İ",
    ]
    .map(str::to_owned)
    .into();
    names.push("ü".repeat(128));
    names.push("x".repeat(128));
    names
}

async fn a_table_of_any_name_lives_its_whole_life() {
    let app = shared().await;
    for name in odd_names() {
        app.delete(&path_of(&name)).await;
        live(&app, &name).await;
    }
}

async fn live(app: &App, name: &str) {
    let path = path_of(name);
    let body = json!({"name": name, "columns": numbered_columns()});
    let made = app.post("/tables", body).await.is(201);
    let place = made.header("location").unwrap_or_else(|| panic!("no Location: {made}")).to_owned();
    let shown = app.get(&place).await.is(200).json();
    assert_eq!(shown, made.json(), "{name:?}: Location leads elsewhere");
    assert_eq!(shown["name"], name, "the name comes back as it was written");
    let appended = app.put(&path, ARROW, arrow_of(&[numbered(1, 3)])).await.is(200).json();
    assert_eq!(appended["table"], name, "{appended}");
    let query = json!({"sql": "SELECT sum(id) AS s FROM this"});
    let answer = app.post(&format!("{path}/query"), query).await.is(200).json();
    assert_eq!(answer["rows"], json!([{"s": 6}]), "{name:?}");
    let sql = format!("SELECT count(*) FROM {}", sql_name(name));
    assert_eq!(app.value(&sql).await, "3", "{sql}");
    let data = app.get(&format!("{path}/data")).await.is(200);
    assert_eq!(sorted_ids(&read_arrow(&data.body), "id"), [1, 2, 3], "{name:?}");
    app.delete(&path).await.is(204);
    app.get(&path).await.problem(404, "TABLE_NOT_FOUND");
}

/// The name in SQL: always quoted.
fn sql_name(name: &str) -> String {
    if name.starts_with('"') {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

async fn a_column_of_any_name_is_written_and_read() {
    let app = shared().await;
    let odd = [
        "select",
        "two words",
        "\"q\"",
        "it's",
        "ü",
        "🦆",
        "a.b",
        "a/b",
        "50%",
        "$1",
        "*",
        ";--",
        "{}",
        "this",
    ];
    let table = unique("columns");
    let columns: Vec<Value> =
        odd.iter().map(|name| json!({"name": name, "type": "BIGINT"})).collect();
    let made = app.create(&table, json!(columns)).await;
    let names: Vec<&str> = made["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .filter_map(|c| c["name"].as_str())
        .collect();
    assert_eq!(names, odd);
    let values = (0..).map(|n| Arc::new(Int64Array::from(vec![n])) as ArrayRef);
    let fields = odd.into_iter().zip(values).map(|(name, values)| (name, values, true));
    let row = arrow_array::RecordBatch::try_from_iter_with_nullable(fields).expect("a row");
    app.put(&path_of(&table), ARROW, arrow_of(&[row])).await.is(200);
    let request = app.request(Method::GET, &format!("{}/data", path_of(&table)));
    let read = send(request.header("accept", JSON)).await.is(200).json();
    for (number, name) in odd.iter().enumerate() {
        assert_eq!(read["rows"][0][*name], number, "{name:?} in {read}");
    }
    let sum = app.value(&format!("SELECT \"\"\"q\"\"\" + \"a.b\" + \"this\" FROM {table}")).await;
    assert_eq!(sum, "21");
}

async fn a_schema_of_any_name_holds_tables() {
    let app = shared().await;
    for schema in ["ü \"q\"", "a/b", "50%", "select", "a.b"] {
        let schema = unique(schema);
        let written = format!("\"{}\".\"t.1\"", schema.replace('"', "\"\""));
        app.create(&written, json!([{"name": "a", "type": "BIGINT"}])).await;
        let row = batch([("a", Arc::new(Int64Array::from(vec![7])) as ArrayRef)]);
        app.put(&path_of(&written), ARROW, arrow_of(&[row])).await.is(200);
        assert_eq!(app.value(&format!("SELECT a FROM {written}")).await, "7");
        app.delete(&path_of(&written)).await.is(204);
    }
}

async fn a_path_that_is_no_text_is_a_problem() {
    let app = shared().await;
    for path in
        ["/tables/%FF", "/tables/%C3%28", "/tables/a%00b", "/tables/%FF/data", "/docs/%FF", "/%FF"]
    {
        let answer = get_raw(&app, path).await;
        assert!([400, 404, 422].contains(&answer.status), "{path}: {answer:?}");
        assert!(answer.text.contains("application/problem+json"), "{path}: {answer:?}");
    }
    let answer = get_raw(&app, &format!("/tables/{}", encoded("no such table"))).await;
    assert!(answer.text.contains("TABLE_NOT_FOUND"), "{answer:?}");
}
