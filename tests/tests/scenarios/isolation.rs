//! Callers' SQL runs in processes that may die without harm to others (invariant 6).

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::corpora;
use crate::harness::app::App;
use crate::harness::http::{
    ARROW, Answer, CSV, JSON, NDJSON, PARQUET, path_of, send, try_send, unique,
};
use crate::harness::lake::Lake;
use crate::harness::poll::until;
use crate::harness::raw::Raw;
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::way::Way;

pub(crate) fn all() -> Vec<Scenario> {
    let mut all = scenarios![only &[Way::Services], "an embedded catalog and a sandbox have one process";
        a_query_that_heeds_no_interrupt_ends_with_its_process_and_no_other,
        who_waited_beside_a_query_that_was_stopped_is_answered_by_the_next_process,
        a_process_that_is_killed_is_replaced_and_its_requests_are_told,
        a_query_past_the_memory_of_its_process_is_refused_and_no_server_ends,
        a_table_is_made_of_a_query_in_a_process_that_may_die_of_it,
        a_view_is_described_by_a_process_of_its_own,
        the_processes_end_with_the_server_however_it_ends,
        a_client_that_leaves_stops_its_query,
        a_client_that_leaves_a_query_that_heeds_nothing_leaves_nothing_running,
        answers_are_the_same_in_a_process_of_their_own,
        a_hundred_small_queries_at_once_are_answered,
        the_corpora_are_the_same_in_a_process_of_their_own,
        production_has_processes_that_know_no_writer,
    ];
    all.extend(scenarios![only &[Way::Embedded], "only the embedded catalog is of one process";
        an_embedded_lake_refuses_processes_by_name,
    ]);
    all
}

const PROCESS: (&str, &str) = ("EIDER_QUERY_ISOLATION", "process");
const ONE: (&str, &str) = ("EIDER_QUERY_PROCESSES", "1");

/// Runs for an hour and looks for no interrupt.
const DEAF: &str = "SELECT levenshtein(repeat(chr(97 + (n % 2)::INT), n), repeat('b', n)) AS d \
                    FROM range(900000, 900001) t(n)";

/// The same in memory: some 30 GB.
const LARGE: &str = "SELECT damerau_levenshtein(repeat(chr(97 + (n % 2)::INT), n), repeat('b', n)) \
                     AS d FROM range(60000, 60001) t(n)";

/// A busy machine is slow.
const SOON: Duration = Duration::from_secs(20);

async fn ask(app: &App, sql: &str, seconds: u32) -> Answer {
    app.post("/query", json!({"sql": sql, "timeout_seconds": seconds})).await
}

/// The query processes of a server.
fn processes(app: &App) -> BTreeSet<u32> {
    let server = app.server().pid().to_string();
    let output = Command::new("pgrep").args(["-P", &server]).output().expect("pgrep");
    let text = String::from_utf8(output.stdout).expect("numbers");
    text.lines().map(|line| line.parse().expect("a number")).collect()
}

fn kill(pid: u32) {
    let status = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
    assert!(status.expect("kill").success(), "{pid}");
}

/// Whether there is such a process, and it is no corpse.
fn lives(pid: u32) -> bool {
    let output = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output();
    let state = String::from_utf8(output.expect("ps").stdout).expect("text");
    !state.trim().is_empty() && !state.starts_with('Z')
}

async fn gone(what: &str, pids: &BTreeSet<u32>) {
    until(what, SOON, async || pids.iter().all(|pid| !lives(*pid)).then_some(())).await;
}

/// Waits until the server has so many processes that are none of these.
async fn replaced(app: &App, old: &BTreeSet<u32>, count: usize) {
    let new = async || (processes(app).difference(old).count() == count).then_some(());
    until("a new process", SOON, new).await;
}

async fn a_query_that_heeds_no_interrupt_ends_with_its_process_and_no_other() {
    let app = App::own(&[PROCESS]).await;
    let before = processes(&app);
    assert_eq!(before.len(), 2, "{before:?}");
    let deaf = ask(&app, DEAF, 1);
    // Begins while that one runs, and ends after it was stopped.
    let other = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let sql =
            "SELECT count(*) AS n FROM range(100000000) a, range(20) b WHERE a.range % 7 = b.range";
        ask(&app, sql, 60).await
    };
    let (deaf, other) = futures::future::join(deaf, other).await;
    deaf.problem(504, "QUERY_TIMEOUT");
    println!("stopped after {:?}, another answered after {:?}", deaf.elapsed, other.elapsed);
    assert!(deaf.elapsed > Duration::from_secs(1) && deaf.elapsed < SOON / 2, "{:?}", deaf.elapsed);
    assert!(other.elapsed > Duration::from_millis(200), "{:?}: it ran beside it", other.elapsed);
    assert_eq!(other.is(200).json()["row_count"], 1);
    replaced(&app, &before, 1).await;
    assert_eq!(before.iter().filter(|pid| lives(**pid)).count(), 1, "{before:?}");
    assert_eq!(app.value("SELECT 42").await, "42");
}

