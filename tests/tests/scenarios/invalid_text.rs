//! What goes out as text is UTF-8: what DuckDB makes that is not is refused, in every format.

use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::harness::app::{App, shared};
use crate::harness::http::{JSON, send, try_send};
use crate::harness::scenario::Scenario;
use crate::harness::way::SERVERS;

pub(crate) fn all() -> Vec<Scenario> {
    let mut all = scenarios![
        text_that_is_not_utf8_is_refused_in_every_format,
        text_of_letters_and_bytes_that_are_no_text_are_answered,
    ];
    all.extend(scenarios![only SERVERS, "a function cannot cut a connection";
        text_that_is_not_utf8_breaks_an_answer_that_has_begun,
    ]);
    all
}

const FORMATS: [&str; 5] = ["json", "csv", "ndjson", "arrow", "parquet"];

fn ask(app: &App, sql: &str, format: &str) -> RequestBuilder {
    let request = app.request(Method::POST, &format!("/query?format={format}"));
    request.header("content-type", JSON).body(json!({"sql": sql}).to_string())
}

async fn text_that_is_not_utf8_is_refused_in_every_format() {
    let app = shared().await;
    for sql in [
        "SELECT printf('%c', r) AS x FROM range(200, 210) t(r)",
        "SELECT [printf('%c', 200)] AS x",
        "SELECT {'a': ['A', printf('%c', 200)]} AS x",
        "SELECT MAP {printf('%c', 200): 1} AS x",
        // Long enough that DuckDB keeps it elsewhere than short text.
        "SELECT 'a longer text ' || printf('%c', 200) || ' that goes on' AS x",
        // Not in the first row of its batch.
        "SELECT printf('%c', 65 + r % 100) AS x FROM range(1000) t(r)",
    ] {
        for format in FORMATS {
            let answer = send(ask(&app, sql, format)).await;
            assert_eq!(answer.status, 422, "{sql} as {format}: {answer}");
            // DuckDB finds it itself where it computes a constant before it runs.
            let code = answer.json()["error_code"].clone();
            assert!(
                code == "TEXT_NOT_UTF8" || code == "INVALID_SQL",
                "{sql} as {format}: {answer}"
            );
        }
    }
}

async fn text_of_letters_and_bytes_that_are_no_text_are_answered() {
    let app = shared().await;
    assert_eq!(app.value("SELECT printf('%c', 65) AS x").await, "\"A\"");
    assert_eq!(app.value("SELECT chr(200) AS x").await, "\"È\"");
    // What the refusal advises.
    assert_eq!(app.value("SELECT encode(printf('%c', 200)) AS x").await, "\"yA==\"");
    for format in FORMATS {
        send(ask(&app, "SELECT printf('%c', 65) AS x", format)).await.is(200);
    }
}

async fn text_that_is_not_utf8_breaks_an_answer_that_has_begun() {
    let app = shared().await;
    let sql = "SELECT printf('%c', if(r = 1900000, 200, 65)) AS x FROM range(2000000) t(r)";
    for format in FORMATS {
        let Ok(answer) = try_send(ask(&app, sql, format)).await else { continue };
        // Or it had not begun: whatever is gathered before it is sent.
        assert_eq!(answer.status, 422, "{format}: {} bytes end well", answer.body.len());
    }
}
