//! A write is durable and seen at once, on every process (invariant 1).

use std::time::Duration;

use serde_json::json;

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, path_of, unique};
use crate::harness::lake::Lake;
use crate::harness::rows::{arrow_of, numbered, numbered_columns, read_arrow, sorted_ids};
use crate::harness::scenario::Scenario;
use crate::harness::way::{SERVERS, Way, counts};

pub(crate) fn all() -> Vec<Scenario> {
    let mut all = scenarios![only &[Way::Services], "embedded stores have one process";
        what_one_server_writes_another_reads_at_once_a_thousand_times,
        servers_that_write_at_the_same_moment_lose_nothing,
        tables_made_at_the_same_moment_on_several_servers_are_all_there,
        a_table_made_again_elsewhere_is_not_the_old_one,
        servers_that_are_told_to_connect_anew_go_on_with_their_work,
    ];
    all.extend(scenarios![only &[Way::Stack], "functions are processes of their own there";
        what_one_function_writes_another_reads_at_once,
    ]);
    all.extend(scenarios![only SERVERS, "the server's process is ours to end";
        a_server_told_to_end_ends_well_and_its_rows_stay,
    ]);
    all
}

/// What is written by `writer` is there for `reader`'s next request.
async fn write_and_read(writer: &App, reader: &App, times: usize) {
    let name = unique("seen");
    writer.create(&name, numbered_columns()).await;
    let path = path_of(&name);
    let mut rows = 0;
    for turn in 1..=times {
        // Small ones stay in the catalog, large ones become files: both must be seen.
        let count = if turn % 10 == 0 { 50 } else { 1 };
        let body = arrow_of(&[numbered(turn as i64 * 100, count)]);
        let written = writer.put(&path, ARROW, body).await.is(200).json();
        let sql = json!({"sql": "SELECT max(id) // 100 AS turn, count(*) AS n FROM this"});
        let read = reader.post(&format!("{path}/query"), sql).await.is(200).json();
        rows += count;
        let expected = json!([{"turn": turn, "n": rows}]);
        assert_eq!(read["rows"], expected, "turn {turn}: {written} {read}");
        if turn % 7 == 0 {
            let table = reader.table(&name).await;
            assert_eq!(table["snapshot"], written["snapshot"], "turn {turn}");
        }
    }
    writer.delete(&path).await.is(204);
    reader.get(&path).await.problem(404, "TABLE_NOT_FOUND");
}

async fn what_one_server_writes_another_reads_at_once_a_thousand_times() {
    let lake = Lake::new().await;
    let (writer, reader) = (lake.serve(&[]).await, lake.serve(&[]).await);
    write_and_read(&writer, &reader, 1_000).await;
}

async fn servers_that_are_told_to_connect_anew_go_on_with_their_work() {
    let lake = Lake::new().await;
    let servers = [lake.serve(&[]).await, lake.serve(&[]).await];
    let before = servers[0].get("/config/ducklake").await.is(200).json();
    assert_eq!((&before["generation"], &before["format"]), (&json!(0), &json!("1.0")), "{before}");
    let name = unique("told");
    servers[0].create(&name, numbered_columns()).await;
    let path = path_of(&name);
    for told in 1..=3_usize {
        let answer = servers[told % 2].post("/config/ducklake/reconnect", json!(null)).await;
        assert_eq!(answer.is(200).json(), json!({"generation": told}));
        for (server, n) in servers.iter().zip(0_i64..) {
            let first = told as i64 * 100 + n * 10;
            server.put(&path, ARROW, arrow_of(&[numbered(first, 5)])).await.is(200);
        }
        for server in &servers {
            assert_eq!(server.table(&name).await["row_count"], told * 10);
            let now = server.get("/config/ducklake").await.is(200).json();
            assert_eq!(now["generation"], told);
        }
    }
    let refused = servers[0].get("/config/ducklake/reconnect").await;
    refused.problem(405, "METHOD_NOT_ALLOWED");
}

