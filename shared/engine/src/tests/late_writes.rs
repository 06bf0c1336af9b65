//! A write has its time; what is late leaves nothing.

use std::time::{Duration, Instant};

use domain::Code;

use super::*;

/// Rows without end.
struct Endless(RecordBatch);

impl RowSource for Endless {
    fn schema(&self) -> SchemaRef {
        self.0.schema()
    }

    fn parquet_file(&self) -> Option<&Path> {
        None
    }

    fn batches(&self) -> Result<Box<dyn Iterator<Item = Result<RecordBatch>> + Send>> {
        Ok(Box::new(std::iter::repeat(self.0.clone()).map(Ok)))
    }
}

pub(super) async fn lake_with_table() -> TestLake {
    let lake = TestLake::new().await;
    lake.create("t", &[("id", "BIGINT"), ("b", "VARCHAR")]).await.expect("made");
    lake
}

pub(super) async fn endless(lake: &TestLake) -> Write {
    let source = Arc::new(Endless(writes::ids(0, 10_000)));
    write("endless", Change::Append(Append::to(&lake.table("t").await, source, 1 << 20)))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_is_late_is_stopped_and_leaves_nothing() {
    let lake = lake_with_table().await;
    let mut late = endless(&lake).await;
    late.deadline = Some(Instant::now() + Duration::from_millis(500));
    let failed = lake.lake.write(late).await.expect_err("late");
    assert_eq!((failed.code, failed.error_code), (Code::Timeout, "WRITE_TIMEOUT"), "{failed:?}");
    assert_eq!(lake.catalog.find_write("endless").await.expect("an answer"), None);
    assert!(lake.data_files().is_empty(), "{:?}", lake.data_files());
    lake.append("after", "t", Memory::of(writes::ids(0, 3))).await.expect("the next one works");
    let found = lake.table("t").await;
    assert_eq!(found.summary.row_count, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_turn_is_late_too() {
    let lake = lake_with_table().await;
    let mut first = endless(&lake).await;
    first.deadline = Some(Instant::now() + Duration::from_secs(2));
    let mut second = write("second", lake.drop_of("t").await);
    second.deadline = Some(Instant::now() + Duration::from_millis(200));
    let (first, second) = tokio::join!(lake.lake.write(first), lake.lake.write(second));
    assert_eq!(first.expect_err("late").error_code, "WRITE_TIMEOUT");
    assert_eq!(second.expect_err("late").error_code, "WRITE_TIMEOUT");
    lake.table("t").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_group_may_leave_and_the_group_goes_without_it() {
    let lake = lake_with_table().await;
    let mut first = endless(&lake).await;
    let begun = Instant::now();
    first.deadline = Some(begun + Duration::from_secs(3));
    let small = async |key: &str, time: Duration| {
        let append = Append::to(&lake.table("t").await, Memory::of(writes::ids(0, 1)), 7);
        let mut write = write(key, Change::Append(append));
        write.deadline = Some(begun + time);
        let ended = lake.lake.write(write).await;
        (ended, begun.elapsed())
    };
    let (first, hasty, patient) = tokio::join!(
        lake.lake.write(first),
        small("hasty", Duration::from_secs(1)),
        small("patient", Duration::from_secs(60)),
    );
    assert_eq!(first.expect_err("late").error_code, "WRITE_TIMEOUT");
    assert_eq!(hasty.0.expect_err("late").error_code, "WRITE_TIMEOUT");
    assert!(hasty.1 < Duration::from_millis(2_500), "it does not wait for the turn: {:?}", hasty.1);
    patient.0.expect("it has its time");
    assert_eq!(lake.table("t").await.summary.row_count, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_late_before_its_commit_is_not_made() {
    let lake = lake_with_table().await;
    let mut late = write("late", lake.drop_of("t").await);
    late.deadline = Some(Instant::now());
    assert_eq!(lake.lake.write(late).await.expect_err("late").error_code, "WRITE_TIMEOUT");
    lake.table("t").await;
}