async fn who_waited_beside_a_query_that_was_stopped_is_answered_by_the_next_process() {
    // One at once: the other waits for its turn in the same process.
    let app = App::own(&[PROCESS, ONE, ("EIDER_ENGINE_CONCURRENCY", "1")]).await;
    let before = processes(&app);
    let waiting = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        ask(&app, "SELECT 42 AS a", 60).await
    };
    let (deaf, waiting) = futures::future::join(ask(&app, DEAF, 1), waiting).await;
    deaf.problem(504, "QUERY_TIMEOUT");
    assert_eq!(waiting.is(200).json()["rows"], json!([{"a": 42}]));
    gone("the process of the query", &before).await;
}

async fn table(app: &App, rows: usize) -> String {
    let name = unique("isolated");
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, rows)])).await.is(200);
    name
}

async fn a_process_that_is_killed_is_replaced_and_its_requests_are_told() {
    let app = App::own(&[PROCESS, ONE]).await;
    let name = table(&app, 1_000_000).await;
    let before = processes(&app);
    let deaf = app.post("/query", json!({"sql": DEAF}));
    let data = app.request(Method::GET, &format!("{}/data", path_of(&name)));
    let killing = async {
        let response = data.header("accept", NDJSON).send().await.expect("a head");
        assert_eq!(response.status(), 200);
        tokio::time::sleep(Duration::from_millis(300)).await;
        before.iter().for_each(|pid| kill(*pid));
        let pieces: Vec<_> = response.bytes_stream().collect().await;
        assert!(pieces.iter().any(Result::is_err), "half an answer looks whole");
    };
    let (deaf, ()) = futures::future::join(deaf, killing).await;
    let problem = deaf.problem(503, "QUERY_PROCESS_LOST");
    assert_eq!(problem["retryable"], true, "{problem}");
    assert_eq!(deaf.header("retry-after"), Some("1"));
    // The next request waits for the next process.
    assert_eq!(app.value(&format!("SELECT count(*) FROM {name}")).await, "1000000");
    replaced(&app, &before, 1).await;
}

async fn a_query_past_the_memory_of_its_process_is_refused_and_no_server_ends() {
    let engine = [("EIDER_ENGINE_MEMORY_BYTES", "134217728"), ("EIDER_ENGINE_CONCURRENCY", "2")];
    let memory = ("EIDER_QUERY_MEMORY_BYTES", "1342177280");
    let app = App::own(&[PROCESS, ONE, engine[0], engine[1], memory]).await;
    for _ in 0..2 {
        ask(&app, LARGE, 60).await.problem(422, "QUERY_TOO_LARGE");
        assert_eq!(app.value("SELECT 42").await, "42");
    }
    // Beside others: should it take the process along, no one knows which of them it was.
    let small = futures::future::join_all((0..10).map(async |_| ask(&app, "SELECT 42", 60).await));
    let (large, small) = futures::future::join(ask(&app, LARGE, 60), small).await;
    if large.status != 503 {
        large.problem(422, "QUERY_TOO_LARGE");
    }
    for answer in small.iter().filter(|answer| answer.status != 200) {
        answer.problem(503, "QUERY_PROCESS_LOST");
    }
    assert_eq!(app.value("SELECT 42").await, "42");
}

async fn the_processes_end_with_the_server_however_it_ends() {
    let lake = Lake::new().await;
    let app = lake.serve(&[PROCESS]).await;
    let children = processes(&app);
    assert_eq!(children.len(), 2);
    // The server alone: no process of its own ends another.
    kill(app.server().pid());
    gone("the processes of a server that was killed", &children).await;
    let app = lake.serve(&[PROCESS]).await;
    let children = processes(&app);
    let name = table(&app, 10).await;
    assert_eq!(app.value(&format!("SELECT count(*) FROM {name}")).await, "10");
    // As a terminal does it: to all of them. The request ends first.
    let request = ask(&app, "SELECT count(*) AS n FROM range(30000000) WHERE range % 3 = 0", 60);
    let ending = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        app.server().signal("TERM");
    };
    let (answer, ()) = futures::future::join(request, ending).await;
    assert_eq!(answer.is(200).json()["rows"], json!([{"n": 10_000_000}]));
    let status = app.server().ended(SOON).await;
    assert!(status.is_some_and(|status| status.success()), "{status:?} {}", app.server().said());
    gone("the processes of a server that ended", &children).await;
}

