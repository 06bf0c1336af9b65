//! What a server logs: lines for machines, and nothing of what is its callers'.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, StringArray};
use serde_json::{Value, json};

use crate::harness::app::App;
use crate::harness::http::{ARROW, Answer, path_of, unique};
use crate::harness::rows::{arrow_of, batch, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::way::SERVERS;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only SERVERS, "the log of a function is its platform's";
        every_line_of_a_log_off_a_terminal_is_json,
        a_request_has_a_line_that_says_what_became_of_it,
        the_log_holds_no_secret_and_no_statement,
        the_log_holds_no_value_that_an_error_quotes,
    ]
}

/// A server that logs what it can, and a table in it.
async fn app_with_table() -> (App, String) {
    let (app, name) = (App::own(&[("LOG_LEVEL", "debug")]).await, unique("private"));
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 20)])).await.is(200);
    (app, name)
}

/// The lines of the log, each an object.
fn lines(app: &App) -> Vec<Value> {
    let parsed = |line: &str| match serde_json::from_str(line) {
        Ok(value @ Value::Object(_)) => value,
        _ => panic!("a line of the log is no object of JSON: {line:?}"),
    };
    app.server().log().lines().map(parsed).collect()
}

async fn every_line_of_a_log_off_a_terminal_is_json() {
    let (app, name) = app_with_table().await;
    app.get(&format!("{}/data", path_of(&name))).await.is(200);
    app.post("/query", json!({"sql": "SELECT\n'x'::INTEGER"})).await.is(422);
    app.get("/nowhere").await.is(404);
    app.server().signal("TERM");
    assert!(app.server().ended(Duration::from_secs(15)).await.is_some(), "it does not end");
    let lines = lines(&app);
    assert!(lines.len() > 4, "only {lines:?}");
    for line in lines {
        for field in ["timestamp", "level", "message", "target"] {
            assert!(line[field].is_string(), "no {field} in {line}");
        }
    }
}

/// The line of the request that got this answer.
fn line_of(app: &App, answer: &Answer) -> Value {
    let id = answer.header("x-request-id").expect("an id");
    let of_it = |line: &Value| line["message"] == "request" && line["request_id"] == id;
    let found: Vec<Value> = lines(app).into_iter().filter(of_it).collect();
    assert_eq!(found.len(), 1, "not one line of {id}: {found:?}");
    found[0].clone()
}

async fn a_request_has_a_line_that_says_what_became_of_it() {
    let (app, name) = app_with_table().await;
    let asked = app.get(&path_of(&name)).await.is(200);
    let missed = app.get(&path_of(&unique("none"))).await.is(404);
    let wrong = app.post("/query", json!({"sql": "SELEC 1"})).await.is(422);
    for (answer, method, route, error_code) in [
        (asked, "GET", "/tables/{table_name}", None),
        (missed, "GET", "/tables/{table_name}", Some("TABLE_NOT_FOUND")),
        (wrong, "POST", "/query", Some("INVALID_SQL")),
    ] {
        let line = line_of(&app, &answer);
        let said = (&line["method"], &line["route"], &line["status"]);
        assert_eq!(said, (&json!(method), &json!(route), &json!(answer.status)), "{line}");
        assert_eq!(line["error_code"].as_str(), error_code, "{line}");
        assert!(line["elapsed_ms"].is_u64(), "{line}");
    }
}

/// What a caller's text or value looks like nowhere else.
const HIDDEN: &str = "0123value9876";

fn assert_hidden(app: &App, by: &str) {
    let log = app.server().log();
    let shown = log.lines().find(|line| line.contains(HIDDEN));
    assert!(shown.is_none(), "after {by} the log shows {HIDDEN}: {shown:?}");
}

async fn the_log_holds_no_secret_and_no_statement() {
    let (app, name) = app_with_table().await;
    let sql = format!("SELECT '{HIDDEN}' FROM {name} WHERE nope");
    app.post("/query", json!({"sql": sql})).await.is(422);
    app.get(&path_of(HIDDEN)).await.is(404);
    assert_hidden(&app, "an error of SQL");
    let said = app.server().log() + &app.server().out();
    assert!(said.contains("request") && said.contains("listening"), "not all is in {said}");
    let secrets = app
        .lake()
        .variables()
        .iter()
        .filter(|(name, _)| name.contains("PASSWORD") || name.contains("SECRET"));
    for secret in secrets.map(|(_, value)| value.as_str()) {
        assert!(!said.contains(secret), "the log shows {secret}");
    }
}

/// DuckDB's errors say what could not be read: that is for the caller alone.
async fn the_log_holds_no_value_that_an_error_quotes() {
    let (app, name) = app_with_table().await;
    for sql in [
        format!("SELECT '{HIDDEN}'::INTEGER"),
        format!("SELECT strptime('{HIDDEN}', '%d') FROM {name}"),
        format!("SELECT \"{HIDDEN}\" FROM {name}"),
    ] {
        let answer = app.post("/query", json!({"sql": sql})).await.is(422);
        assert!(answer.text().contains(HIDDEN), "the caller is told: {answer}");
        assert_hidden(&app, &sql);
    }
    let uuids = unique("uuids");
    app.create(&uuids, json!([{"name": "id", "type": "UUID"}])).await;
    let values: ArrayRef = Arc::new(StringArray::from(vec![HIDDEN]));
    app.put(&path_of(&uuids), ARROW, arrow_of(&[batch([("id", values)])])).await.is(422);
    assert_hidden(&app, "an append of what is no UUID");
}
