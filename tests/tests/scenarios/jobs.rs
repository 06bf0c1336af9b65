//! Jobs are defined, run, watched, ended.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::{App, shared, stack_variable};
use crate::harness::http::{Answer, JSON, send, unique};
use crate::harness::poll::until;
use crate::harness::scenario::Scenario;
use crate::harness::stack::aws;
use crate::harness::way::Way;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        a_job_is_defined_run_watched_and_completed,
        a_run_fails_and_the_job_says_so,
        a_run_ends_once_and_the_same_again_is_replayed,
        of_twins_that_end_a_run_one_wins,
        a_run_id_of_ones_own_makes_a_retry_the_same_run,
        a_key_starts_one_run_and_gives_one_answer,
        progress_never_falls_and_keeps_what_is_not_said,
        jobs_are_listed_by_tag_and_runs_by_state_and_time,
        pages_of_runs_have_no_gap_and_no_repeat,
        a_job_with_running_runs_stays_and_one_that_is_gone_leaves_its_history,
        a_run_knows_the_run_that_started_it,
        a_run_of_which_nothing_is_heard_is_aborted,
    ]
}

/// A job of this test's own.
pub(crate) async fn job(app: &App) -> String {
    let name = unique("job");
    app.post("/jobs", json!({"name": name})).await.is(201);
    name
}

/// A run of the job: its path.
pub(crate) async fn run(app: &App, job: &str) -> String {
    let answer = app.post(&format!("/jobs/{job}/runs"), json!({})).await.is(201);
    answer.header("location").expect("Location").to_owned()
}

/// The id of a run that is running, of a job of this test's own.
pub(crate) async fn run_id(app: &App) -> String {
    let path = run(app, &job(app).await).await;
    path.rsplit('/').next().expect("an id").to_owned()
}

pub(crate) async fn put(app: &App, path: &str, body: Value) -> Answer {
    app.put(path, JSON, body.to_string().into_bytes()).await
}

async fn a_job_is_defined_run_watched_and_completed() {
    let app = shared().await;
    let name = unique("daily");
    let asked = json!({
        "name": name, "type": "BATCH", "description": "loads flights", "owner": "data@example.org",
        "inputs": ["s3://landing/flights/", "weather"], "outputs": ["sales.flights"],
        "tags": ["nightly", "flights", "nightly"],
    });
    let made = app.post("/jobs", asked.clone()).await.is(201);
    assert_eq!(made.header("location"), Some(&*format!("/jobs/{name}")), "{made}");
    let document = made.json();
    assert_eq!(document["kind"], "job");
    assert_eq!(document["inputs"], json!(["s3://landing/flights/", "weather"]));
    assert_eq!(document["tags"], json!(["flights", "nightly"]), "each once, in order");
    assert_eq!((&document["status"], &document["latest_run_id"]), (&Value::Null, &Value::Null));
    app.post("/jobs", asked).await.problem(409, "JOB_EXISTS");

    let start = json!({
        "parameters": {"day": "2026-01-31", "share": 0.1000, "big": 12345678901234567890_u64},
        "nominal_time": "2026-01-31T02:00:00+01:00", "heartbeat_timeout_seconds": 120,
    });
    let started = app.post(&format!("/jobs/{name}/runs"), start.clone()).await.is(201);
    let run = started.json();
    let path = started.header("location").expect("Location").to_owned();
    assert_eq!(path, format!("/jobs/{name}/runs/{}", run["run_id"].as_str().expect("an id")));
    assert_eq!((&run["state"], &run["ended_at"]), (&json!("RUNNING"), &Value::Null));
    assert_eq!(run["parameters"], start["parameters"], "figures are exact");
    assert_eq!(run["nominal_time"], "2026-01-31T01:00:00Z");
    assert_eq!(app.get(&path).await.is(200).json(), run);
    let document = app.get(&format!("/jobs/{name}")).await.is(200).json();
    assert_eq!((&document["status"], &document["latest_run_id"]), (&run["state"], &run["run_id"]));

    let progress = json!({"percentage": 42.5, "message": "half", "metrics": {"rows": 7}});
    let told = put(&app, &format!("{path}/progress"), progress.clone()).await.is(200).json();
    assert_eq!((&told["progress"], &told["state"]), (&progress, &json!("RUNNING")));
    assert!(told["heard_at"].as_str() > run["heard_at"].as_str(), "{told}");

    let end = json!({"message": "done", "metrics": {"rows": 9}, "outputs": ["sales.flights"]});
    let ended = put(&app, &format!("{path}/complete"), end).await.is(200).json();
    assert_eq!(ended["state"], "COMPLETED");
    assert!(ended["ended_at"].as_str() >= ended["started_at"].as_str(), "{ended}");
    let progress = json!({"percentage": 42.5, "message": "done", "metrics": {"rows": 9}});
    assert_eq!((&ended["progress"], &ended["error"]), (&progress, &Value::Null));
    assert_eq!(app.get(&path).await.is(200).json(), ended);
    assert_eq!(app.get(&format!("/jobs/{name}")).await.is(200).json()["status"], "COMPLETED");
}

