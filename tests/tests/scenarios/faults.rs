//! A dependency that is down is a 503 that says so; when it is back, so is Eider (invariant 9).

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::App;
use crate::harness::http::{ARROW, Answer, path_of, send, unique};
use crate::harness::lake::Lake;
use crate::harness::poll::until;
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::services::Services;
use crate::harness::way::{Way, counts};

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only &[Way::Services], "PostgreSQL and MinIO are ours to stop there";
        a_catalog_that_stops_is_503_and_works_again_when_it_starts,
        a_catalog_that_crashes_is_503_and_works_again_when_it_starts,
        a_storage_that_stops_is_503_and_works_again_when_it_starts,
        a_server_starts_while_its_dependencies_are_down,
        a_catalog_that_stops_and_crashes_under_load_loses_nothing_acknowledged,
        a_storage_that_stops_and_crashes_under_load_loses_nothing_acknowledged,
    ]
}

/// How long an outage may be noticed, or its end.
const SOON: Duration = Duration::from_secs(60);

async fn filled(services: &Services) -> (App, String) {
    let app = Lake::on(services).await.serve(&[]).await;
    let name = unique("fault");
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 1_000)])).await.is(200);
    (app, name)
}

async fn append(app: &App, name: &str) -> Answer {
    app.put(&path_of(name), ARROW, arrow_of(&[numbered(0, 1_000)])).await
}

async fn count(app: &App, name: &str) -> Answer {
    app.post("/query", json!({"sql": format!("SELECT count(DISTINCT name) AS n FROM {name}")}))
        .await
}

pub(crate) fn assert_unavailable(answer: &Answer) {
    assert_eq!(answer.status, 503, "{answer}");
    assert!(answer.header("retry-after").is_some(), "no Retry-After: {answer}");
    assert_eq!(answer.json()["retryable"], true, "{answer}");
    let text = answer.text();
    for internal in ["INSERT INTO", "ducklake_", "password", "s3://"] {
        assert!(!text.contains(internal), "the answer shows {internal}: {answer}");
    }
}

/// Health names it, and is 503 with it.
pub(crate) async fn assert_unhealthy(app: &App, dependency: &str) {
    let health = until("health sees the outage", SOON, async || {
        health(app).await.filter(|health| health["dependencies"][dependency]["status"] == "down")
    });
    let health = health.await;
    assert_eq!(health["status"], "down", "{health}");
    let detail = health["dependencies"][dependency]["detail"].as_str().unwrap_or_default();
    assert!(!detail.is_empty(), "{health}");
}

/// The health document while something is down: 503, but no problem.
async fn health(app: &App) -> Option<Value> {
    let response = app.request(reqwest::Method::GET, "/health").send().await.ok()?;
    let status = response.status();
    let says_when = response.headers().contains_key("retry-after");
    let health: Value = serde_json::from_slice(&response.bytes().await.ok()?).ok()?;
    let down = health["status"] == "down";
    assert_eq!(status == 503, down, "{status} {health}");
    assert_eq!(says_when, down, "Retry-After is for what is down: {health}");
    Some(health)
}

async fn outage_of_the_catalog(crash: bool) {
    let services = Services::own().await;
    let (app, name) = filled(&services).await;
    for turn in 1..=counts(2, 10) {
        if crash {
            services.kill("postgres").await
        } else {
            services.stop("postgres").await
        }
        for answer in
            [app.get("/tables").await, append(&app, &name).await, count(&app, &name).await]
        {
            assert_unavailable(&answer);
        }
        assert_unhealthy(&app, "catalog").await;
        services.start("postgres").await;
        until("an append after the outage", SOON, async || {
            let answer = append(&app, &name).await;
            assert!([200, 503].contains(&answer.status), "{answer}");
            (answer.status == 200).then_some(())
        })
        .await;
        let read = until("a read after the outage", SOON, async || {
            let answer = count(&app, &name).await;
            assert!([200, 503].contains(&answer.status), "{answer}");
            (answer.status == 200).then(|| answer.json())
        });
        assert_eq!(read.await["rows"], json!([{"n": 1_000}]));
        assert_eq!(
            app.table(&name).await["row_count"],
            1_000 * (turn + 1),
            "refused writes left rows"
        );
        assert_eq!(health(&app).await.expect("health")["status"], "up");
    }
}

async fn a_catalog_that_stops_is_503_and_works_again_when_it_starts() {
    outage_of_the_catalog(false).await;
}

async fn a_catalog_that_crashes_is_503_and_works_again_when_it_starts() {
    outage_of_the_catalog(true).await;
}

