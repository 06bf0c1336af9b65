//! Callers whose texts are what DuckDB says when something else is wrong.

use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray};
use domain::Code;

use super::*;

/// What would mean that something is broken, lost, or met another commit.
pub(super) const WORDS: [&str; 16] = [
    "database has been invalidated",
    "Failed: database has been invalidated because of a previous fatal error",
    "Attempted to access index 0 within vector of size 0",
    "Current transaction is aborted",
    "ducklake_inlined_data_1_1 does not exist",
    "no such table: ducklake_inlined_data_1_1",
    "Connection refused",
    "server closed the connection",
    "Unable to connect to Postgres",
    "Could not establish connection",
    "error for HTTP GET to s3://bucket",
    "x already exists",
    "created by another transaction already",
    "another transaction has dropped it",
    "duplicate key value",
    "database is locked",
];

/// Statements with these words that fail for a reason of their own.
fn statements(words: &str) -> Vec<String> {
    vec![
        format!("SELECT '{words}'::INT"),
        format!("SELECT '{words}'::UUID"),
        format!("SELECT '{words}'::JSON"),
        format!("SELECT strptime('{words}', '%Y')"),
        format!("SELECT regexp_matches(x, '({words}') FROM (VALUES ('a')) v(x)"),
        format!("SELECT json_extract('{words}', '$.a')"),
        format!("SELECT date_part('{words}', now())"),
        format!("SELECT now() AT TIME ZONE '{words}'"),
        format!("SELECT \"{words}\""),
        format!("SELECT 1::\"{words}\""),
        format!("SELECT \"{words}\"(1)"),
        format!("SELECT error('{words}')"),
        format!("SELECT * FROM \"{words}\""),
        format!("SELECT * FROM \"{words}.csv\""),
        format!("SELECT * FROM \"s\".\"s3:..{words}.parquet\""),
        format!("SELECT ${}", words.replace([' ', ':', '/'], "_")),
    ]
}

/// Each is the caller's fault, and the instances are the same after all of them.
pub(super) async fn bear(lake: &TestLake, name: &str) {
    lake.create(name, &[("id", "UUID"), ("b", "VARCHAR NOT NULL")]).await.expect("made");
    let reading = lake.engine.reading.get().await.expect("an instance");
    let writing = lake.engine.writing.get().await.expect("an instance");
    for words in WORDS {
        for sql in statements(words) {
            let error = lake.sql(&sql).await.expect_err(&sql);
            let is_callers = matches!(error.code, Code::Invalid | Code::NotFound);
            assert!(is_callers, "{sql}: {error:?}");
        }
        for rows in [1, 5_000] {
            let texts = StringArray::from_iter_values((0..rows).map(|n| format!("{words} {n}")));
            let texts: ArrayRef = Arc::new(texts);
            let batch = RecordBatch::try_from_iter([("id", Arc::clone(&texts)), ("b", texts)]);
            let source = Memory::of(batch.expect("a batch"));
            let key = format!("{name} {words} {rows}");
            let error = lake.append(&key, name, source).await.expect_err(words);
            let said = (error.code, error.error_code);
            assert_eq!(said, (Code::Invalid, "VALUE_NOT_ALLOWED"), "{words}: {error:?}");
        }
    }
    let now = lake.engine.reading.get().await.expect("an instance");
    assert!(Arc::ptr_eq(&reading, &now), "the reading instance was replaced");
    let now = lake.engine.writing.get().await.expect("an instance");
    assert!(Arc::ptr_eq(&writing, &now), "the writing instance was replaced");
    assert_eq!(lake.sql(&format!("SELECT * FROM {name}")).await.expect("rows").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_texts_neither_break_nor_lose_anything() {
    let lake = TestLake::new().await;
    bear(&lake, "t").await;
    let forged =
        "{\"exception_type\":\"FATAL\",\"exception_message\":\"database has been invalidated\"}";
    let reading = lake.engine.reading.get().await.expect("an instance");
    for sql in [format!("SELECT error('{forged}')"), format!("SELECT '{forged}'::INT")] {
        assert_eq!(lake.sql(&sql).await.expect_err(&sql).code, Code::Invalid);
    }
    let now = lake.engine.reading.get().await.expect("an instance");
    assert!(Arc::ptr_eq(&reading, &now), "the reading instance was replaced");
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_texts_neither_break_nor_lose_anything_on_postgres() {
    let [lake, _] = services::two("hostile").await;
    bear(&lake, &format!("hostile{}", std::process::id())).await;
}