/// Sends the query, and hangs up before there is an answer.
async fn hang_up(app: &App, sql: &str) {
    let body = json!({"sql": sql}).to_string();
    let mut raw = Raw::connect(app).await;
    let length = format!("Content-Length: {}", body.len());
    raw.begin("POST", "/query", &[format!("Content-Type: {JSON}"), length]).await;
    raw.send(body.as_bytes()).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
}

async fn a_client_that_leaves_stops_its_query() {
    let app = App::own(&[PROCESS, ONE, ("EIDER_ENGINE_CONCURRENCY", "1")]).await;
    let before = processes(&app);
    let endless = "SELECT sum(a.range * b.range) FROM range(100000000) a, range(100000000) b";
    for _ in 0..3 {
        hang_up(&app, endless).await;
    }
    assert_eq!(ask(&app, "SELECT 42 AS a", 15).await.is(200).json()["rows"], json!([{"a": 42}]));
    assert_eq!(processes(&app), before, "it heeds the interrupt");
}

async fn a_client_that_leaves_a_query_that_heeds_nothing_leaves_nothing_running() {
    let app = App::own(&[PROCESS, ONE, ("EIDER_ENGINE_CONCURRENCY", "1")]).await;
    let before = processes(&app);
    hang_up(&app, DEAF).await;
    assert_eq!(ask(&app, "SELECT 42 AS a", 15).await.is(200).json()["rows"], json!([{"a": 42}]));
    gone("the process of the query", &before).await;
}

/// What an answer says, but for what is of this one alone.
fn said(answer: &Answer) -> (u16, Vec<(String, String)>, Value) {
    let mut body = serde_json::from_slice(&answer.body).unwrap_or_else(|_| {
        let hash = answer.body.iter().fold(0_u64, |sum, byte| {
            sum.wrapping_mul(1_099_511_628_211).wrapping_add(u64::from(*byte))
        });
        json!([answer.body.len(), hash])
    });
    if let Some(fields) = body.as_object_mut() {
        for name in ["elapsed_ms", "timestamp", "request_id"] {
            fields.remove(name);
        }
    }
    (answer.status, headers(&answer.headers), body)
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let all = headers.iter().map(|(name, value)| (name.to_string(), format!("{value:?}")));
    let own = |name: &str| ["date", "x-request-id"].contains(&name);
    // How long a body is differs with its numbers, and whether it was whole when its head went out with
    // how quick it was.
    let framing = |name: &str| ["content-length", "transfer-encoding"].contains(&name);
    let mut all: Vec<_> = all.filter(|(name, _)| !own(name) && !framing(name)).collect();
    all.sort();
    all
}

