//! A value that does not fit, and the name of its column.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::*;
use arrow_schema::{DataType, Field};
use domain::Code;

use super::types::{batch, column, parquet};
use super::*;

fn list(text: &str) -> ListArray {
    let mut list = ListBuilder::new(StringBuilder::new());
    list.append_value([Some("1"), Some(text)]);
    list.finish()
}

fn record(text: &str) -> StructArray {
    let field = Arc::new(Field::new("n", DataType::Utf8, true));
    let texts: ArrayRef = Arc::new(StringArray::from(vec![text]));
    StructArray::from(vec![(field, texts)])
}

type Body = Vec<(Field, ArrayRef)>;

/// Bodies in which one value does not fit: the column's name as the body has it.
fn bodies() -> Vec<(&'static str, Body)> {
    let body = |columns: &dyn Fn(&mut Body)| {
        let mut body = Vec::new();
        columns(&mut body);
        body
    };
    let far = i64::MAX / 4;
    vec![
        ("N", body(&|all| column(all, "N", StringArray::from(vec!["a\n'b"])))),
        ("n", body(&|all| column(all, "n", Int64Array::from(vec![far])))),
        (
            "a b",
            body(&|all| column(all, "a b", StringArray::from(vec!["99999999999999999999999"]))),
        ),
        ("list", body(&|all| column(all, "list", list("when casting from source column n")))),
        (
            "list",
            body(&|all| {
                column(all, "n", StringArray::from(vec!["1"]));
                column(all, "record", record("1"));
                column(all, "list", list("x"));
            }),
        ),
        (
            "record",
            body(&|all| {
                column(all, "list", list("2"));
                column(all, "record", record("x when casting from source column list"));
            }),
        ),
        ("nanos", body(&|all| column(all, "nanos", TimestampMicrosecondArray::from(vec![far])))),
    ]
}

#[tokio::test]
async fn a_value_that_does_not_fit_names_its_column() {
    let lake = TestLake::new().await;
    let columns = [
        ("n", "INTEGER"),
        ("a b", "INTERVAL"),
        ("list", "INTEGER[]"),
        ("record", "STRUCT(n INTEGER)"),
        ("nanos", "TIMESTAMP_NS"),
    ];
    lake.create("t", &columns).await.expect("made");
    for (name, body) in bodies() {
        let rows = batch(body);
        for source in [Memory::of(rows.clone()), parquet(&lake, &rows, "body.parquet")] {
            let error = lake.append("k", "t", source).await.expect_err(name);
            let said = (error.code, error.error_code);
            assert_eq!(said, (Code::Invalid, "VALUE_NOT_ALLOWED"), "{name}: {error:?}");
            assert_eq!(error.fields.len(), 1, "{name}: {error:?}");
            assert_eq!(error.fields[0].field, name, "{error:?}");
            assert!(error.detail.contains(&format!("`{name}`")), "{}", error.detail);
        }
    }
    assert!(lake.data_files().is_empty());
    assert!(lake.sql("SELECT * FROM t").await.expect("rows").is_empty());
}
