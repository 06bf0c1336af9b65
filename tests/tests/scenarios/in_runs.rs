//! Requests that belong to a run: what they read and write is recorded there.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::jobs::{job, put, run};
use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, Answer, JSON, path_of, send, unique};
use crate::harness::poll::until;
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::way::Way;

pub(crate) fn all() -> Vec<Scenario> {
    let mut all = scenarios![
        a_run_knows_what_it_read_and_what_it_wrote,
        a_run_knows_the_tables_under_a_view_and_the_past_it_read,
        nothing_is_done_in_a_run_that_is_not_running,
        a_write_of_a_run_that_has_ended_is_replayed_all_the_same,
        what_a_run_says_of_itself_stands_beside_what_was_seen,
        requests_are_the_heartbeat_of_their_run,
    ];
    all.extend(
        scenarios![only &[Way::Services], "embedded has one process, and a function is one";
            a_query_in_a_process_of_its_own_is_recorded_too,
        ],
    );
    all
}

/// The id at the end of a run's path.
fn id_of(run: &str) -> &str {
    run.rsplit('/').next().expect("an id")
}

fn within(app: &App, run: &str, method: Method, path: &str) -> RequestBuilder {
    app.request(method, path).header("x-run-id", id_of(run))
}

async fn query(app: &App, run: &str, path: &str, body: Value) -> Answer {
    let request = within(app, run, Method::POST, path).header("content-type", JSON);
    send(request.body(body.to_string())).await
}

async fn append(app: &App, run: &str, table: &str, rows: usize) -> Answer {
    let request = within(app, run, Method::PUT, &path_of(table)).header("content-type", ARROW);
    send(request.body(arrow_of(&[numbered(0, rows)]))).await
}

/// `…/tables` or `…/datasets` of a run: name, direction, snapshot, rows.
async fn listed(
    app: &App,
    run: &str,
    what: &str,
) -> Vec<(String, String, Option<u64>, Option<u64>)> {
    let page = app.get(&format!("{run}/{what}")).await.is(200).json();
    let items = page["items"].as_array().unwrap_or_else(|| panic!("{page}"));
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let item = |item: &Value| {
        let (snapshot, rows) = (item["snapshot"].as_u64(), item["row_count"].as_u64());
        (text(&item["name"]), text(&item["direction"]), snapshot, rows)
    };
    items.iter().map(item).collect()
}

fn input(name: &str, snapshot: u64) -> (String, String, Option<u64>, Option<u64>) {
    (name.to_owned(), "input".to_owned(), Some(snapshot), None)
}

fn output(name: &str, snapshot: u64, rows: u64) -> (String, String, Option<u64>, Option<u64>) {
    (name.to_owned(), "output".to_owned(), Some(snapshot), Some(rows))
}

async fn a_run_knows_what_it_read_and_what_it_wrote() {
    let app = shared().await;
    let [source, other, made, target] = ["run_a", "run_b", "run_c", "run_d"].map(unique);
    for name in [&source, &other, &target] {
        app.create(name, numbered_columns()).await;
    }
    app.put(&path_of(&source), ARROW, arrow_of(&[numbered(0, 3_000)])).await.is(200);
    let run = run(&app, &job(&app).await).await;
    let snapshot = |answer: &Answer| answer.json()["snapshot"].as_u64().expect("a snapshot");

    let sql = format!("SELECT count(*) AS n FROM {source} JOIN {other} USING (id)");
    let read = query(&app, &run, "/query", json!({"sql": sql})).await.is(200);
    let before = snapshot(&read);
    let first = append(&app, &run, &target, 5).await.is(200);
    assert_eq!(first.json()["run_id"], id_of(&run), "{first}");
    let second = append(&app, &run, &target, 2_000).await.is(200);
    let create = json!({"name": made, "as": format!("SELECT id FROM {source} WHERE id < 10")});
    let create = query(&app, &run, "/tables", create).await.is(201);
    // Of no rows nothing was written.
    append(&app, &run, &other, 0).await.is(200);
    let path = format!("{}/query", path_of(&source));
    let this = query(&app, &run, &path, json!({"sql": "FROM this"})).await.is(200);
    let last = snapshot(&this);
    let data = within(&app, &run, Method::GET, &format!("{}/data?limit=3", path_of(&source)));
    send(data).await.is(200);
    // Of no run.
    app.rows(&format!("FROM {target} LIMIT 1")).await;

    let found = listed(&app, &run, "tables").await;
    // Others may commit meanwhile, so what is newest now is not known better than that.
    let (newest, found_last) = (found[0].2.expect("a snapshot"), found[1].2.expect("a snapshot"));
    assert!(newest >= last && found_last == before, "{found:?}");
    let expected = [
        input(&source, newest),
        input(&other, before),
        output(&made, snapshot(&create), 10),
        output(&target, snapshot(&second), 2_005),
    ];
    assert_eq!(found, expected);
    assert_eq!(listed(&app, &run, "datasets").await, expected);
    let page = app.get(&format!("{run}/tables?limit=3")).await.is(200).json();
    let cursor = page["next_cursor"].as_str().expect("more");
    let rest = app.get(&format!("{run}/tables?limit=3&cursor={cursor}")).await.is(200).json();
    assert_eq!(rest["items"][0]["write_count"], 2, "{rest}");
    assert_eq!(
        (rest["items"].as_array().map(Vec::len), &rest["next_cursor"]),
        (Some(1), &Value::Null)
    );
}