async fn a_table_is_made_of_a_query_in_a_process_that_may_die_of_it() {
    let lake = Lake::new().await;
    let engine = [("EIDER_ENGINE_MEMORY_BYTES", "134217728"), ("EIDER_ENGINE_CONCURRENCY", "2")];
    let memory = ("EIDER_QUERY_MEMORY_BYTES", "1342177280");
    let process = lake.serve(&[PROCESS, ONE, engine[0], engine[1], memory]).await;
    let hasty = lake.serve(&[PROCESS, ONE, ("EIDER_REQUEST_TIMEOUT_SECONDS", "4")]).await;
    let inline = lake.serve(&[("EIDER_QUERY_ISOLATION", "inline")]).await;
    let make = async |app: &App, sql: &str| {
        let name = unique("of_query");
        let made = app.post("/tables", json!({"name": name, "as": sql})).await;
        (name, made)
    };
    let from = table(&process, 20_000).await;
    for sql in [
        format!(
            "SELECT id, name, sum(id) OVER () AS s, [id]::UTINYINT[] AS l FROM {from} WHERE id < 9"
        ),
        format!("SELECT * FROM {from}"),
        format!(
            "SELECT uuid() AS u, '12:00:01'::TIME AS t, '{{}}'::JSON AS j FROM {from} WHERE false"
        ),
        "SELEC 1".to_owned(),
        "SELECT 1 AS a,\n  nothing(2) AS b".to_owned(),
        "SELECT 1 AS a, 2 AS a".to_owned(),
        "SELECT * FROM none_such".to_owned(),
        // After more than any buffer holds.
        "SELECT range AS a, 'x' || hash(range) AS b, CASE WHEN range < 900000 THEN 1 ELSE error('late') END \
         AS e FROM range(1000000)"
            .to_owned(),
        "SELECT CASE WHEN range < 90000 THEN 1 ELSE error('at last') END AS e FROM range(100000)"
            .to_owned(),
    ] {
        let mut said = Vec::new();
        for app in [&inline, &process] {
            let (name, made) = make(app, &sql).await;
            let mut answer = made.json();
            let own = ["name", "created_at", "updated_at", "snapshot", "timestamp", "request_id"];
            // Rows in another order take other bytes.
            for field in own.into_iter().chain(["id", "size_bytes"]) {
                answer.as_object_mut().expect("an object").remove(field);
            }
            let rows = match made.status {
                201 => app.value(&format!("SELECT count(*) || '' FROM {name}")).await,
                _ => String::new(),
            };
            said.push((made.status, answer, rows));
        }
        assert_eq!(said[0], said[1], "{sql}");
    }
    make(&process, LARGE).await.1.problem(422, "QUERY_TOO_LARGE");
    make(&process, "SELECT 42 AS a").await.1.is(201);
    let before = processes(&hasty);
    let deaf = make(&hasty, DEAF).await.1;
    // Of its process or of the request, whichever is known first.
    let deaf = deaf.is(504);
    assert!(deaf.elapsed < SOON, "{:?}", deaf.elapsed);
    replaced(&hasty, &before, 1).await;
    // The new process may take a while to be ready.
    let made = async || (make(&hasty, "SELECT 42 AS a").await.1.status == 201).then_some(());
    until("a table", SOON, made).await;
}

async fn a_view_is_described_by_a_process_of_its_own() {
    let lake = Lake::new().await;
    let inline = lake.serve(&[("EIDER_QUERY_ISOLATION", "inline")]).await;
    let process = lake.serve(&[PROCESS]).await;
    let from = table(&process, 10).await;
    let name = unique("isolated_view");
    let body =
        json!({"name": name, "view": true, "as": format!("SELECT id, [name] AS l FROM {from}")});
    let made = process.post("/tables", body).await.is(201).json();
    assert_eq!(made["columns"][1]["type"], "VARCHAR[]", "{made}");
    assert_eq!(process.table(&name).await, inline.table(&name).await);
    process.delete(&path_of(&from)).await.problem(409, "TABLE_HAS_DEPENDENTS");
    process.delete(&format!("{}?cascade=true", path_of(&from))).await.is(204);
}

async fn answers_are_the_same_in_a_process_of_their_own() {
    let lake = Lake::new().await;
    let inline = lake.serve(&[("EIDER_QUERY_ISOLATION", "inline")]).await;
    let process = lake.serve(&[PROCESS]).await;
    let name = table(&inline, 200_000).await;
    let (data, query) = (format!("{}/data", path_of(&name)), format!("{}/query", path_of(&name)));
    let get = Method::GET;
    let mut requests: Vec<(Method, String, &str, &str, String)> = Vec::new();
    for accept in [ARROW, PARQUET, CSV, NDJSON, JSON, "image/png"] {
        requests.push((get.clone(), data.clone(), accept, "", String::new()));
    }
    for path in [
        format!("{data}?limit=3&format=json&columns=id"),
        format!("{data}?filter=id%20%3C%203&format=csv"),
        format!("{data}?nope=1"),
        "/tables/none_such/data".to_owned(),
        "/tables/a%2Fb/data?format=json".to_owned(),
    ] {
        requests.push((get.clone(), path, "*/*", "", String::new()));
    }
    for method in [Method::HEAD, Method::OPTIONS, Method::DELETE, Method::PUT] {
        requests.push((method.clone(), data.clone(), "*/*", "", String::new()));
        requests.push((method, "/query".to_owned(), "*/*", "", String::new()));
    }
    let json_of = |value: Value| value.to_string();
    for (media_type, body) in [
        (JSON, json_of(json!({"sql": "SELECT count(*) AS n, max(name) AS m FROM this"}))),
        (JSON, json_of(json!({"sql": "SELECT $a::INT AS a", "params": {"a": 7}}))),
        (JSON, json_of(json!({"sql": "SELEC 1"}))),
        (JSON, json_of(json!({"sql": "SELECT * FROM read_csv('/etc/passwd')"}))),
        (JSON, json_of(json!({"sql": "SELECT 1", "other": 1}))),
        (JSON, "{".to_owned()),
        (JSON, format!("{{\"sql\": \"{}\"}}", " ".repeat(2 << 20))),
        ("text/plain", "SELECT 1".to_owned()),
        ("", String::new()),
    ] {
        requests.push((Method::POST, query.clone(), "*/*", media_type, body.clone()));
        requests.push((Method::POST, "/query?format=ndjson".to_owned(), "*/*", media_type, body));
    }
    for (method, path, accept, media_type, body) in requests {
        let ask = async |app: &App| {
            let mut request = app.request(method.clone(), &path).header("accept", accept);
            request =
                request.header("origin", "http://localhost:3000").header("x-request-id", "me");
            if !media_type.is_empty() {
                request = request.header("content-type", media_type);
            }
            send(request.body(body.clone())).await
        };
        let (inline, process) = (said(&ask(&inline).await), said(&ask(&process).await));
        let shown: String = body.chars().take(100).collect();
        assert_eq!(inline, process, "{method} {path} {accept} {media_type} {shown}");
    }
    // A client that has the rows is told so by either.
    let tag = inline.get(&data).await.header("etag").expect("a tag").to_owned();
    let seen = process.request(Method::GET, &data).header("if-none-match", tag);
    send(seen).await.is(304);
}

