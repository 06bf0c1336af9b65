//! The state store goes, or the server amid changes of runs: what was acknowledged is there, once.

use std::sync::Mutex;
use std::time::Duration;

use futures::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};

use super::faults::{assert_unavailable, assert_unhealthy};
use super::jobs::{job, put, run};
use crate::harness::app::App;
use crate::harness::http::{Answer, JSON, send, try_send, unique};
use crate::harness::lake::Lake;
use crate::harness::poll::until;
use crate::harness::rows::numbered_columns;
use crate::harness::scenario::Scenario;
use crate::harness::services::Services;
use crate::harness::way::{SERVERS, Way, counts};

pub(crate) fn all() -> Vec<Scenario> {
    let mut all = scenarios![only &[Way::Services], "DynamoDB Local is ours to stop there";
        a_state_store_that_stops_or_crashes_is_503_and_works_again_when_it_starts,
    ];
    all.extend(scenarios![only SERVERS, "the server's process is ours to kill";
        a_server_killed_amid_changes_of_runs_loses_and_repeats_nothing,
    ]);
    all
}

/// How long an outage may be noticed, or its end.
const SOON: Duration = Duration::from_secs(60);

async fn a_state_store_that_stops_or_crashes_is_503_and_works_again_when_it_starts() {
    let services = Services::own().await;
    let app = Lake::on(&services).await.serve(&[]).await;
    let (name, table) = (job(&app).await, unique("state_fault"));
    app.create(&table, numbered_columns()).await;
    let path = run(&app, &name).await;
    let id = path.rsplit('/').next().expect("an id");
    let tagged = async || {
        let request = app.request(Method::POST, "/query").header("content-type", JSON);
        let sql = json!({"sql": format!("SELECT count(*) FROM {table}")}).to_string();
        send(request.header("x-run-id", id).body(sql)).await
    };
    for crash in [false, true] {
        if crash {
            services.kill("dynamodb").await;
        } else {
            services.stop("dynamodb").await;
        }
        assert_unhealthy(&app, "state").await;
        for answer in [
            app.get(&path).await,
            app.get(&format!("/jobs/{name}")).await,
            app.post(&format!("/jobs/{name}/runs"), json!({})).await,
            put(&app, &format!("{path}/progress"), json!({"percentage": 50})).await,
            put(&app, &format!("{path}/complete"), json!({})).await,
            tagged().await,
        ] {
            assert_unavailable(&answer);
        }
        // What is of no run needs no state.
        app.post("/query", json!({"sql": format!("SELECT count(*) FROM {table}")})).await.is(200);
        services.start("dynamodb").await;
        let back = until("the state is back", SOON, async || {
            let answer = app.get(&path).await;
            (answer.status == 200).then(|| answer.json())
        });
        assert_eq!(back.await["state"], "RUNNING", "nothing was changed meanwhile");
        tagged().await.is(200);
        put(&app, &format!("{path}/progress"), json!({"message": "on"})).await.is(200);
    }
    let tables = app.get(&format!("{path}/tables")).await.is(200).json();
    assert_eq!(tables["items"][0]["name"], table, "{tables}");
}

/// What a client does with a run: started under an id of its own, then told to go on, then to end.
const STEPS: [(&str, &str); 3] =
    [("start", "RUNNING"), ("progress", "RUNNING"), ("complete", "COMPLETED")];

async fn step(app: &App, job: &str, id: &str, step: &str) -> Result<Answer, String> {
    let runs = format!("/jobs/{job}/runs");
    let (method, path, body) = match step {
        "start" => (Method::POST, runs, json!({"run_id": id})),
        "progress" => (Method::PUT, format!("{runs}/{id}/progress"), json!({"percentage": 50})),
        _ => (Method::PUT, format!("{runs}/{id}/complete"), json!({"message": "done"})),
    };
    let request = app.request(method, &path).header("content-type", JSON);
    try_send(request.header("idempotency-key", format!("{step}-{id}")).body(body.to_string())).await
}

async fn a_server_killed_amid_changes_of_runs_loses_and_repeats_nothing() {
    const RUNS: usize = 24;
    let lake = Lake::new().await;
    let job = job(&lake.serve(&[]).await).await;
    for turn in 0..counts(5, 100) {
        let ids: Vec<String> = (0..RUNS).map(|_| uuid::Uuid::now_v7().to_string()).collect();
        let acknowledged = changes_until_killed(&lake.serve(&[]).await, &job, &ids, turn).await;
        let app = lake.serve(&[]).await;
        check(&app, &job, &ids, &acknowledged).await;
        // All of it again, under the same keys: each change once.
        for id in &ids {
            for (name, _) in STEPS {
                let answer = step(&app, &job, id, name).await.expect("an answer");
                assert!((200..300).contains(&answer.status), "{answer}");
                let known = acknowledged.contains(&(id.clone(), name));
                assert!(answer.replayed() || !known, "{name} was acknowledged, then done again");
            }
        }
        let path = format!("/jobs/{job}/runs?state=COMPLETED&limit=1000");
        let listed = app.get(&path).await.is(200).json();
        let listed = listed["items"].as_array().expect("items");
        let ours = |run: &&Value| ids.iter().any(|id| run["run_id"] == *id);
        assert_eq!(listed.iter().filter(ours).count(), RUNS, "each is listed once");
        println!("killed after {} changes of runs were acknowledged", acknowledged.len());
    }
}

type Change = (String, &'static str);

/// Clients take their runs through; the server is killed once some of it is done. What was acknowledged?
async fn changes_until_killed(app: &App, job: &str, ids: &[String], turn: usize) -> Vec<Change> {
    let acknowledged: Mutex<Vec<Change>> = Mutex::new(Vec::new());
    let changing = futures::stream::iter(ids).for_each_concurrent(16, async |id| {
        for (name, _) in STEPS {
            let answer = step(app, job, id, name).await;
            if !answer.is_ok_and(|answer| (200..300).contains(&answer.status)) {
                return;
            }
            acknowledged.lock().expect("the list").push((id.clone(), name));
        }
    });
    let killing = async {
        let enough = 1 + turn * 11 % 60;
        while acknowledged.lock().expect("the list").len() < enough {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        app.server().signal("KILL");
    };
    futures::future::join(changing, killing).await;
    acknowledged.into_inner().expect("the list")
}

/// What was acknowledged is there, and all of a run agrees with itself.
async fn check(app: &App, job: &str, ids: &[String], acknowledged: &[Change]) {
    for id in ids {
        let last = STEPS.iter().rev().find(|(name, _)| acknowledged.contains(&(id.clone(), name)));
        let answer = app.get(&format!("/jobs/{job}/runs/{id}")).await;
        let Some((name, state)) = last else {
            assert!([200, 404].contains(&answer.status), "{answer}");
            continue;
        };
        let run = answer.is(200).json();
        // One more may have been made and not been heard of.
        assert!(run["state"] == *state || run["state"] == "COMPLETED", "{name}: {run}");
        if *name == "progress" {
            assert_eq!(run["progress"]["percentage"], 50.0, "{run}");
        }
    }
}
