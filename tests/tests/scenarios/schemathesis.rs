//! Requests that schemathesis makes out of the OpenAPI document: no answer may be a fault of the server, or
//! one that the document does not have.

use std::path::Path;
use std::process::Command;

use reqwest::Method;
use serde_json::json;

use crate::clients::said;
use crate::harness::app::App;
use crate::harness::http::{path_of, send};
use crate::harness::leftovers;
use crate::harness::scenario::Scenario;
use crate::harness::way::{SERVERS, counts, repository};
use crate::jobs::put;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only SERVERS, "the functions are the same routers, and the document has each";
        every_operation_answers_as_the_document_says,
    ]
}

async fn every_operation_answers_as_the_document_says() {
    // A stream of events is asked for as often as anything, and each is waited for to its end.
    let app = App::own(&[("EVENTS_MAX_CONNECTION_SECONDS", "1")]).await;
    let folder = leftovers::folder("eider-schemathesis-");
    make_tables(&app).await;
    make_runs(&app).await;
    keep_bodies(&app, folder.path()).await;
    let program = repository(".cache/tools/schemathesis/bin/schemathesis");
    assert!(program.exists(), "there is no {}; run ./dev fetch schemathesis", program.display());
    let mut command = Command::new(program);
    command.arg("--config-file").arg(repository("tests/clients/schemathesis.toml"));
    command.args(["run", &format!("{}/openapi.json", app.url), "--no-color"]);
    command.args(["--max-examples", &counts(40, 400).to_string(), "--workers", "1"]);
    command.env("PYTHONPATH", repository("tests/clients")).env("EIDER_BODIES", folder.path());
    command.current_dir(folder.path());
    let report = said(&app, command).await;
    let tested = report.lines().find(|line| line.contains("generated")).unwrap_or_default();
    println!("schemathesis: {}", tested.trim());
    assert!(!app.server().log().contains("panicked"), "{}", app.server().said());
}

/// The tables that `schemathesis.toml` names.
async fn make_tables(app: &App) {
    let seed = "SELECT range AS id, 'row ' || range AS name FROM range(20)";
    for name in ["seed", "doomed_1", "doomed_2", "doomed_3", "doomed_4"] {
        app.post("/tables", json!({"name": name, "as": seed})).await.is(201);
    }
    let types = "SELECT 1.5::DECIMAL(10,2) AS money, [1, NULL] AS list, {'a': DATE '2024-02-29'} AS struct, \
                 MAP {'k': 1} AS map, '\\x00'::BLOB AS blob, NULL::TIMESTAMPTZ AS time, '1 day'::INTERVAL AS i";
    app.post("/tables", json!({"name": "other.\"a.b\"", "as": types})).await.is(201);
}

/// The job that `schemathesis.toml` names, and its runs, of which one has ended.
async fn make_runs(app: &App) {
    app.post("/jobs", json!({"name": "load", "tags": ["a"]})).await.is(201);
    for last in ["1", "2", "3", "4", "5"] {
        let id = format!("018f4e9c-9f8e-7c3a-b0f5-3d1c5a7e9b2{last}");
        let start = json!({"run_id": id, "heartbeat_timeout_seconds": 604_800});
        app.post("/jobs/load/runs", start).await.is(201);
        if last == "2" {
            put(app, &format!("/jobs/load/runs/{id}/complete"), json!({})).await.is(200);
        }
    }
}

async fn keep_bodies(app: &App, folder: &Path) {
    for format in ["arrow", "parquet", "csv", "ndjson"] {
        let path = format!("{}/data?format={format}&limit=3", path_of("seed"));
        let rows = send(app.request(Method::GET, &path)).await.is(200);
        std::fs::write(folder.join(format), rows.body).expect("written");
    }
}
