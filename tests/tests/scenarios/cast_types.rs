//! Types that do not go through as they are: written, and taken, as docs/formats.md says.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Date64Array, DurationNanosecondArray, StringArray, Time64NanosecondArray,
    TimestampNanosecondArray,
};
use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, Answer, JSON, NDJSON, PARQUET, path_of, send, unique};
use crate::harness::rows::{arrow_of, batch, parquet_of, read_arrow, read_parquet};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        types_that_no_format_has_are_written_as_the_page_says,
        an_integer_of_39_digits_is_refused_and_told,
        what_is_finer_than_its_column_is_cut_as_the_page_says,
        what_parquet_has_in_place_of_a_type_can_be_appended_again,
    ]
}

/// A cell with nothing in it.
const NOTHING: &str = "nothing";

/// An expression; its type as Arrow has it, its value in JSON, and its cell in CSV.
fn samples() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    vec![
        ("1234567890123456789::HUGEINT", "Decimal128(38, 0)", exact("1234567890123456789"), ""),
        ("7::UHUGEINT", "Utf8", json!(7), "7"),
        ("'8'::BIGNUM", "Utf8", json!(8), "8"),
        ("[7::UHUGEINT]", "List", json!(["7"]), r#""[""7""]""#),
        ("'10101'::BIT", "Utf8", json!("10101"), "10101"),
        ("'12:34:56.789+02'::TIMETZ", "Utf8", json!("12:34:56.789+02"), "12:34:56.789+02"),
        ("'a'::ENUM('a', 'b')", "Utf8", json!("a"), "a"),
        ("union_value(num := 2)", "Utf8", json!(r#"{"num":2}"#), r#""{""num"":2}""#),
        ("{'a': 1}::VARIANT", "Utf8", json!(r#"{"a":1}"#), r#""{""a"":1}""#),
        ("NULL::VARIANT", "Utf8", Value::Null, NOTHING),
        ("[NULL::VARIANT, 1::VARIANT]", "List", json!([null, "1"]), r#""[null,""1""]""#),
        ("[NULL, 1]::VARIANT[2]", "FixedSizeList", json!([null, "1"]), r#""[null,""1""]""#),
        (
            "{'a': NULL::VARIANT, 'b': 7}",
            "Struct",
            json!({"a": null, "b": 7}),
            r#""{""a"":null,""b"":7}""#,
        ),
        ("MAP {'k': [NULL::VARIANT]}", "Map", json!({"k": [null]}), r#""{""k"":[null]}""#),
        ("[TIMETZ '12:00:00+01']", "List", json!(["12:00:00+01"]), r#""[""12:00:00+01""]""#),
    ]
}

/// A number of JSON with all its digits.
fn exact(digits: &str) -> Value {
    serde_json::from_str(digits).expect("a number")
}

async fn asked(app: &App, sql: &str, format: &str) -> Answer {
    let request = app.request(reqwest::Method::POST, &format!("/query?format={format}"));
    send(request.header("content-type", JSON).body(json!({"sql": sql}).to_string())).await
}

async fn types_that_no_format_has_are_written_as_the_page_says() {
    let app = shared().await;
    for (expression, arrow, value, cell) in samples() {
        let sql = format!("SELECT {expression} AS v");
        let shown = asked(&app, &sql, "json").await.is(200).json();
        assert_eq!(shown["rows"], json!([{"v": value}]), "{expression}");
        let csv = asked(&app, &sql, "csv").await.is(200).text();
        let cell = match cell {
            "" => value.to_string(),
            NOTHING => String::new(),
            cell => cell.to_owned(),
        };
        assert_eq!(csv, format!("v\r\n{cell}\r\n"), "{expression}");
        let as_arrow = read_arrow(&asked(&app, &sql, "arrow").await.is(200).body);
        let as_parquet = read_parquet(asked(&app, &sql, "parquet").await.is(200).body);
        for read in [as_arrow, as_parquet] {
            let found = read.schema().field(0).data_type().to_string();
            assert!(found.starts_with(arrow), "{expression} came as {found}");
        }
    }
}

async fn an_integer_of_39_digits_is_refused_and_told() {
    let app = shared().await;
    let most = "170141183460469231731687303715884105727";
    for format in ["json", "csv", "arrow", "parquet"] {
        let answer = asked(&app, &format!("SELECT {most}::HUGEINT AS v"), format).await;
        answer.problem(422, "INVALID_SQL");
        let text = format!("SELECT {most}::HUGEINT::VARCHAR AS v");
        asked(&app, &text, format).await.is(200);
    }
}

/// A column's type, a finer value, and what the table has of it.
fn finer() -> Vec<(&'static str, ArrayRef, &'static str)> {
    let time = || TimestampNanosecondArray::from(vec![1_708_210_000_123_456_789]);
    vec![
        ("TIMESTAMP", Arc::new(time()), "2024-02-17T22:46:40.123456"),
        ("TIMESTAMPTZ", Arc::new(time().with_timezone("UTC")), "2024-02-17T22:46:40.123456Z"),
        ("TIMESTAMP_NS", Arc::new(time()), "2024-02-17T22:46:40.123456789"),
        ("DATE", Arc::new(Date64Array::from(vec![1_708_210_000_123])), "2024-02-17"),
        ("TIME", Arc::new(Time64NanosecondArray::from(vec![4_321])), "00:00:00.000004"),
        ("INTERVAL", Arc::new(DurationNanosecondArray::from(vec![1_999])), "PT0.000001S"),
    ]
}

async fn what_is_finer_than_its_column_is_cut_as_the_page_says() {
    let app = shared().await;
    for (kind, values, kept) in finer() {
        let name = unique("finer");
        app.create(&name, json!([{"name": "v", "type": kind}])).await;
        let sent = [batch([("v", values)])];
        app.put(&path_of(&name), ARROW, arrow_of(&sent)).await.is(200);
        // Parquet has neither.
        let (media_type, other) = match kind {
            "DATE" | "INTERVAL" => (ARROW, arrow_of(&sent)),
            _ => (PARQUET, parquet_of(&sent)),
        };
        app.put(&path_of(&name), media_type, other).await.is(200);
        let rows = app.rows(&format!("SELECT v FROM {name}")).await;
        assert_eq!(rows, [json!({"v": kept}), json!({"v": kept})], "{kind}");
    }
}

async fn what_parquet_has_in_place_of_a_type_can_be_appended_again() {
    let (app, name) = (shared().await, unique("again"));
    let columns =
        json!([{"name": "s", "type": "TIMESTAMP_S"}, {"name": "it's", "type": "INTERVAL"}]);
    app.create(&name, columns).await;
    let rows = [
        r#"{"s": "2024-02-29T12:34:56", "it's": "P1Y2M3DT4H5M6.789S"}"#,
        r#"{"s": "1969-12-31T23:59:59", "it's": "PT0S"}"#,
        r#"{"s": null, "it's": "P14M400DT1000H"}"#,
        r#"{"s": null, "it's": null}"#,
    ];
    app.put(&path_of(&name), NDJSON, rows.join("\n").into_bytes()).await.is(200);
    let data = format!("{}/data?format=parquet", path_of(&name));
    let export = app.get(&data).await.is(200).body.to_vec();
    let before = app.rows(&format!("SELECT * FROM {name} ORDER BY ALL")).await;
    let over = format!("{}?mode=overwrite", path_of(&name));
    app.put(&over, PARQUET, export).await.is(200);
    assert_eq!(app.rows(&format!("SELECT * FROM {name} ORDER BY ALL")).await, before);
    let finer: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![1_000_000_000, 1]));
    let text: ArrayRef = Arc::new(StringArray::from(vec!["P1D", "1 day"]));
    for (column, value, values) in
        [("s", "1970-01-01 00:00:00.000000001", finer), ("it's", "1 day", text)]
    {
        let sent = [batch([(column, values)])];
        for (media_type, body) in [(ARROW, arrow_of(&sent)), (PARQUET, parquet_of(&sent))] {
            let answer = app.put(&path_of(&name), media_type, body).await;
            answer.problem(422, "VALUE_NOT_ALLOWED");
            assert_eq!(answer.fields(), [column], "{answer}");
            assert!(answer.text().contains(&format!("The value `{value}` of ")), "{answer}");
        }
    }
}
