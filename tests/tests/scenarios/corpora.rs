//! The corpora: what callers' SQL may say and what it may not (`tests/corpora`), statement by statement.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, Date32Array, Decimal128Array, Int32Array, Int64Array, ListArray, RecordBatch,
    StringArray, TimestampMicrosecondArray,
};
use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, path_of, unique};
use crate::harness::rows::{arrow_of, batch};
use crate::harness::scenario::Scenario;
use crate::harness::way::repository;

#[path = "../../corpora/reader.rs"]
mod reader;

use reader::{Case, cases, filled};

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        every_statement_that_works_answers_what_it_did,
        every_statement_that_is_refused_says_why,
    ]
}

fn read(name: &str) -> Vec<Case> {
    let path = repository(&format!("tests/corpora/{name}"));
    cases(&std::fs::read_to_string(path).expect(name))
}

/// The two tables of the corpora.
struct Tables {
    app: Arc<App>,
    people: String,
    orders: String,
}

impl Tables {
    async fn on(app: Arc<App>) -> Self {
        let (people, orders) = (unique("people"), unique("orders"));
        app.create(&people, columns(&PEOPLE)).await;
        app.put(&path_of(&people), ARROW, arrow_of(&[people_rows()])).await.is(200);
        app.create(&orders, columns(&ORDERS)).await;
        app.put(&path_of(&orders), ARROW, arrow_of(&[order_rows()])).await.is(200);
        Self { app, people, orders }
    }

    fn sql(&self, case: &Case) -> String {
        filled(&case.sql, &self.people, &self.orders)
    }
}

const PEOPLE: [(&str, &str); 5] = [
    ("id", "BIGINT"),
    ("name", "VARCHAR"),
    ("team", "VARCHAR"),
    ("age", "INTEGER"),
    ("born", "DATE"),
];

const ORDERS: [(&str, &str); 6] = [
    ("id", "BIGINT"),
    ("person", "BIGINT"),
    ("amount", "DECIMAL(10, 2)"),
    ("placed", "TIMESTAMP"),
    ("tags", "VARCHAR[]"),
    ("doc", "JSON"),
];

fn columns(columns: &[(&str, &str)]) -> Value {
    let column = |(name, r#type): &(&str, &str)| json!({"name": name, "type": r#type});
    columns.iter().map(column).collect()
}

fn people_rows() -> RecordBatch {
    let teams = [Some("red"), Some("blue"), Some("red"), None, Some("blue"), Some("red")];
    let ages = [Some(36), Some(41), Some(25), Some(52), None, Some(33)];
    // Days since 1970: 1988-12-10, 1983-05-01, 1999-07-20, 2001-01-31, 1991-02-28.
    let born = [Some(6_918), Some(4_868), Some(10_792), None, Some(11_353), Some(7_728)];
    let names = StringArray::from(vec!["Ada", "Bob", "Cyd", "Dee", "Eve", "Fay"]);
    batch([
        ("id", Arc::new(Int64Array::from_iter_values(1..=6)) as ArrayRef),
        ("name", Arc::new(names)),
        ("team", Arc::new(StringArray::from_iter(teams))),
        ("age", Arc::new(Int32Array::from_iter(ages))),
        ("born", Arc::new(Date32Array::from_iter(born))),
    ])
}

fn order_rows() -> RecordBatch {
    let amounts = Decimal128Array::from(vec![1_050, 2_000, 525, 9_999, 1]);
    // 2024-01-05 10:00, 2024-01-20 12:30, 2024-02-03 08:15, 2024-02-29 23:59, 2024-03-10 00:00.
    let seconds = [1_704_448_800, 1_705_753_800, 1_706_948_100, 1_709_251_140, 1_710_028_800_i64];
    let placed = seconds.map(|seconds| seconds * 1_000_000);
    let docs = [
        Some(r#"{"k":"a","n":1}"#),
        Some(r#"{"k":"b"}"#),
        Some(r#"{"n":3}"#),
        None,
        Some(r#"{"k":null,"n":5}"#),
    ];
    batch([
        ("id", Arc::new(Int64Array::from_iter_values(1..=5)) as ArrayRef),
        ("person", Arc::new(Int64Array::from(vec![1, 1, 2, 3, 9]))),
        ("amount", Arc::new(amounts.with_precision_and_scale(10, 2).expect("amounts"))),
        ("placed", Arc::new(TimestampMicrosecondArray::from(placed.to_vec()))),
        ("tags", Arc::new(tags())),
        ("doc", Arc::new(StringArray::from_iter(docs))),
    ])
}

fn tags() -> ListArray {
    let mut lists = ListBuilder::new(StringBuilder::new());
    for tags in [Some(&["new", "web"][..]), Some(&[]), Some(&["shop"]), None, Some(&["new"])] {
        match tags {
            Some(tags) => lists.append_value(tags.iter().map(Some)),
            None => lists.append_null(),
        }
    }
    lists.finish()
}

async fn every_statement_that_works_answers_what_it_did() {
    what_works_answers_what_it_did(shared().await).await;
}

async fn every_statement_that_is_refused_says_why() {
    what_is_refused_says_why(shared().await).await;
}

pub(crate) async fn what_works_answers_what_it_did(app: Arc<App>) {
    let tables = Tables::on(app).await;
    let cases = read("allowed.sql");
    assert!(cases.len() >= 300, "{}", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let sql = tables.sql(&case);
        let answer = tables.app.post("/query?rows=array", json!({"sql": sql})).await;
        let expected: Value = serde_json::from_str(&case.expected).expect(&case.expected);
        if answer.status != 200 || answer.json()["rows"] != expected {
            wrong.push(format!("{sql}\n    {}\n    {expected}", answer.text()));
        }
    }
    assert!(wrong.is_empty(), "{} statements:\n{}", wrong.len(), wrong.join("\n"));
}

pub(crate) async fn what_is_refused_says_why(app: Arc<App>) {
    let tables = Tables::on(app).await;
    let before = tables.app.table(&tables.people).await;
    let cases = read("refused.sql");
    assert!(cases.len() >= 200, "{}", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let sql = tables.sql(&case);
        let answer = tables.app.post("/query", json!({"sql": sql})).await;
        let code = answer.json()["error_code"].as_str().unwrap_or_default().to_owned();
        if answer.status != 422 || !case.expected.split('|').any(|known| known == code) {
            let short: String = sql.chars().take(200).collect();
            wrong.push(format!("{short}\n    {} {}", answer.status, answer.text()));
        }
    }
    assert!(wrong.is_empty(), "{} statements:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(tables.app.table(&tables.people).await, before);
}
