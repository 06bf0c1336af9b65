//! The events of events/, each given to its function as AWS would, in the README's order.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::{App, shared, stack_variable};
use crate::harness::http::unique;
use crate::harness::rows::read_arrow;
use crate::harness::scenario::Scenario;
use crate::harness::stack::aws;
use crate::harness::way::{Way, repository};

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only &[Way::Stack], "events are for functions";
        each_event_is_answered_by_its_function,
    ]
}

/// What each answer is, and something that only its body says.
const ANSWERS: [(&str, u64, &str); 41] = [
    ("get_root", 200, r#""name":"Eider""#),
    ("get_health", 200, r#""status":"up""#),
    ("get_status", 200, r#""platform":"lambda""#),
    ("get_config_summary", 200, r#""kind":"postgres""#),
    ("get_config_validate", 200, r#""valid":true"#),
    ("get_config_features", 200, r#""name":"performance_tracking""#),
    ("get_config_ducklake", 200, r#""format":"1.0""#),
    ("reconnect_ducklake", 200, r#""generation":"#),
    ("get_openapi", 200, r#""openapi": "3.1.0""#),
    ("get_docs", 200, "<title>Eider API</title>"),
    ("get_docs_asset", 200, ".swagger-ui{"),
    ("get_redoc", 200, "/redoc/redoc.standalone.js"),
    ("get_redoc_script", 200, "Redocly"),
    ("create_table", 201, r#""name":"flight_date","type":"DATE""#),
    ("append_table", 200, r#""table":"flights","rows":3"#),
    ("patch_table", 200, r#""sort_by":["flight_date ASC NULLS LAST"]"#),
    ("get_table", 200, r#""row_count":3"#),
    ("list_tables", 200, r#""items":[{"name":"#),
    ("list_snapshots", 200, r#""changes":["schema_changed"]"#),
    ("query_table", 200, r#""rows":[{"origin":"LAX","delay":12},{"origin":"MCI","delay":-4}]"#),
    ("run_query", 200, r#""rows":[{"flights":3,"mean_delay":4.0}]"#),
    ("read_table", 200, "flight_date"),
    ("read_changes", 200, r#""change_type":"insert""#),
    ("delete_table", 204, ""),
    ("create_job", 201, r#""name":"daily-load","type":"BATCH""#),
    ("list_jobs", 200, r#""tags":["nightly"]"#),
    ("start_run", 201, r#""state":"RUNNING""#),
    ("list_runs", 200, r#""parameters":{"day":"2026-11-20"}"#),
    ("get_job", 200, r#""status":"RUNNING""#),
    ("put_progress", 200, r#""percentage":50.0"#),
    ("complete_run", 200, r#""state":"COMPLETED""#),
    ("get_run", 200, r#""message":"loaded""#),
    ("list_run_datasets", 200, r#""name":"flights","direction":"output""#),
    ("list_run_tables", 200, r#""name":"flights","direction":"output""#),
    ("stream_run", 200, "event: run_progress"),
    ("stream_jobs", 200, r#""previous_state":"RUNNING""#),
    ("stream_job_events", 200, "event: job_status"),
    ("fail_run", 404, "RUN_NOT_FOUND"),
    ("abort_run", 404, "RUN_NOT_FOUND"),
    ("delete_job", 204, ""),
    ("sweep", 200, r#""whole":true"#),
];

async fn each_event_is_answered_by_its_function() {
    // What a run that was cut short has left.
    let left = shared().await.delete("/tables/flights").await;
    assert!([204, 404].contains(&left.status), "{left}");
    let events = in_order();
    let operations: Vec<&str> = events.iter().map(|(_, operation)| operation.as_str()).collect();
    assert_eq!(operations, ANSWERS.map(|(operation, ..)| operation), "the README's, then ours");
    for ((function, operation), (_, status, part)) in events.iter().zip(ANSWERS) {
        let (answered, body) = invoke(function, &event(function, operation)).await;
        let said = String::from_utf8_lossy(&body);
        assert_eq!(answered, status, "{operation}: {said}");
        assert!(said.contains(part), "{operation}: no {part} in {said}");
        assert!(operation != "read_table" || read_arrow(&body).num_rows() == 3, "{said}");
    }
    shared().await.get("/tables/flights").await.problem(404, "TABLE_NOT_FOUND");
}

/// Function and operation of each command in events/README.md.
fn in_order() -> Vec<(String, String)> {
    let readme = std::fs::read_to_string(repository("events/README.md")).expect("the README");
    let files = readme.lines().filter_map(|line| {
        let (_, file) = line.trim().strip_prefix("cargo lambda invoke ")?.split_once("events/")?;
        file.strip_suffix(".json")?.split_once('/')
    });
    files.map(|(function, operation)| (function.to_owned(), operation.to_owned())).collect()
}

/// The event as it is kept, but for what belongs to this deployment: its secret; and a key of its
/// own, so that nothing is a replay.
fn event(function: &str, operation: &str) -> Value {
    let file = repository("events").join(function).join(format!("{operation}.json"));
    let text = std::fs::read_to_string(file).expect("an event");
    let mut event: Value = serde_json::from_str(&text).expect("JSON");
    if event.get("headers").is_none() {
        return event; // a trigger's
    }
    event["headers"]["x-eider-front-door"] = json!(stack_variable("EIDER_STACK_SECRET"));
    if event["headers"].get("idempotency-key").is_some() {
        event["headers"]["idempotency-key"] = json!(unique("event"));
    }
    event
}

/// Status and body of the answer.
async fn invoke(function: &str, event: &Value) -> (u64, Vec<u8>) {
    if ["rows", "events"].contains(&function) {
        invoke_streaming(function, event).await
    } else {
        invoke_buffered(function, event).await
    }
}

/// A buffered function hands over an object, of which the API makes an answer.
async fn invoke_buffered(function: &str, event: &Value) -> (u64, Vec<u8>) {
    let api = App::at(stack_variable("EIDER_STACK_AWS_ENDPOINT"));
    let name = stack_variable(&format!("EIDER_STACK_{}_FUNCTION", function.to_uppercase()));
    let path = format!("/2015-03-31/functions/{name}/invocations");
    let answer = aws(&api, Method::POST, &path, &event.to_string()).await;
    if event.get("headers").is_none() {
        return (200, answer.to_string().into_bytes());
    }
    assert_eq!(answer["isBase64Encoded"], false, "{answer}");
    let text = answer["body"].as_str().unwrap_or_default().as_bytes().to_vec();
    (answer["statusCode"].as_u64().unwrap_or_else(|| panic!("no status: {answer}")), text)
}

/// It runs behind cargo lambda, which makes the answer of its stream once that has ended.
async fn invoke_streaming(function: &str, event: &Value) -> (u64, Vec<u8>) {
    let url = stack_variable("EIDER_STACK_ROWS_URL");
    let runtime = App::at(url.trim_end_matches("/lambda-url/rows").to_owned());
    let path = format!("/2015-03-31/functions/{function}/invocations");
    let request = runtime.request(Method::POST, &path).body(event.to_string());
    let answer = request.send().await.expect("an answer");
    let status = u64::from(answer.status().as_u16());
    (status, answer.bytes().await.expect("the whole answer").to_vec())
}