async fn a_hundred_small_queries_at_once_are_answered() {
    let app = App::own(&[PROCESS]).await;
    let name = table(&app, 1_000).await;
    let started = Instant::now();
    let asking = (0..100).map(async |n| {
        let sql = json!({"sql": format!("SELECT id FROM {name} WHERE id = {n}")});
        let request = app.request(Method::POST, "/query").header("content-type", JSON);
        let answer = try_send(request.body(sql.to_string())).await.expect("an answer").is(200);
        assert_eq!(answer.json()["rows"], json!([{"id": n}]));
    });
    futures::future::join_all(asking).await;
    println!("a hundred queries took {:?}", started.elapsed());
}

async fn the_corpora_are_the_same_in_a_process_of_their_own() {
    // Each on a lake of its own: some statements name a snapshot.
    let apps = [Arc::new(App::own(&[PROCESS]).await), Arc::new(App::own(&[PROCESS]).await)];
    let before = [processes(&apps[0]), processes(&apps[1])];
    corpora::what_works_answers_what_it_did(Arc::clone(&apps[0])).await;
    corpora::what_is_refused_says_why(Arc::clone(&apps[1])).await;
    let after = [processes(&apps[0]), processes(&apps[1])];
    assert_eq!(after, before, "no statement of them ends a process");
}

async fn production_has_processes_that_know_no_writer() {
    let secret = "a secret of the front door";
    let app = App::own(&[
        ("ENVIRONMENT", "production"),
        ("EIDER_ALLOW_ANONYMOUS", "true"),
        ("EIDER_FRONT_DOOR_SECRETS", secret),
        ("DB_POSTGRES_SSLMODE", "prefer"),
    ])
    .await;
    let ask = |front_door: &str| {
        let request = app.request(Method::POST, "/query").header("content-type", JSON);
        request
            .header("x-eider-front-door", front_door)
            .body(json!({"sql": "SELECT 1"}).to_string())
    };
    send(ask(secret)).await.is(200);
    send(ask("a secret of no one at all")).await.problem(403, "NOT_THROUGH_FRONT_DOOR");
    let children = processes(&app);
    assert_eq!(children.len(), 2);
    let variables = app.lake().variables();
    for pid in children.iter().filter(|_| cfg!(target_os = "linux")) {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).expect("its environment");
        let environment = String::from_utf8_lossy(&environment);
        assert!(environment.contains(&variables["DB_POSTGRES_READER_PASSWORD"]));
        for secret in [secret, &*variables["DB_POSTGRES_PASSWORD"]] {
            assert!(!environment.contains(secret), "process {pid} was told a secret");
        }
    }
}

async fn an_embedded_lake_refuses_processes_by_name() {
    let output = Lake::unmade().run_with(&[PROCESS], &[]).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("EIDER_QUERY_ISOLATION") && said.contains("DB_POSTGRES_HOST"), "{said}");
}
