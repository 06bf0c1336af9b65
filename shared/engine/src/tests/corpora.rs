//! The corpora of statements that are taken and refused (`tests/corpora`), as the engine answers them. Over
//! HTTP they run as a scenario.

use std::path::PathBuf;

use formats::{Format, RowsAs};
use serde_json::Value;

use super::*;

#[path = "../../../../tests/corpora/reader.rs"]
mod reader;

use reader::{cases, filled};

/// As the scenario makes them.
const ROWS: [&str; 2] = [
    "INSERT INTO lake.people VALUES (1, 'Ada', 'red', 36, '1988-12-10'), \
     (2, 'Bob', 'blue', 41, '1983-05-01'), (3, 'Cyd', 'red', 25, '1999-07-20'), \
     (4, 'Dee', NULL, 52, NULL), (5, 'Eve', 'blue', NULL, '2001-01-31'), \
     (6, 'Fay', 'red', 33, '1991-02-28')",
    "INSERT INTO lake.orders VALUES \
     (1, 1, 10.50, '2024-01-05 10:00:00', ['new', 'web'], '{\"k\":\"a\",\"n\":1}'), \
     (2, 1, 20.00, '2024-01-20 12:30:00', [], '{\"k\":\"b\"}'), \
     (3, 2, 5.25, '2024-02-03 08:15:00', ['shop'], '{\"n\":3}'), \
     (4, 3, 99.99, '2024-02-29 23:59:00', NULL, NULL), \
     (5, 9, 0.01, '2024-03-10 00:00:00', ['new'], '{\"k\":null,\"n\":5}')",
];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpora").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).expect(name)
}

async fn lake() -> TestLake {
    let lake = TestLake::new().await;
    let people = [
        ("id", "BIGINT"),
        ("name", "VARCHAR"),
        ("team", "VARCHAR"),
        ("age", "INTEGER"),
        ("born", "DATE"),
    ];
    lake.create("people", &people).await.expect("made");
    let orders = [
        ("id", "BIGINT"),
        ("person", "BIGINT"),
        ("amount", "DECIMAL(10, 2)"),
        ("placed", "TIMESTAMP"),
        ("tags", "VARCHAR[]"),
        ("doc", "JSON"),
    ];
    lake.create("orders", &orders).await.expect("made");
    let writer = lake.engine.writing.get().await.expect("an instance").connect().expect("one");
    for sql in ROWS {
        writer.execute(sql).expect(sql);
    }
    lake
}

/// The rows as JSON, as they go out.
async fn rows(lake: &TestLake, sql: &str) -> Result<String> {
    let rows = lake.queries.query(query(sql)).await?;
    let columns: Vec<_> =
        rows.columns.iter().map(|column| (column.name.clone(), column.r#type.clone())).collect();
    let mut encoder = Format::Ndjson.encoder(Arc::clone(&rows.schema), &columns, RowsAs::Arrays)?;
    let mut out = encoder.start()?.to_vec();
    for batch in rows.batches.try_collect::<Vec<_>>().await? {
        out.extend_from_slice(&encoder.batch(&batch)?);
    }
    let lines = String::from_utf8(out).expect("UTF-8");
    Ok(format!("[{}]", lines.lines().collect::<Vec<_>>().join(",")))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_that_works_answers_what_it_did() {
    let lake = lake().await;
    let cases = cases(&read("allowed.sql"));
    assert!(cases.len() >= 300, "{}", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let sql = filled(&case.sql, "people", "orders");
        let expected: Value = serde_json::from_str(&case.expected).expect(&case.expected);
        match rows(&lake, &sql).await {
            Ok(rows) if serde_json::from_str::<Value>(&rows).expect("JSON") == expected => {}
            Ok(rows) => wrong.push(format!("{sql}\n    {rows}\n    {expected}")),
            Err(error) => wrong.push(format!("{sql}\n    {error:?}")),
        }
    }
    assert!(wrong.is_empty(), "{} statements:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_that_is_refused_says_why() {
    let lake = lake().await;
    let cases = cases(&read("refused.sql"));
    assert!(cases.len() >= 200, "{}", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let sql = filled(&case.sql, "people", "orders");
        let short: String = sql.chars().take(200).collect();
        match rows(&lake, &sql).await {
            Ok(rows) => wrong.push(format!("{short}\n    {rows:.200}")),
            Err(error) => {
                let known = case.expected.split('|').any(|code| code == error.error_code);
                if !known || error.code != domain::Code::Invalid {
                    wrong.push(format!("{short}\n    {error:.300?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} statements:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it writes tests/corpora/allowed.sql"]
async fn write_the_rows_of_the_corpora_anew() {
    let lake = lake().await;
    let file = read("allowed.sql");
    let (head, _) = file.split_once("\n---\n").expect("a head");
    let (mut out, mut failed) = (head.to_owned(), Vec::new());
    for case in cases(&file) {
        match rows(&lake, &filled(&case.sql, "people", "orders")).await {
            Ok(rows) => out += &format!("\n---\n-- {rows}\n{}", case.sql),
            Err(error) => failed.push(format!("{}\n    {error:.300?}", case.sql)),
        }
    }
    assert!(failed.is_empty(), "{} statements:\n{}", failed.len(), failed.join("\n"));
    std::fs::write(path("allowed.sql"), out + "\n").expect("written");
}
