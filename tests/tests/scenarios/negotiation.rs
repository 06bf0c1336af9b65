//! Which format an answer of rows has.

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, Answer, CSV, JSON, NDJSON, PARQUET, path_of, send, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns, read_arrow, read_parquet};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        a_query_answers_in_the_format_that_accept_prefers,
        data_answers_in_the_format_that_accept_prefers,
        the_parameter_format_overrides_accept,
        what_no_format_satisfies_is_406,
        every_format_holds_the_same_rows,
        an_empty_answer_is_a_whole_document_in_every_format,
    ]
}

/// `Accept`, and what it gets where nothing else is preferred (`None`: 406).
const TABLE: &[(&str, Option<&str>)] = &[
    (JSON, Some(JSON)),
    (CSV, Some(CSV)),
    (NDJSON, Some(NDJSON)),
    (ARROW, Some(ARROW)),
    (PARQUET, Some(PARQUET)),
    ("application/x-parquet", Some(PARQUET)),
    ("Text/CSV", Some(CSV)),
    ("text/csv; header=present", Some(CSV)),
    ("text/*", Some(CSV)),
    ("text/csv;q=0.5, application/json;q=0.6", Some(JSON)),
    ("application/json;q=0.5,text/csv", Some(CSV)),
    ("text/html, text/csv;q=0.1", Some(CSV)),
    ("application/json;q=0, text/csv;q=0.2", Some(CSV)),
    ("application/json;q=0.3, application/vnd.apache.parquet;q=0.30, text/csv;q=0.31", Some(CSV)),
    ("*/*;q=0.1, text/csv", Some(CSV)),
    ("text/html", None),
    ("application/json;q=0", None),
    ("image/*, text/html;q=0.9", None),
];

async fn ask(app: &App, method: Method, path: &str, accept: Option<&str>) -> Answer {
    let mut request = app.request(method.clone(), path);
    if method == Method::POST {
        request = request.header("content-type", JSON).body(r#"{"sql": "SELECT 1::INTEGER AS v"}"#);
    }
    if let Some(accept) = accept {
        request = request.header("accept", accept);
    }
    send(request).await
}

async fn check(method: Method, path: &str, preferred: &str) {
    let app = shared().await;
    for accept in
        [None, Some("*/*"), Some(""), Some("*/*;q=0.8"), Some("application/json;q=0, */*")]
    {
        let expected = if preferred == JSON && accept.is_some_and(|a| a.contains("json;q=0")) {
            None
        } else {
            Some(preferred)
        };
        let answer = ask(&app, method.clone(), path, accept).await.is(200);
        assert!(
            expected.is_none_or(|expected| answer.media_type() == expected),
            "{accept:?}: {answer}"
        );
        assert!(expected.is_some() || answer.media_type() != JSON, "{accept:?}: {answer}");
    }
    for (accept, expected) in TABLE {
        let answer = ask(&app, method.clone(), path, Some(accept)).await;
        match expected {
            Some(expected) => {
                assert_eq!(answer.is(200).media_type(), *expected, "Accept: {accept}")
            }
            None => drop(answer.problem(406, "NOT_ACCEPTABLE")),
        }
    }
}

async fn a_query_answers_in_the_format_that_accept_prefers() {
    check(Method::POST, "/query", JSON).await;
}

async fn data_answers_in_the_format_that_accept_prefers() {
    let (app, name) = (shared().await, unique("format"));
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 3)])).await.is(200);
    check(Method::GET, &format!("{}/data", path_of(&name)), ARROW).await;
}

async fn the_parameter_format_overrides_accept() {
    let app = shared().await;
    for (format, media_type) in
        [("json", JSON), ("csv", CSV), ("ndjson", NDJSON), ("arrow", ARROW), ("parquet", PARQUET)]
    {
        let path = format!("/query?format={format}");
        let answer = ask(&app, Method::POST, &path, Some("text/html")).await.is(200);
        assert_eq!(answer.media_type(), media_type, "{format}");
    }
    let answer = ask(&app, Method::POST, "/query?format=xlsx", None).await;
    assert!([400, 406].contains(&answer.status), "{answer}");
    assert!(answer.text().contains("format"), "the parameter is named: {answer}");
}

async fn what_no_format_satisfies_is_406() {
    let app = shared().await;
    let answer = ask(&app, Method::POST, "/query", Some("text/html")).await;
    let detail = answer.problem(406, "NOT_ACCEPTABLE")["detail"].to_string();
    for media_type in [ARROW, PARQUET, CSV, NDJSON, JSON] {
        assert!(detail.contains(media_type), "{media_type} is not offered: {detail}");
    }
}

const SQL: &str = "SELECT v::INTEGER AS v, 'text ' || v AS t FROM range(5000) x(v) ORDER BY v";

async fn rows_as(accept: &str, sql: &str) -> Answer {
    let app = shared().await;
    let request = app.request(Method::POST, "/query").header("content-type", JSON);
    let answer = send(request.header("accept", accept).body(json!({"sql": sql}).to_string())).await;
    assert_eq!(answer.is_ok_media(), accept, "{accept}");
    answer
}

impl Answer {
    fn is_ok_media(&self) -> &str {
        assert_eq!(self.status, 200, "{self}");
        self.media_type()
    }
}

async fn every_format_holds_the_same_rows() {
    let json = rows_as(JSON, SQL).await.json();
    let rows = json["rows"].as_array().expect("rows");
    assert_eq!((rows.len(), &rows[4_999]), (5_000, &json!({"v": 4_999, "t": "text 4999"})));
    let text = rows_as(NDJSON, SQL).await.text();
    let lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(&lines, rows, "NDJSON differs from JSON");
    let csv = rows_as(CSV, SQL).await.text();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!((lines.len(), lines[0], lines[5_000]), (5_001, "v,t", "4999,text 4999"));
    for batch in [
        read_arrow(&rows_as(ARROW, SQL).await.body),
        read_parquet(rows_as(PARQUET, SQL).await.body),
    ] {
        let values = batch.column(0).as_primitive::<Int32Type>().values();
        assert!(values.iter().copied().eq(0..5_000), "rows are missing or out of order");
    }
}

async fn an_empty_answer_is_a_whole_document_in_every_format() {
    let sql = "SELECT 1::INTEGER AS v, 'x' AS t WHERE false";
    let json = rows_as(JSON, sql).await.json();
    assert_eq!((&json["rows"], &json["row_count"]), (&json!([]), &json!(0)), "{json}");
    assert_eq!(json["columns"].as_array().map(Vec::len), Some(2), "{json}");
    assert_eq!(rows_as(NDJSON, sql).await.text(), "");
    assert_eq!(rows_as(CSV, sql).await.text().trim_end(), "v,t");
    assert_eq!(read_arrow(&rows_as(ARROW, sql).await.body).num_columns(), 2);
    assert_eq!(read_parquet(rows_as(PARQUET, sql).await.body).num_columns(), 2);
}