async fn a_run_knows_the_tables_under_a_view_and_the_past_it_read() {
    let app = shared().await;
    let [table, view] = ["run_t", "run_v"].map(unique);
    let created = app.create(&table, numbered_columns()).await["snapshot"].as_u64().expect("one");
    app.put(&path_of(&table), ARROW, arrow_of(&[numbered(0, 10)])).await.is(200);
    let sql = format!("SELECT id FROM {table}");
    app.post("/tables", json!({"name": view, "as": sql, "view": true})).await.is(201);
    let job = job(&app).await;

    let past = run(&app, &job).await;
    let sql = format!("FROM {table}");
    let answer =
        query(&app, &past, "/query", json!({"sql": sql, "snapshot": created})).await.is(200);
    assert_eq!(answer.json()["row_count"], 0);
    assert_eq!(listed(&app, &past, "tables").await, [input(&table, created)]);

    let of_view = run(&app, &job).await;
    let data = within(&app, &of_view, Method::GET, &format!("{}/data", path_of(&view)));
    send(data).await.is(200);
    let names: Vec<String> =
        listed(&app, &of_view, "tables").await.into_iter().map(|t| t.0).collect();
    assert!(names.contains(&table), "{names:?}");

    let changes = run(&app, &job).await;
    let path = format!("{}/changes?from={created}", path_of(&table));
    send(within(&app, &changes, Method::GET, &path)).await.is(200);
    let names: Vec<String> =
        listed(&app, &changes, "tables").await.into_iter().map(|t| t.0).collect();
    assert_eq!(names, [table]);
}

async fn nothing_is_done_in_a_run_that_is_not_running() {
    let app = shared().await;
    let table = unique("run_none");
    app.create(&table, numbered_columns()).await;
    let ended = run(&app, &job(&app).await).await;
    put(&app, &format!("{ended}/complete"), json!({})).await.is(200);
    let nobody = format!("/{}", uuid::Uuid::new_v4());
    for (run, status, code) in [(&ended, 409, "RUN_ENDED"), (&nobody, 404, "RUN_NOT_FOUND")] {
        let sql = json!({"sql": "SELECT 42"});
        query(&app, run, "/query", sql.clone()).await.problem(status, code);
        query(&app, run, &format!("{}/query", path_of(&table)), sql).await.problem(status, code);
        for path in ["data", "changes?from=0"] {
            let path = format!("{}/{path}", path_of(&table));
            send(within(&app, run, Method::GET, &path)).await.problem(status, code);
        }
        append(&app, run, &table, 3).await.problem(status, code);
        let made = unique("run_not_made");
        for body in [json!({"columns": numbered_columns()}), json!({"as": "SELECT 1 AS a"})] {
            let mut create = body;
            create["name"] = json!(made);
            query(&app, run, "/tables", create).await.problem(status, code);
        }
        app.get(&path_of(&made)).await.problem(404, "TABLE_NOT_FOUND");
        let patch = within(&app, run, Method::PATCH, &path_of(&table)).header("content-type", JSON);
        send(patch.body(json!({"comment": "x"}).to_string())).await.problem(status, code);
        send(within(&app, run, Method::DELETE, &path_of(&table))).await.problem(status, code);
    }
    let odd = app.request(Method::GET, &format!("{}/data", path_of(&table)));
    send(odd.header("x-run-id", "run-1")).await.problem(400, "INVALID_RUN_ID");
    let now = app.table(&table).await;
    assert_eq!((&now["row_count"], &now["comment"]), (&json!(0), &Value::Null));
    assert_eq!(listed(&app, &ended, "tables").await, []);
}

