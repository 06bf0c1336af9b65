//! The catalog commits and its answer is lost: what is acknowledged is there, and what is not is either
//! there or not, once (invariants 1, 2, 7).

use serde_json::json;

use crate::harness::app::App;
use crate::harness::cut::Cut;
use crate::harness::http::{ARROW, Answer, path_of, send, unique};
use crate::harness::lake::Lake;
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::services::Services;
use crate::harness::way::{Way, counts};

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only &[Way::Services], "a proxy stands before PostgreSQL";
        an_append_whose_commit_was_not_heard_of_is_there_once_and_can_be_read,
        a_creation_whose_commit_was_not_heard_of_is_there_once,
    ]
}

async fn behind_a_cut() -> (App, Cut) {
    let services = Services::of_the_run();
    let lake = Lake::on(&services).await;
    let port = lake.variables()["DB_POSTGRES_PORT"].parse().expect("a port");
    let cut = Cut::before(port).await;
    let app = lake.serve(&[("DB_POSTGRES_PORT", &cut.port.to_string())]).await;
    (app, cut)
}

async fn append(app: &App, name: &str, key: &str, rows: usize) -> Answer {
    let request = app.request(reqwest::Method::PUT, &path_of(name)).header("content-type", ARROW);
    send(request.header("idempotency-key", key).body(arrow_of(&[numbered(0, rows)]))).await
}

async fn an_append_whose_commit_was_not_heard_of_is_there_once_and_can_be_read() {
    let (app, cut) = behind_a_cut().await;
    let name = unique("lost");
    app.create(&name, numbered_columns()).await;
    let mut expected = 0;
    // Few rows are kept in the catalog, many in a file of their own.
    for turn in 0..counts(4, 40) {
        let (key, rows) = (format!("{name}-{turn}"), if turn % 2 == 0 { 5_000 } else { 3 });
        cut.lose(1);
        let mut answer = append(&app, &name, &key, rows).await;
        assert_eq!(cut.left(), 0, "no commit was cut: {answer}");
        if answer.status != 200 {
            assert_eq!(answer.status, 503, "{answer}");
            assert_eq!(answer.json()["error_code"], "OUTCOME_UNKNOWN", "{answer}");
            answer = append(&app, &name, &key, rows).await.is(200);
        }
        assert_eq!(answer.json()["rows"], rows, "{answer}");
        assert!(append(&app, &name, &key, rows).await.is(200).replayed());
        expected += rows;
        let sql = format!("SELECT count(*) AS n, count(name) AS names FROM {name}");
        let counted = app.post("/query", json!({"sql": sql})).await.is(200);
        assert_eq!(counted.json()["rows"][0]["n"], expected, "turn {turn}: {counted}");
        assert_eq!(app.table(&name).await["row_count"], expected);
    }
}

async fn a_creation_whose_commit_was_not_heard_of_is_there_once() {
    let (app, cut) = behind_a_cut().await;
    let name = unique("lost");
    let body = json!({"name": name, "columns": numbered_columns()}).to_string();
    let create = async || {
        let request = app.request(reqwest::Method::POST, "/tables");
        let request = request.header("content-type", "application/json");
        send(request.header("idempotency-key", &name).body(body.clone())).await
    };
    cut.lose(1);
    let first = create().await;
    assert_eq!(cut.left(), 0, "no commit was cut: {first}");
    assert!(matches!(first.status, 201 | 503), "{first}");
    assert!(create().await.is(201).replayed());
    assert_eq!(append(&app, &name, "after", 10).await.is(200).json()["rows"], 10);
}