async fn a_storage_that_stops_is_503_and_works_again_when_it_starts() {
    let services = Services::own().await;
    let (app, name) = filled(&services).await;
    for turn in 1..=counts(2, 10) {
        if turn % 2 == 0 {
            services.kill("minio").await
        } else {
            services.stop("minio").await
        }
        assert_unavailable(&append(&app, &name).await);
        assert_unhealthy(&app, "storage").await;
        // What the catalog knows needs no storage.
        assert_eq!(app.table(&name).await["row_count"], 1_000 * turn, "a refused write left rows");
        let fresh = app.lake().serve(&[]).await;
        assert_unavailable(&count(&fresh, &name).await);
        services.start("minio").await;
        until("an append after the outage", SOON, async || {
            let answer = append(&app, &name).await;
            assert!([200, 503].contains(&answer.status), "{answer}");
            (answer.status == 200).then_some(())
        })
        .await;
        assert_eq!(count(&app, &name).await.is(200).json()["rows"], json!([{"n": 1_000}]));
        assert_eq!(count(&fresh, &name).await.is(200).json()["rows"], json!([{"n": 1_000}]));
        assert_eq!(app.table(&name).await["row_count"], 1_000 * (turn + 1));
    }
}

async fn a_server_starts_while_its_dependencies_are_down() {
    let services = Services::own().await;
    let (app, name) = filled(&services).await;
    let lake = app.lake().clone();
    drop(app);
    services.stop("postgres").await;
    services.stop("minio").await;
    let app = lake.serve(&[]).await;
    assert_unhealthy(&app, "catalog").await;
    assert_unavailable(&app.get("/tables").await);
    app.get("/").await.is(200);
    services.start("postgres").await;
    services.start("minio").await;
    until("the table after the outage", SOON, async || {
        let answer = count(&app, &name).await;
        (answer.status == 200).then_some(())
    })
    .await;
}

/// What a load has done so far.
#[derive(Default)]
struct Load {
    acknowledged: AtomicU64,
    refused: AtomicU64,
    is_over: AtomicBool,
}

/// Appends twenty rows at a time, which are more than the catalog takes itself, each under a key of its own, which is sent again until it is acknowledged.
async fn append_on(app: &App, name: &str, writer: i64, load: &Load) {
    for turn in 0.. {
        if load.is_over.load(Relaxed) {
            return;
        }
        loop {
            let request = app.request(Method::PUT, &path_of(name));
            let request = request.header("content-type", ARROW);
            let request = request.header("idempotency-key", format!("{writer} {turn}"));
            let answer = send(request.body(arrow_of(&[numbered(turn * 20, 20)]))).await;
            match answer.status {
                200 => break,
                503 => load.refused.fetch_add(1, Relaxed),
                _ => panic!("{answer}"),
            };
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        load.acknowledged.fetch_add(1, Relaxed);
    }
}

/// Counts: what is acknowledged when it asks is there, no append in part, and none goes away.
async fn count_on(app: &App, name: &str, load: &Load) {
    let mut last = 0;
    while !load.is_over.load(Relaxed) {
        let least = load.acknowledged.load(Relaxed);
        let body = json!({"sql": format!("SELECT count(*) AS n, sum(id) AS s FROM {name}")});
        let answer = app.post("/query", body).await;
        if answer.status == 503 {
            load.refused.fetch_add(1, Relaxed);
            continue;
        }
        let rows = answer.is(200).json()["rows"][0]["n"].as_u64().expect("a number");
        assert!(
            rows % 20 == 0 && rows >= last && rows / 20 >= least,
            "{rows} after {last}, {least}"
        );
        last = rows;
    }
}

async fn outage_under_load(dependency: &str, crash: bool) {
    let services = Services::own().await;
    let (app, _) = filled(&services).await;
    let (name, load) = (unique("loaded"), Load::default());
    app.create(&name, numbered_columns()).await;
    let writers = join_all((0..4).map(|writer| append_on(&app, &name, writer, &load)));
    let readers = join_all((0..2).map(|_| count_on(&app, &name, &load)));
    let outages = async {
        for _ in 0..counts(2, 10) {
            let (before, refused) = (load.acknowledged.load(Relaxed), load.refused.load(Relaxed));
            let went_on = async || (load.acknowledged.load(Relaxed) > before + 8).then_some(());
            until("the load goes on", SOON, went_on).await;
            if crash {
                services.kill(dependency).await
            } else {
                services.stop(dependency).await
            }
            let is_felt = async || (load.refused.load(Relaxed) > refused + 4).then_some(());
            until("the outage is felt", SOON, is_felt).await;
            services.start(dependency).await;
        }
        let before = load.acknowledged.load(Relaxed);
        let went_on = async || (load.acknowledged.load(Relaxed) > before + 8).then_some(());
        until("the load goes on", SOON, went_on).await;
        load.is_over.store(true, Relaxed);
    };
    tokio::join!(writers, readers, outages);
    let acknowledged = load.acknowledged.load(Relaxed);
    assert_eq!(app.table(&name).await["row_count"], acknowledged * 20, "each once");
}

async fn a_catalog_that_stops_and_crashes_under_load_loses_nothing_acknowledged() {
    outage_under_load("postgres", false).await;
    outage_under_load("postgres", true).await;
}

async fn a_storage_that_stops_and_crashes_under_load_loses_nothing_acknowledged() {
    outage_under_load("minio", false).await;
    outage_under_load("minio", true).await;
}
