//! Whoever reads while others write sees one snapshot, whole.

use std::sync::atomic::{AtomicBool, Ordering};

use futures::StreamExt;
use futures::future::join;
use reqwest::Method;
use serde_json::json;

use crate::harness::app::shared;
use crate::harness::http::{ARROW, path_of, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns, read_arrow};
use crate::harness::scenario::Scenario;
use crate::harness::way::{SERVERS, counts};

pub(crate) fn all() -> Vec<Scenario> {
    let mut all = scenarios![readers_beside_a_writer_see_whole_snapshots,];
    all.extend(scenarios![only SERVERS, "the body of a function is not held back";
        a_long_export_reads_one_snapshot_while_writers_go_on,
    ]);
    all
}

/// Each write puts so many rows in the place of all, whose ids are its number: a mixture of two would show.
async fn readers_beside_a_writer_see_whole_snapshots() {
    let (app, name) = (shared().await, unique("whole"));
    app.post("/tables", json!({"name": name, "as": "SELECT 1 AS turn"})).await.is(201);
    let (path, is_over) = (path_of(&name), AtomicBool::new(false));
    let writer = async {
        for turn in 2..counts(25, 200) {
            let rows = format!("turn\n{}", format!("{turn}\n").repeat(turn));
            app.put(&format!("{path}?mode=overwrite"), "text/csv", rows.into_bytes()).await.is(200);
        }
        is_over.store(true, Ordering::Relaxed);
    };
    let reader = async |by_query: bool| {
        let (mut seen, mut last) = (0, 0);
        while !is_over.load(Ordering::Relaxed) {
            let turns: Vec<usize> = if by_query {
                let rows = app.rows(&format!("SELECT turn FROM {name}")).await;
                rows.iter().map(|row| row["turn"].as_u64().expect("a number") as usize).collect()
            } else {
                let text = app.get(&format!("{path}/data?format=csv")).await.is(200).text();
                text.lines().skip(1).map(|line| line.parse().expect("a number")).collect()
            };
            let turn = turns.first().copied().expect("rows");
            assert!(turns.iter().all(|other| *other == turn), "rows of two writes: {turns:?}");
            assert_eq!(turns.len(), turn, "a part of a write");
            assert!(turn >= last, "it went back from {last} to {turn}");
            (seen, last) = (seen + usize::from(turn != last), turn);
        }
        seen
    };
    let (_, (seen, more)) = join(writer, join(reader(true), reader(false))).await;
    assert!(seen > 2 && more > 2, "the readers saw {seen} and {more} writes");
}

async fn a_long_export_reads_one_snapshot_while_writers_go_on() {
    let (app, name) = (shared().await, unique("export"));
    app.create(&name, numbered_columns()).await;
    let (path, rows) = (path_of(&name), 2_000_000);
    for part in 0..4 {
        let part = numbered(part * 500_000, 500_000);
        app.put(&path, ARROW, arrow_of(&[part])).await.is(200);
    }
    let response =
        app.request(Method::GET, &format!("{path}/data")).send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    let mut body = response.bytes_stream();
    let mut read = body.next().await.expect("a first piece").expect("a first piece").to_vec();
    for turn in 0..5 {
        app.put(&path, ARROW, arrow_of(&[numbered(10_000_000 + turn * 1_000, 1_000)]))
            .await
            .is(200);
    }
    app.put(&format!("{path}?mode=overwrite"), ARROW, arrow_of(&[numbered(0, 7)])).await.is(200);
    assert_eq!(app.value(&format!("SELECT count(*) AS n FROM {name}")).await, "7");
    while let Some(piece) = body.next().await {
        read.extend_from_slice(&piece.expect("the export goes on"));
    }
    let exported = read_arrow(&read);
    assert_eq!(exported.num_rows(), rows);
    let ids = arrow_array::cast::AsArray::as_primitive::<arrow_array::types::Int64Type>(
        exported.column(0),
    );
    assert!(ids.values().iter().all(|id| *id < rows as i64), "rows of a later write");
}
