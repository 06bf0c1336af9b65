//! What is wrong with a query is the caller's, and has a place in the caller's own text.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, Answer, JSON, path_of, send, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        an_error_in_sql_has_line_and_column_of_the_callers_text,
        an_error_while_running_is_the_callers,
        an_error_that_speaks_of_lost_services_is_the_callers,
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

async fn an_error_in_sql_has_line_and_column_of_the_callers_text() {
    let (app, name) = table(1).await;
    for (sql, line, column) in [
        (format!("SELECT nope FROM {name}"), 1, 8),
        (format!("SELECT 'üü🦆', nope FROM {name}"), 1, 15),
        (format!("SELECT id,\n  'ü' AS x,\n  nope\nFROM {name}"), 3, 3),
        ("SELEC 1".to_owned(), 1, 1),
        ("SELECT 'ü' AS a,\n FROM FROM".to_owned(), 2, 7),
        ("SELECT no_such_function(1)".to_owned(), 1, 8),
        (format!("SELECT id FROM {name} JOIN no_such_table USING (id)"), 1, 22 + name.len()),
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
        format!("SELECT CASE WHEN id = 4999 THEN name::DATE END FROM {name}"),
        format!("SELECT (SELECT id FROM {name})"),
        "SELECT strptime('x', '%d')".to_owned(),
    ] {
        let answer = query(json!({"sql": sql})).await;
        assert!((400..500).contains(&answer.status), "{sql}: {answer}");
    }
}

async fn an_error_that_speaks_of_lost_services_is_the_callers() {
    let (app, name) = table(1).await;
    let columns = json!([{"name": "id", "type": "UUID"}]);
    let other = unique("hostile");
    app.create(&other, columns).await;
    for words in [
        "database has been invalidated",
        "Connection refused",
        "server closed the connection",
        "ducklake_inlined_data_1_1 does not exist",
        "error for HTTP GET to s3://bucket",
        "x already exists",
        "duplicate key value",
    ] {
        for sql in [
            format!("SELECT '{words}'::INTEGER"),
            format!("SELECT strptime('{words}', '%d') FROM {name}"),
            format!("SELECT \"{words}\" FROM {name}"),
            format!("SELECT error('{words}') FROM {name}"),
        ] {
            query(json!({"sql": sql})).await.is(422);
        }
        let texts: ArrayRef = Arc::new(StringArray::from(vec![words; 3]));
        let body = arrow_of(&[RecordBatch::try_from_iter([("id", texts)]).expect("a batch")]);
        let answer = app.put(&path_of(&other), ARROW, body).await;
        assert_eq!(answer.status, 422, "{words}: {answer}");
    }
    assert_eq!(app.table(&other).await["row_count"], 0);
}

async fn a_body_of_a_query_is_checked_as_any_other() {
    let app = shared().await;
    query(json!({"sql": "SELECT 1", "sequel": 1})).await.problem(400, "UNKNOWN_FIELD");
    query(json!({"limit": 1})).await.problem(400, "MISSING_FIELD");
    query(json!({"sql": ""})).await.is(422);
    query(json!({"sql": "-- nothing"})).await.is(422);
    query(json!({"sql": format!("SELECT '{}'", "x".repeat(256_000))}))
        .await
        .problem(422, "SQL_TOO_LONG");
    let request = app.request(Method::POST, "/query").header("content-type", JSON);
    send(request.body("{\"sql\": ")).await.problem(400, "INVALID_JSON");
    let request = app.request(Method::POST, "/query").header("content-type", "text/plain");
    send(request.body("SELECT 1")).await.problem(415, "UNSUPPORTED_MEDIA_TYPE");
    app.post("/query?sql=x", json!({"sql": "SELECT 1"})).await.problem(400, "UNKNOWN_PARAMETER");
}