async fn a_write_of_a_run_that_has_ended_is_replayed_all_the_same() {
    let app = shared().await;
    let table = unique("run_replay");
    app.create(&table, numbered_columns()).await;
    let run = run(&app, &job(&app).await).await;
    let key = unique("key");
    let append = async || {
        let request =
            within(&app, &run, Method::PUT, &path_of(&table)).header("content-type", ARROW);
        send(request.header("idempotency-key", &key).body(arrow_of(&[numbered(0, 7)]))).await
    };
    let first = append().await.is(200);
    put(&app, &format!("{run}/complete"), json!({})).await.is(200);
    let again = append().await.is(200);
    assert!(again.replayed(), "{again}");
    assert_eq!(again.json(), first.json());
    assert_eq!(app.table(&table).await["row_count"], 7);
}

async fn what_a_run_says_of_itself_stands_beside_what_was_seen() {
    let app = shared().await;
    let table = unique("run_said");
    app.create(&table, numbered_columns()).await;
    let run = run(&app, &job(&app).await).await;
    let wrote =
        append(&app, &run, &table, 4).await.is(200).json()["snapshot"].as_u64().expect("one");
    let said = json!({"inputs": ["s3://landing/a.parquet"], "outputs": [table, "elsewhere.t"]});
    put(&app, &format!("{run}/complete"), said).await.is(200);
    let elsewhere = ("elsewhere.t".to_owned(), "output".to_owned(), None, None);
    let object = ("s3://landing/a.parquet".to_owned(), "input".to_owned(), None, None);
    let tables = vec![elsewhere, output(&table, wrote, 4)];
    assert_eq!(listed(&app, &run, "tables").await, tables);
    assert_eq!(listed(&app, &run, "datasets").await, [vec![object], tables].concat());
}

async fn requests_are_the_heartbeat_of_their_run() {
    let app = shared().await;
    let job = job(&app).await;
    let start = json!({"heartbeat_timeout_seconds": 1});
    let answer = app.post(&format!("/jobs/{job}/runs"), start).await.is(201);
    let path = answer.header("location").expect("Location").to_owned();
    // The first request after a tenth of the timeout is heard.
    let heard = until("it is heard", Duration::from_secs(20), async || {
        query(&app, &path, "/query", json!({"sql": "SELECT 1"})).await;
        let run = app.get(&path).await.is(200).json();
        (run["heard_at"] != run["started_at"]).then_some(run)
    });
    let heard = heard.await;
    assert!(heard["heard_at"].as_str() > heard["started_at"].as_str(), "{heard}");
}

async fn a_query_in_a_process_of_its_own_is_recorded_too() {
    let app = App::own(&[("EIDER_QUERY_ISOLATION", "process")]).await;
    let [source, made] = ["run_p", "run_q"].map(unique);
    app.create(&source, numbered_columns()).await;
    let run = run(&app, &job(&app).await).await;
    let create = json!({"name": made, "as": format!("SELECT id FROM {source}")});
    let made_at = query(&app, &run, "/tables", create).await.is(201).json()["snapshot"].as_u64();
    let read = query(&app, &run, "/query", json!({"sql": format!("FROM {source}")})).await.is(200);
    let snapshot = read.json()["snapshot"].as_u64().expect("a snapshot");
    let expected = [input(&source, snapshot), output(&made, made_at.expect("one"), 0)];
    assert_eq!(listed(&app, &run, "tables").await, expected);
    let nobody = format!("/{}", uuid::Uuid::new_v4());
    let refused = query(&app, &nobody, "/query", json!({"sql": "SELECT 1"})).await;
    refused.problem(404, "RUN_NOT_FOUND");
}