async fn what_one_function_writes_another_reads_at_once() {
    let app = shared().await;
    write_and_read(&app, &app, counts(50, 1_000)).await;
}

async fn servers_that_write_at_the_same_moment_lose_nothing() {
    let lake = Lake::new().await;
    let servers = [lake.serve(&[]).await, lake.serve(&[]).await, lake.serve(&[]).await];
    let name = unique("together");
    servers[0].create(&name, numbered_columns()).await;
    let turns = counts(10, 100) as i64;
    let writing = (0..6_i64).map(async |writer| {
        for turn in 0..turns {
            let first = writer * 1_000_000 + turn * 100;
            let app = &servers[(writer % 3) as usize];
            app.put(&path_of(&name), ARROW, arrow_of(&[numbered(first, 100)])).await.is(200);
        }
    });
    futures::future::join_all(writing).await;
    let expected: Vec<i64> =
        (0..6_i64).flat_map(|w| w * 1_000_000..w * 1_000_000 + turns * 100).collect();
    for app in &servers {
        let data = app.get(&format!("{}/data", path_of(&name))).await.is(200);
        assert_eq!(sorted_ids(&read_arrow(&data.body), "id"), expected);
    }
}

/// Each of two creations may make the same version of the schema; the one that comes second must
/// neither fail nor see only its own.
async fn tables_made_at_the_same_moment_on_several_servers_are_all_there() {
    let lake = Lake::new().await;
    let servers = [lake.serve(&[]).await, lake.serve(&[]).await];
    for turn in 0..counts(10, 100) {
        let names = [unique("both"), unique("both")];
        let making = (0..2).map(async |n| {
            let body = json!({"name": names[n], "columns": numbered_columns()});
            servers[n].post("/tables", body).await
        });
        for answer in futures::future::join_all(making).await {
            assert_eq!(answer.status, 201, "turn {turn}: {answer}");
        }
        for (server, name) in servers.iter().flat_map(|s| names.iter().map(move |n| (s, n))) {
            server.put(&path_of(name), ARROW, arrow_of(&[numbered(0, 3)])).await.is(200);
        }
        for name in &names {
            let sql = format!("SELECT count(*) FROM {name}");
            assert_eq!(servers[turn % 2].value(&sql).await, "6", "turn {turn}");
        }
    }
}

async fn a_table_made_again_elsewhere_is_not_the_old_one() {
    let lake = Lake::new().await;
    let (one, other) = (lake.serve(&[]).await, lake.serve(&[]).await);
    let name = unique("again");
    let path = path_of(&name);
    for turn in 0..counts(5, 30) {
        one.create(&name, numbered_columns()).await;
        other.put(&path, ARROW, arrow_of(&[numbered(0, 3)])).await.is(200);
        one.put(&path, ARROW, arrow_of(&[numbered(3, 3)])).await.is(200);
        assert_eq!(other.value(&format!("SELECT count(*) FROM {name}")).await, "6", "turn {turn}");
        other.delete(&path).await.is(204);
        one.get(&format!("{path}/data")).await.problem(404, "TABLE_NOT_FOUND");
    }
}

async fn a_server_told_to_end_ends_well_and_its_rows_stay() {
    let lake = Lake::new().await;
    let name = unique("kept");
    for (turn, signal) in ["TERM", "INT"].into_iter().enumerate() {
        let app = lake.serve(&[]).await;
        if turn == 0 {
            app.create(&name, numbered_columns()).await;
        }
        app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 3_000)])).await.is(200);
        app.put(&path_of(&name), ARROW, arrow_of(&[numbered(3_000, 3)])).await.is(200);
        app.server().signal(signal);
        let status = app.server().ended(Duration::from_secs(15)).await;
        let well = status.is_some_and(|status| status.success());
        assert!(well, "{signal}: {status:?} {}", app.server().said());
    }
    let app = lake.serve(&[]).await;
    assert_eq!(app.table(&name).await["row_count"], 6_006);
    assert_eq!(app.value(&format!("SELECT count(*) FROM {name}")).await, "6006");
}