async fn a_run_fails_and_the_job_says_so() {
    let app = shared().await;
    let name = job(&app).await;
    for (verb, state) in [("fail", "FAILED"), ("abort", "ABORTED")] {
        let path = run(&app, &name).await;
        let why = json!({"error": {"message": format!("{verb}: the disk is full\nat line 7")}});
        let ended = put(&app, &format!("{path}/{verb}"), why.clone()).await.is(200).json();
        assert_eq!((&ended["state"], &ended["error"]), (&json!(state), &why["error"]));
        assert_eq!(app.get(&format!("/jobs/{name}")).await.is(200).json()["status"], state);
    }
}

async fn a_run_ends_once_and_the_same_again_is_replayed() {
    let app = shared().await;
    let path = run(&app, &job(&app).await).await;
    // No body is an empty one.
    let complete = app.request(Method::PUT, &format!("{path}/complete"));
    let first = send(complete).await.is(200);
    assert!(!first.replayed(), "{first}");
    let again = put(&app, &format!("{path}/complete"), json!({})).await.is(200);
    assert!(again.replayed(), "{again}");
    assert_eq!(again.json(), first.json());
    let why = json!({"error": {"message": "no"}});
    for (verb, body) in [
        ("complete", json!({"message": "otherwise"})),
        ("fail", why.clone()),
        ("abort", why),
        ("progress", json!({"percentage": 1})),
    ] {
        let refused = put(&app, &format!("{path}/{verb}"), body).await;
        let problem = refused.problem(409, "RUN_ENDED");
        let detail = problem["detail"].as_str().unwrap_or_default();
        let ended_at = first.json()["ended_at"].as_str().expect("a time").to_owned();
        assert!(detail.contains("COMPLETED") && detail.contains(&ended_at), "{refused}");
    }
    assert_eq!(app.get(&path).await.is(200).json(), first.json());
}

async fn of_twins_that_end_a_run_one_wins() {
    let app = shared().await;
    let name = job(&app).await;
    for _ in 0..5 {
        let path = run(&app, &name).await;
        let ends = ["complete", "fail", "abort", "complete", "fail", "abort"].map(|verb| {
            let (app, path) = (&app, format!("{path}/{verb}"));
            let why = json!({"error": {"message": "twin"}});
            async move { put(app, &path, if verb == "complete" { json!({}) } else { why }).await }
        });
        let answers = join_all(ends).await;
        let first = answers.iter().filter(|answer| answer.status == 200 && !answer.replayed());
        assert_eq!(first.count(), 1, "{answers:?}");
        let state = app.get(&path).await.is(200).json()["state"].clone();
        for answer in answers {
            match answer.status {
                200 => assert_eq!(answer.json()["state"], state),
                _ => drop(answer.problem(409, "RUN_ENDED")),
            }
        }
    }
}

