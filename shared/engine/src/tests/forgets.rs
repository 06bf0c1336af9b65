//! The log of requests is forgotten every now and then, at no write's cost.

use std::time::{Duration, Instant};

use domain::SnapshotId;

use super::late_writes::{endless, lake_with_table};
use super::*;

/// Writes that do nothing; one of every 256 forgets the log.
async fn count(lake: &TestLake, writes: usize) {
    for n in 0..writes {
        let change =
            Change::KeepTable { table: table("t"), snapshot: SnapshotId(1), answer: String::new() };
        let mut nothing = write(&format!("nothing {n}"), change);
        nothing.key.by_caller = false;
        lake.lake.write(nothing).await.expect("nothing to do");
    }
}

#[tokio::test]
async fn a_log_that_is_not_forgotten_fails_no_write_and_a_broken_instance_is_replaced() {
    let lake = lake_with_table().await;
    let before = lake.engine.writing.get().await.expect("an instance");
    // Stands before DuckDB's own, and fails as a broken DuckDB does.
    let broken = "Attempting to fetch from an unsuccessful query result\nError: \
        {\"exception_type\":\"FATAL\",\"exception_message\":\"database has been invalidated\"}";
    let sql =
        format!("CREATE MACRO truncate_duckdb_logs() AS TABLE SELECT error('{broken}') AS nothing");
    before.connect().expect("one").execute(&sql).expect("made");
    count(&lake, 260).await;
    let now = lake.engine.writing.get().await.expect("an instance");
    assert!(!Arc::ptr_eq(&before, &now), "the log was not forgotten, or nothing came of it");
    count(&lake, 260).await;
    let later = lake.engine.writing.get().await.expect("an instance");
    assert!(Arc::ptr_eq(&now, &later));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_write_waits_for_the_others_to_forget_the_log() {
    let lake = lake_with_table().await;
    // With the table that was made and the next one the 255th.
    count(&lake, 253).await;
    let mut first = endless(&lake).await;
    first.deadline = Some(Instant::now() + Duration::from_secs(3));
    let second = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let started = Instant::now();
        let mut second = write("second", lake.drop_of("t").await);
        second.deadline = Some(started + Duration::from_millis(200));
        let failed = lake.lake.write(second).await.expect_err("late");
        (failed.error_code, started.elapsed())
    };
    let (_, (code, took)) = tokio::join!(lake.lake.write(first), second);
    assert_eq!(code, "WRITE_TIMEOUT");
    assert!(took < Duration::from_millis(1500), "{took:?}");
}
