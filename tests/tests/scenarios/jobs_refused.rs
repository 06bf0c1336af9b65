//! What jobs and runs do not take, said by name; nothing is changed by it.

use reqwest::Method;
use serde_json::{Value, json};

use super::jobs::{job, put, run};
use crate::harness::app::shared;
use crate::harness::http::{JSON, send, unique};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        a_definition_that_does_not_hold_is_refused_by_field,
        a_run_that_cannot_be_is_refused_by_field,
        an_end_that_cannot_be_is_refused_by_field,
        names_and_ids_in_a_path_are_checked,
        a_body_that_is_no_json_or_too_large_is_refused,
        parameters_of_a_list_are_checked_by_name,
    ]
}

async fn a_definition_that_does_not_hold_is_refused_by_field() {
    let app = shared().await;
    let long = "ä".repeat(16_385);
    let tags: Vec<String> = (0..51).map(|n| format!("tag {n}")).collect();
    let names: Vec<String> = (0..101).map(|n| format!("t{n}")).collect();
    for (field, value, status, code) in [
        ("name", json!("a b"), 422, "INVALID_NAME"),
        ("name", json!("018f4e9c-9f8e-7c3a-b0f5-3d1c5a7e9b21"), 422, "INVALID_NAME"),
        ("name", json!("events"), 422, "RESERVED_NAME"),
        ("name", json!(7), 400, "INVALID_FIELD"),
        ("type", json!("batch"), 422, "INVALID_JOB"),
        ("description", json!(long), 422, "TEXT_TOO_LONG"),
        ("owner", json!("x".repeat(257)), 422, "TEXT_TOO_LONG"),
        ("inputs[1]", json!(["t", "a.b.c.d"]), 422, "INVALID_NAME"),
        ("outputs[0]", json!(["s3://a b"]), 422, "INVALID_NAME"),
        ("inputs", json!(names), 422, "INVALID_JOB"),
        ("tags[0]", json!([""]), 422, "INVALID_NAME"),
        ("tags", json!(tags), 422, "INVALID_JOB"),
        ("tags", json!("one"), 400, "INVALID_FIELD"),
        ("cron", json!("* * * * *"), 400, "UNKNOWN_FIELD"),
    ] {
        let name = unique("refused");
        let mut asked = json!({"name": name});
        asked[field.split('[').next().expect("a field")] = value;
        let refused = app.post("/jobs", asked).await;
        refused.problem(status, code);
        assert_eq!(refused.fields(), [field], "{refused}");
        app.get(&format!("/jobs/{name}")).await.problem(404, "JOB_NOT_FOUND");
    }
    app.post("/jobs", json!({})).await.problem(400, "MISSING_FIELD");
}

async fn a_run_that_cannot_be_is_refused_by_field() {
    let app = shared().await;
    let name = job(&app).await;
    let large = json!({"text": "x".repeat(64 << 10)});
    let id = uuid::Uuid::new_v4().to_string();
    for (field, value, status, code) in [
        ("run_id", json!("run-1"), 422, "INVALID_RUN"),
        ("parameters", json!([1]), 400, "INVALID_FIELD"),
        ("parameters", large, 422, "INVALID_RUN"),
        ("parameters", json!({"$serde_json::private::Number": "x"}), 422, "INVALID_RUN"),
        ("nominal_time", json!("2026-01-31T02:00:00"), 422, "INVALID_RUN"),
        ("nominal_time", json!("yesterday"), 422, "INVALID_RUN"),
        ("heartbeat_timeout_seconds", json!(0), 422, "INVALID_RUN"),
        ("heartbeat_timeout_seconds", json!(604_801), 422, "INVALID_RUN"),
        ("heartbeat_timeout_seconds", json!(-1), 400, "INVALID_FIELD"),
        ("parent.run_id", json!({"run_id": "p"}), 422, "INVALID_RUN"),
        (
            "parent.job.name",
            json!({"run_id": id, "job": {"namespace": "n", "name": ""}}),
            422,
            "INVALID_RUN",
        ),
        ("state", json!("COMPLETED"), 400, "UNKNOWN_FIELD"),
    ] {
        let asked = json!({field.split('.').next().expect("a field"): value});
        let refused = app.post(&format!("/jobs/{name}/runs"), asked).await;
        refused.problem(status, code);
        assert_eq!(refused.fields(), [field], "{refused}");
    }
    let listed = app.get(&format!("/jobs/{name}/runs")).await.is(200).json();
    assert_eq!(listed["items"], json!([]), "nothing was started");
}