async fn a_run_id_of_ones_own_makes_a_retry_the_same_run() {
    let app = shared().await;
    let (name, other) = (job(&app).await, job(&app).await);
    let id = uuid::Uuid::new_v4().to_string();
    let start = json!({"run_id": id, "parameters": {"b": 1, "a": 2.50}});
    let runs = format!("/jobs/{name}/runs");
    let twins = join_all((0..6).map(|_| app.post(&runs, start.clone()))).await;
    let first = twins.iter().filter(|twin| !twin.replayed()).count();
    assert_eq!(first, 1, "{twins:?}");
    for twin in twins {
        assert_eq!(twin.is(201).json()["run_id"], id);
    }
    let otherwise = json!({"run_id": id, "parameters": {"b": 1, "a": 2.51}});
    app.post(&runs, otherwise).await.problem(422, "RUN_DIFFERS");
    app.post(&format!("/jobs/{other}/runs"), start.clone()).await.problem(409, "RUN_EXISTS");
    let listed = app.get(&runs).await.is(200).json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
    app.get(&format!("/jobs/{other}/runs/{id}")).await.problem(404, "RUN_NOT_FOUND");
}

async fn a_key_starts_one_run_and_gives_one_answer() {
    let app = shared().await;
    let name = job(&app).await;
    let key = unique("key");
    let start = async |body: Value| {
        let request = app.request(Method::POST, &format!("/jobs/{name}/runs"));
        let request = request.header("content-type", JSON).header("idempotency-key", &key);
        send(request.body(body.to_string())).await
    };
    let twins = join_all((0..6).map(|_| start(json!({"parameters": {"n": 1}})))).await;
    let documents: Vec<Value> = twins.iter().map(Answer::json).collect();
    assert!(documents.iter().all(|document| *document == documents[0]), "{documents:?}");
    assert_eq!(twins.iter().filter(|twin| !twin.replayed()).count(), 1);
    start(json!({"parameters": {"n": 2}})).await.problem(422, "IDEMPOTENCY_KEY_REUSED");
    // The first answer, whatever became of the run.
    let path = twins[0].header("location").expect("Location");
    put(&app, &format!("{path}/complete"), json!({})).await.is(200);
    let replayed = start(json!({"parameters": {"n": 1}})).await.is(201);
    assert_eq!((replayed.json(), replayed.replayed()), (documents[0].clone(), true));
    let listed = app.get(&format!("/jobs/{name}/runs")).await.is(200).json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
}

async fn progress_never_falls_and_keeps_what_is_not_said() {
    let app = shared().await;
    let path = run(&app, &job(&app).await).await;
    let progress = format!("{path}/progress");
    put(&app, &progress, json!({"percentage": 50, "metrics": {"rows": 1}})).await.is(200);
    let told = put(&app, &progress, json!({"message": "second half"})).await.is(200).json();
    let expected = json!({"percentage": 50.0, "message": "second half", "metrics": {"rows": 1}});
    assert_eq!(told["progress"], expected);
    for (percentage, status) in
        [(json!(49.9), 422), (json!(101), 422), (json!(-1), 422), (json!("x"), 400)]
    {
        let refused = put(&app, &progress, json!({"percentage": percentage})).await.is(status);
        assert_eq!(refused.fields(), ["percentage"], "{refused}");
    }
    let heartbeat = send(app.request(Method::PUT, &progress)).await.is(200).json();
    assert_eq!(heartbeat["progress"], expected);
    assert!(heartbeat["heard_at"].as_str() > told["heard_at"].as_str(), "{heartbeat}");
}

