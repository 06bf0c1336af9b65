//! A key acts once.

use domain::SnapshotId;
use serde_json::json;

use crate::lakes::Lake;
use crate::on_both;

const TABLE: &str =
    "INSERT INTO ducklake_table VALUES (1, NULL, $, NULL, 0, 'Flights', 'f/', true)";
const RUN: &str = "01920000-0000-7000-8000-000000000001";

on_both!(
    a_commit_records_its_writes,
    a_key_that_is_there_fails_the_whole_commit,
    a_dropped_and_made_again_table_is_told_apart,
    another_clients_extra_info_is_its_own_affair,
    a_write_that_changed_nothing_is_recorded_by_hand,
);

fn extra(entries: &[(&str, &str, &str)]) -> String {
    let entry = |(key, kind, table): &(&str, &str, &str)| {
        json!({"key": key, "payload": "digest", "kind": kind, "schema": "MAIN", "table": table,
               "rows": 5, "bytes": 123, "run": RUN})
    };
    json!({"writes": entries.iter().map(entry).collect::<Vec<_>>()}).to_string()
}

async fn a_commit_records_its_writes(lake: &Lake) {
    let info = extra(&[("a'\"b", "create_table", "flights"), ("c", "append", "FLIGHTS")]);
    let snapshot = lake.commit(TABLE, "created_table:\"main\".\"Flights\"", Some(&info)).await;
    let snapshot = snapshot.expect("committed");
    let found = lake.catalog().find_write("a'\"b").await.expect("asked").expect("recorded");
    assert_eq!((found.payload.as_str(), found.rows, found.bytes), ("digest", 5, 123));
    assert_eq!(found.snapshot, SnapshotId(snapshot));
    assert_eq!((found.table.schema.as_str(), found.table.name.as_str()), ("MAIN", "flights"));
    assert_eq!(found.run.map(|run| run.to_string()).as_deref(), Some(RUN));
    assert_eq!(found.at.to_string(), "2026-01-01T00:00:00.000001Z");
    assert!(lake.catalog().find_write("c").await.expect("asked").is_some());
    assert_eq!(lake.catalog().find_write("none").await.expect("asked"), None);
}

async fn a_key_that_is_there_fails_the_whole_commit(lake: &Lake) {
    let info = extra(&[("k", "create_table", "flights")]);
    let first = lake.commit(TABLE, "created_table:\"main\".\"Flights\"", Some(&info));
    first.await.expect("committed");
    for info in [
        extra(&[("new", "append", "flights"), ("k", "append", "flights")]),
        extra(&[("twice", "append", "flights"), ("twice", "append", "flights")]),
    ] {
        let said =
            lake.commit("SELECT 1", "inlined_insert:1", Some(&info)).await.expect_err("refused");
        assert!(said.contains(catalog::ledger::ALREADY_RECORDED), "{said}");
        for word in ["primary key", "unique", "conflict", "concurrent"] {
            assert!(!said.to_lowercase().contains(word), "DuckLake would try again: {said}");
        }
    }
    assert_eq!(lake.catalog().find_write("new").await.expect("asked"), None);
    assert_eq!(lake.catalog().find_write("twice").await.expect("asked"), None);
    assert_eq!(lake.catalog().status().await.expect("a status").newest_snapshot, SnapshotId(1));
}

async fn a_dropped_and_made_again_table_is_told_apart(lake: &Lake) {
    lake.commit(TABLE, "created_table:\"main\".\"Flights\"", None).await.expect("committed");
    let rows = "UPDATE ducklake_table SET end_snapshot = $ WHERE table_id = 1; \
                INSERT INTO ducklake_table VALUES (2, NULL, $, NULL, 0, 'flights', 'f2/', true)";
    let info = extra(&[("drop", "drop_table", "flights"), ("make", "create_table", "flights")]);
    let changes = "dropped_table:1,created_table:\"main\".\"flights\"";
    let id = lake.commit(rows, changes, Some(&info)).await.expect("committed");
    assert_eq!(lake.noted(id).await, ["table_deleted:1", "table_created:2"]);
    for (key, table) in [("drop", "1"), ("make", "2")] {
        let sql = format!("SELECT CAST(table_id AS text) FROM eider_write WHERE key = '{key}'");
        assert_eq!(lake.text(&sql).await, table);
    }
}

async fn another_clients_extra_info_is_its_own_affair(lake: &Lake) {
    let commit = |author: &str, info: &str, id: u64| {
        format!(
            "BEGIN; INSERT INTO ducklake_snapshot VALUES ({id}, '2026-01-01 00:00:00+00', 1, 1, 1); \
             INSERT INTO ducklake_snapshot_changes VALUES ({id}, 'inlined_insert:1', {author}, 'x', {info}); COMMIT"
        )
    };
    lake.run(&commit("'somebody'", "'no JSON'", 1)).await.expect("committed");
    lake.run(&commit("NULL", "'{\"writes\": 5}'", 2)).await.expect("committed");
    lake.run(&commit("'eider'", "NULL", 3)).await.expect("committed");
    lake.run(&commit("'eider'", "'{}'", 4)).await.expect("committed");
    lake.run(&commit("'eider'", "'no JSON'", 5)).await.expect_err("ours must be JSON");
}

async fn a_write_that_changed_nothing_is_recorded_by_hand(lake: &Lake) {
    let at = "'2026-01-02T03:04:05.678901Z'";
    let given = format!("'k', 'digest', 'append', 12, 'main', 't', 0, 77, NULL, {at}, 'said'");
    let sql = catalog::ledger::record_alone("@").replace("@.", "");
    let (head, _) = sql.split_once("VALUES").expect("values");
    let insert = format!("{head} VALUES ({given})");
    lake.run(&insert).await.expect("recorded");
    lake.run(&insert).await.expect_err("once");
    let found = lake.catalog().find_write("k").await.expect("asked").expect("recorded");
    assert_eq!((found.snapshot.0, found.rows, found.bytes, found.run), (12, 0, 77, None));
    assert_eq!(found.at.to_string(), "2026-01-02T03:04:05.678901Z");
    assert_eq!(found.answer.as_deref(), Some("said"));
}
