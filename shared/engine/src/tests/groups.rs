//! Appends of one moment share a snapshot, and each is as if it were alone.

use std::collections::{HashMap, HashSet};

use arrow_array::Int64Array;
use futures::future::join_all;

use super::*;

const COLUMNS: [(&str, &str); 2] = [("id", "BIGINT NOT NULL"), ("b", "VARCHAR")];

async fn count(lake: &TestLake, sql: &str) -> i64 {
    let rows = lake.sql(sql).await.expect("rows");
    rows[0].column(0).as_any().downcast_ref::<Int64Array>().expect("BIGINT").value(0)
}

fn key(n: i64) -> String {
    format!("together {n}")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_has_its_own_entry_in_the_ledger_and_its_own_answer() {
    let lake = TestLake::new().await;
    lake.create("t", &COLUMNS).await.expect("made");
    lake.create("other", &COLUMNS).await.expect("made");
    let name = |n: i64| if n % 4 == 0 { "other" } else { "t" };
    let keys: Vec<_> = (0..24).map(key).collect();
    let all = keys.iter().zip(0..).map(|(key, n)| {
        let rows = Memory::of(writes::ids(n * 100, 1 + n % 3));
        lake.append(key, name(n), rows)
    });
    let outcomes: Vec<_> = join_all(all).await.into_iter().map(|o| o.expect("one")).collect();
    let mut sharing: HashMap<_, u32> = HashMap::new();
    for (outcome, n) in outcomes.iter().zip(0..) {
        assert_eq!((outcome.write.rows, outcome.replayed), (1 + n as u64 % 3, false));
        *sharing.entry((outcome.write.snapshot, outcome.write.table.clone())).or_default() += 1;
    }
    let snapshots: HashSet<_> = sharing.keys().map(|(snapshot, _)| snapshot).collect();
    assert!(snapshots.len() < 12, "{} snapshots of 24 appends", snapshots.len());
    for outcome in &outcomes {
        let others = sharing[&(outcome.write.snapshot, outcome.write.table.clone())];
        assert_eq!(outcome.write.alone, others == 1, "{outcome:?}");
    }
    assert_eq!(
        count(&lake, "SELECT count(DISTINCT id) FROM (FROM t UNION ALL FROM other)").await,
        48
    );
    assert_eq!(count(&lake, "SELECT count(*) FROM other").await, 12);
    for (n, outcome) in (0..).zip(&outcomes) {
        let rows = Memory::of(writes::ids(n * 100, 1 + n % 3));
        let again = lake.append(&key(n), name(n), rows).await.expect("replayed");
        assert_eq!((&again.write, again.replayed), (&outcome.write, true));
    }
    // As if each were alone: what is small stays in the catalog.
    assert!(lake.data_files().is_empty(), "{:?}", lake.data_files());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_one_is_nothing_to_the_others() {
    let lake = TestLake::new().await;
    lake.create("t", &COLUMNS).await.expect("made");
    let seen = lake.table("t").await;
    lake.create("gone", &COLUMNS).await.expect("made");
    let gone = lake.table("gone").await;
    lake.lake.write(write("drop", lake.drop_of("gone").await)).await.expect("dropped");
    lake.create("Gone", &COLUMNS).await.expect("another of the name");
    let null = Int64Array::from(vec![None]);
    let null = RecordBatch::try_from_iter([("id", Arc::new(null) as _)]).expect("a batch");
    let append = |table: &domain::Table, rows: RecordBatch| {
        Change::Append(Append::to(table, Memory::of(rows), 7))
    };
    let good = (0..8).map(|n| write(&key(n), append(&seen, writes::ids(n, 1))));
    // Of these two the first alone acts.
    let twins = (0..2).map(|_| write("twin", append(&seen, writes::ids(8, 1))));
    let bad = [write("null", append(&seen, null)), write("gone", append(&gone, writes::ids(0, 1)))];
    let all = good.chain(twins).chain(bad).map(|write| lake.lake.write(write));
    let mut outcomes = join_all(all).await;
    let bad = outcomes.split_off(10);
    let codes: Vec<_> = bad.into_iter().map(|bad| bad.expect_err("refused").error_code).collect();
    assert_eq!(codes, ["NULL_NOT_ALLOWED", "TABLE_CHANGED"]);
    let outcomes: Vec<_> = outcomes.into_iter().map(|outcome| outcome.expect("one")).collect();
    assert_eq!(outcomes[8].write, outcomes[9].write);
    assert_eq!(outcomes.iter().filter(|outcome| outcome.replayed).count(), 1);
    assert_eq!(count(&lake, "SELECT count(*) FROM t").await, 9);
    assert_eq!(count(&lake, "SELECT count(*) FROM gone").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn larger_ones_share_a_file() {
    let lake = TestLake::new().await;
    lake.create("t", &COLUMNS).await.expect("made");
    let keys: Vec<_> = (0..12).map(key).collect();
    let all = keys.iter().zip(0..);
    let all = all.map(|(key, n)| lake.append(key, "t", Memory::of(writes::ids(n * 100, 100))));
    join_all(all).await.into_iter().for_each(|outcome| drop(outcome.expect("one")));
    assert_eq!(count(&lake, "SELECT count(DISTINCT id) FROM t").await, 1200);
    let files = lake.data_files().len();
    assert!((1..8).contains(&files), "{files} files of 12 appends");
}