async fn jobs_are_listed_by_tag_and_runs_by_state_and_time() {
    let app = shared().await;
    let tag = unique("tag ä");
    let mut names = Vec::new();
    for number in 0..3 {
        let name = unique(&format!("tagged{number}"));
        app.post("/jobs", json!({"name": name, "tags": [tag]})).await.is(201);
        names.insert(0, name);
    }
    let path = format!("/jobs?tag={}", urlencoded(&tag));
    let listed = app.get(&path).await.is(200).json();
    assert_eq!(texts(&listed, "name"), names, "the newest first");
    let all = app.get("/jobs?limit=1000").await.is(200).json();
    let all = texts(&all, "name");
    assert!(names.iter().all(|name| all.contains(name)), "{all:?}");

    let name = &names[0];
    let mut runs = Vec::new();
    for _ in 0..3 {
        let path = run(&app, name).await;
        runs.insert(0, app.get(&path).await.is(200).json());
    }
    let id = |run: &Value| run["run_id"].as_str().expect("an id").to_owned();
    put(&app, &format!("/jobs/{name}/runs/{}/complete", id(&runs[1])), json!({})).await.is(200);
    let list = async |query: &str| {
        let answer = app.get(&format!("/jobs/{name}/runs?{query}")).await.is(200).json();
        texts(&answer, "run_id")
    };
    assert_eq!(list("").await, [id(&runs[0]), id(&runs[1]), id(&runs[2])]);
    assert_eq!(list("state=COMPLETED").await, [id(&runs[1])]);
    assert_eq!(list("state=RUNNING").await, [id(&runs[0]), id(&runs[2])]);
    assert_eq!(list("state=FAILED").await, [""; 0]);
    let at = runs[1]["started_at"].as_str().expect("a time");
    assert_eq!(list(&format!("from={at}")).await, [id(&runs[0]), id(&runs[1])]);
    assert_eq!(list(&format!("to={at}")).await, [id(&runs[1]), id(&runs[2])]);
    assert_eq!(list(&format!("from={at}&to={at}")).await, [id(&runs[1])]);
    let listed = app.get(&format!("/jobs?tag={}", urlencoded(&tag))).await.is(200).json();
    assert_eq!(listed["items"][0]["status"], "RUNNING", "of its newest run: {listed}");
}

fn urlencoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn texts(page: &Value, field: &str) -> Vec<String> {
    let items = page["items"].as_array().unwrap_or_else(|| panic!("{page}"));
    items.iter().map(|item| item[field].as_str().expect("text").to_owned()).collect()
}

async fn pages_of_runs_have_no_gap_and_no_repeat() {
    let app = shared().await;
    let name = job(&app).await;
    let started = join_all((0..23).map(|_| run(&app, &name))).await;
    let (mut seen, mut path) = (Vec::new(), format!("/jobs/{name}/runs?limit=5"));
    loop {
        let page = app.get(&path).await.is(200).json();
        seen.extend(texts(&page, "run_id"));
        // One that comes meanwhile is newer than all that are still to be seen.
        run(&app, &name).await;
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/jobs/{name}/runs?limit=5&cursor={cursor}");
    }
    let mut expected: Vec<String> =
        started.iter().map(|path| path.rsplit('/').next().expect("an id").to_owned()).collect();
    assert_eq!(seen.len(), expected.len());
    expected.sort();
    seen.sort();
    assert_eq!(seen, expected);
    // A cursor is of its list.
    let page = app.get(&format!("/jobs/{name}/runs?limit=1")).await.is(200).json();
    let cursor = page["next_cursor"].as_str().expect("more");
    let other = job(&app).await;
    for path in [
        format!("/jobs/{other}/runs?cursor={cursor}"),
        format!("/jobs/{name}/runs?state=RUNNING&cursor={cursor}"),
        format!("/jobs?cursor={cursor}"),
        "/jobs?cursor=nonsense%00".to_owned(),
        // `jobs `, a line's end, and nothing; and what is no place in the list.
        "/jobs?cursor=am9icyAK".to_owned(),
        "/jobs?cursor=am9icyAKeHl6".to_owned(),
    ] {
        app.get(&path).await.problem(400, "INVALID_CURSOR");
    }
}