async fn an_end_that_cannot_be_is_refused_by_field() {
    let app = shared().await;
    let path = run(&app, &job(&app).await).await;
    let before = app.get(&path).await.is(200).json();
    let large = json!({"text": "x".repeat(64 << 10)});
    let long = "x".repeat(16_385);
    for (verb, body, field, status) in [
        ("complete", json!({"metrics": large}), "metrics", 422),
        ("complete", json!({"message": long}), "message", 422),
        ("complete", json!({"outputs": ["", "t"]}), "outputs[0]", 422),
        ("complete", json!({"error": {}}), "error", 400),
        ("progress", json!({"metrics": 7}), "metrics", 400),
        ("progress", json!({"percentage": 100.1}), "percentage", 422),
        ("fail", json!({"error": {"message": long}}), "error.message", 422),
        ("fail", json!({}), "error", 400),
        ("abort", json!({"error": {"message": "x", "code": 7}}), "code", 400),
    ] {
        let refused = put(&app, &format!("{path}/{verb}"), body).await.is(status);
        assert_eq!(refused.fields(), [field], "{refused}");
    }
    assert_eq!(app.get(&path).await.is(200).json(), before, "nothing was changed");
}

async fn names_and_ids_in_a_path_are_checked() {
    let app = shared().await;
    let name = job(&app).await;
    let id = uuid::Uuid::new_v4();
    for (path, status, code) in [
        (format!("/jobs/{id}"), 404, "JOB_NOT_FOUND"),
        ("/jobs/a%20b".to_owned(), 422, "INVALID_NAME"),
        ("/jobs/%C3%A4".to_owned(), 422, "INVALID_NAME"),
        (format!("/jobs/{name}/runs/1"), 400, "INVALID_RUN_ID"),
        (format!("/jobs/{name}/runs/{id}"), 404, "RUN_NOT_FOUND"),
        (format!("/jobs/{name}/run"), 404, "ROUTE_NOT_FOUND"),
        (format!("/jobs/{name}?verbose=1"), 400, "UNKNOWN_PARAMETER"),
    ] {
        app.get(&path).await.problem(status, code);
    }
    for verb in ["complete", "fail", "abort", "progress"] {
        let body = if matches!(verb, "fail" | "abort") {
            json!({"error": {"message": "x"}})
        } else {
            json!({})
        };
        let nowhere = put(&app, &format!("/jobs/{name}/runs/{id}/{verb}"), body).await;
        nowhere.problem(404, "RUN_NOT_FOUND");
    }
    app.get(&format!("/jobs/{name}/runs/{id}/complete")).await.problem(405, "METHOD_NOT_ALLOWED");
}

async fn a_body_that_is_no_json_or_too_large_is_refused() {
    let app = shared().await;
    let name = job(&app).await;
    let path = run(&app, &name).await;
    let send_as = async |path: &str, method: Method, media: &str, body: Vec<u8>| {
        send(app.request(method, path).header("content-type", media).body(body)).await
    };
    for (path, method) in [
        ("/jobs".to_owned(), Method::POST),
        (format!("/jobs/{name}/runs"), Method::POST),
        (format!("{path}/progress"), Method::PUT),
        (format!("{path}/complete"), Method::PUT),
        (format!("{path}/fail"), Method::PUT),
    ] {
        let broken = send_as(&path, method.clone(), JSON, b"{".to_vec()).await;
        broken.problem(400, "INVALID_JSON");
        let other = send_as(&path, method.clone(), "text/plain", b"{}".to_vec()).await;
        other.problem(415, "UNSUPPORTED_MEDIA_TYPE");
        let mut large = vec![b' '; 10 << 20];
        large.extend(b"{}");
        // On the stack the front door refuses it, by what it says of its length.
        let large = send_as(&path, method, JSON, large).await.is(413);
        assert_eq!(large.json()["error_code"], "PAYLOAD_TOO_LARGE", "{large}");
    }
    assert_eq!(app.get(&path).await.is(200).json()["state"], "RUNNING");
}

async fn parameters_of_a_list_are_checked_by_name() {
    let app = shared().await;
    let name = job(&app).await;
    let runs = format!("/jobs/{name}/runs");
    for (path, named) in [
        (format!("{runs}?state=running"), "state"),
        (format!("{runs}?from=2026-01-31"), "from"),
        (format!("{runs}?to=2026-01-31T02:00:00"), "to"),
        (format!("{runs}?limit=0"), "limit"),
        ("/jobs?limit=1001".to_owned(), "limit"),
    ] {
        let refused = app.get(&path).await;
        refused.problem(400, "INVALID_PARAMETER");
        assert_eq!(refused.fields(), [named], "{refused}");
    }
    app.get("/jobs?status=RUNNING").await.problem(400, "UNKNOWN_PARAMETER");
    let none = app.get("/jobs?tag=").await;
    assert_eq!(none.problem(422, "INVALID_NAME")["items"], Value::Null);
}