async fn a_job_with_running_runs_stays_and_one_that_is_gone_leaves_its_history() {
    let app = shared().await;
    let name = job(&app).await;
    let path = run(&app, &name).await;
    let refused = app.delete(&format!("/jobs/{name}")).await;
    refused.problem(409, "JOB_RUNNING");
    let ended = put(&app, &format!("{path}/complete"), json!({})).await.is(200).json();
    app.delete(&format!("/jobs/{name}")).await.is(204);
    app.delete(&format!("/jobs/{name}")).await.problem(404, "JOB_NOT_FOUND");
    app.get(&format!("/jobs/{name}")).await.problem(404, "JOB_NOT_FOUND");
    app.get(&format!("/jobs/{name}/runs")).await.problem(404, "JOB_NOT_FOUND");
    app.post(&format!("/jobs/{name}/runs"), json!({})).await.problem(404, "JOB_NOT_FOUND");
    assert_eq!(app.get(&path).await.is(200).json(), ended, "its history is kept");
    app.post("/jobs", json!({"name": name})).await.is(201);
    let listed = app.get(&format!("/jobs/{name}/runs")).await.is(200).json();
    assert_eq!(listed["items"], json!([]), "a namesake begins anew");
    assert_eq!(app.get(&path).await.is(200).json(), ended);
}

async fn a_run_knows_the_run_that_started_it() {
    let app = shared().await;
    let name = job(&app).await;
    let path = run(&app, &name).await;
    let parent = path.rsplit('/').next().expect("an id");
    let runs = format!("/jobs/{name}/runs");
    let child = app.post(&runs, json!({"parent": {"run_id": parent}})).await.is(201).json();
    assert_eq!(child["parent"], json!({"run_id": parent, "job": null}));
    let nobody = uuid::Uuid::new_v4().to_string();
    let orphan = app.post(&runs, json!({"parent": {"run_id": nobody}})).await;
    orphan.problem(422, "PARENT_NOT_FOUND");
    assert_eq!(orphan.fields(), ["parent.run_id"]);
    let foreign = json!({"run_id": nobody, "job": {"namespace": "airflow", "name": "dag.task"}});
    let child = app.post(&runs, json!({"parent": foreign})).await.is(201).json();
    assert_eq!(child["parent"]["job"], foreign["job"]);
}

async fn a_run_of_which_nothing_is_heard_is_aborted() {
    let app = shared().await;
    let name = job(&app).await;
    let start = async |seconds: u32| {
        let body = json!({"heartbeat_timeout_seconds": seconds});
        let answer = app.post(&format!("/jobs/{name}/runs"), body).await.is(201);
        answer.header("location").expect("Location").to_owned()
    };
    let (silent, patient) = (start(1).await, start(600).await);
    let aborted = until("the silent run is aborted", Duration::from_secs(60), async || {
        sweep().await;
        let run = app.get(&silent).await.is(200).json();
        (run["state"] != "RUNNING").then_some(run)
    });
    let aborted = aborted.await;
    assert_eq!(aborted["state"], "ABORTED");
    let why = aborted["error"]["message"].as_str().unwrap_or_default();
    assert!(why.contains("heartbeat"), "{aborted}");
    assert_eq!(app.get(&patient).await.is(200).json()["state"], "RUNNING");
    put(&app, &format!("{silent}/complete"), json!({})).await.problem(409, "RUN_ENDED");
}

/// A server sweeps by itself; on the local AWS the schedule would, each minute.
async fn sweep() {
    if Way::current() != Way::Stack {
        return;
    }
    let api = App::at(stack_variable("EIDER_STACK_AWS_ENDPOINT"));
    let worker = stack_variable("EIDER_STACK_WORKER_FUNCTION");
    let path = format!("/2015-03-31/functions/{worker}/invocations");
    let swept = aws(&api, Method::POST, &path, r#"{"task": "sweep"}"#).await;
    assert_eq!(swept["whole"], true, "{swept}");
}
