//! Every type of DuckLake: declared, written, read back.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::*;
use arrow_buffer::IntervalMonthDayNano;
use arrow_data::ArrayData;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, JSON, PARQUET, path_of, send, unique};
use crate::harness::rows::{arrow_of, batch, parquet_of, read_arrow, read_parquet};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        types_are_taken_under_every_name_and_shown_under_one,
        values_of_every_type_come_back_as_they_went_in,
    ]
}

async fn types_are_taken_under_every_name_and_shown_under_one() {
    let app = shared().await;
    for (written, shown) in [
        ("bool", "BOOLEAN"),
        ("tinyint", "TINYINT"),
        ("int2", "SMALLINT"),
        ("int", "INTEGER"),
        ("Long", "BIGINT"),
        ("hugeint", "HUGEINT"),
        ("uint8", "UTINYINT"),
        ("uint16", "USMALLINT"),
        ("uint32", "UINTEGER"),
        ("uint64", "UBIGINT"),
        ("uhugeint", "UHUGEINT"),
        ("real", "FLOAT"),
        ("float8", "DOUBLE"),
        ("string", "VARCHAR"),
        ("bytea", "BLOB"),
        ("guid", "UUID"),
        ("json", "JSON"),
        ("date", "DATE"),
        ("time", "TIME"),
        ("time with time zone", "TIMETZ"),
        ("datetime", "TIMESTAMP"),
        ("timestamp_s", "TIMESTAMP_S"),
        ("timestamp_ms", "TIMESTAMP_MS"),
        ("timestamp_ns", "TIMESTAMP_NS"),
        ("timestamp with time zone", "TIMESTAMPTZ"),
        ("interval", "INTERVAL"),
        ("decimal", "DECIMAL(18,3)"),
        ("numeric(38, 10)", "DECIMAL(38,10)"),
        ("integer[][]", "INTEGER[][]"),
        ("map(varchar,int)", "MAP(VARCHAR, INTEGER)"),
        ("struct(a int, \"b c\" varchar[])", "STRUCT(\"a\" INTEGER, \"b c\" VARCHAR[])"),
        ("variant", "VARIANT"),
    ] {
        let name = unique("typed");
        let made = app.create(&name, json!([{"name": "c", "type": written}])).await;
        assert_eq!(made["columns"][0]["type"], shown, "{written} in the answer");
        assert_eq!(app.table(&name).await["columns"][0]["type"], shown, "{written} in the catalog");
        app.delete(&path_of(&name)).await.is(204);
    }
}

/// Column type, values as Arrow (a value and a NULL), and the value as JSON shows it.
fn samples() -> Vec<(&'static str, ArrayRef, Value)> {
    let uuid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    let interval = IntervalMonthDayNano::new(14, 3, 3_600_000_000_000);
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([
        Some(vec![Some(1), None, Some(3)]),
        None,
    ]);
    vec![
        ("BOOLEAN", Arc::new(BooleanArray::from(vec![Some(true), None])), json!(true)),
        ("TINYINT", Arc::new(Int8Array::from(vec![Some(-128), None])), json!(-128)),
        ("SMALLINT", Arc::new(Int16Array::from(vec![Some(-32_768), None])), json!(-32_768)),
        ("INTEGER", Arc::new(Int32Array::from(vec![Some(i32::MIN), None])), json!(i32::MIN)),
        ("BIGINT", Arc::new(Int64Array::from(vec![Some(i64::MIN), None])), json!(i64::MIN)),
        ("UTINYINT", Arc::new(UInt8Array::from(vec![Some(255), None])), json!(255)),
        ("USMALLINT", Arc::new(UInt16Array::from(vec![Some(65_535), None])), json!(65_535)),
        ("UINTEGER", Arc::new(UInt32Array::from(vec![Some(u32::MAX), None])), json!(u32::MAX)),
        ("UBIGINT", Arc::new(UInt64Array::from(vec![Some(u64::MAX), None])), json!(u64::MAX)),
        ("FLOAT", Arc::new(Float32Array::from(vec![Some(0.5), None])), json!(0.5)),
        ("DOUBLE", Arc::new(Float64Array::from(vec![Some(0.1), None])), json!(0.1)),
        (
            "VARCHAR",
            Arc::new(StringArray::from(vec![Some("tab\t\"quote\" ü🦆"), None])),
            json!("tab\t\"quote\" ü🦆"),
        ),
        ("UUID", Arc::new(StringArray::from(vec![Some(uuid), None])), json!(uuid)),
        ("DATE", Arc::new(Date32Array::from(vec![Some(20_778), None])), json!("2026-11-21")),
        (
            "TIME",
            Arc::new(Time64MicrosecondArray::from(vec![Some(3_723_000_004), None])),
            json!("01:02:03.000004"),
        ),
        ("DECIMAL(20,3)", decimal(12_345, 20, 3), json!(12.345)),
        ("INTEGER[]", Arc::new(list), json!([1, null, 3])),
        ("BLOB", Arc::new(BinaryArray::from_opt_vec(vec![Some(b"\x00\xff"), None])), json!("AP8=")),
        (
            "JSON",
            Arc::new(StringArray::from(vec![Some(r#"{"a":[1,2]}"#), None])),
            json!(r#"{"a":[1,2]}"#),
        ),
        (
            "TIMESTAMP",
            Arc::new(TimestampMicrosecondArray::from(vec![Some(1_795_000_000_123_456), None])),
            json!("2026-11-18T11:06:40.123456"),
        ),
        (
            "TIMESTAMP_S",
            Arc::new(TimestampSecondArray::from(vec![Some(1_795_000_000), None])),
            json!("2026-11-18T11:06:40"),
        ),
        (
            "TIMESTAMP_MS",
            Arc::new(TimestampMillisecondArray::from(vec![Some(1_795_000_000_123), None])),
            json!("2026-11-18T11:06:40.123"),
        ),
        (
            "TIMESTAMP_NS",
            Arc::new(TimestampNanosecondArray::from(vec![Some(1_795_000_000_123_456_789), None])),
            json!("2026-11-18T11:06:40.123456789"),
        ),
        (
            "TIMESTAMPTZ",
            Arc::new(
                TimestampMicrosecondArray::from(vec![Some(1_795_000_000_123_456), None])
                    .with_timezone("UTC"),
            ),
            json!("2026-11-18T11:06:40.123456Z"),
        ),
        (
            "INTERVAL",
            Arc::new(IntervalMonthDayNanoArray::from(vec![Some(interval), None])),
            json!("P1Y2M3DT1H"),
        ),
    ]
}

fn decimal(value: i128, width: u8, scale: i8) -> ArrayRef {
    let array = Decimal128Array::from(vec![Some(value), None]);
    Arc::new(array.with_precision_and_scale(width, scale).expect("a decimal"))
}

async fn values_of_every_type_come_back_as_they_went_in() {
    let app = shared().await;
    for (kind, values, as_json) in samples() {
        let name = unique("values");
        app.create(&name, json!([{"name": "v", "type": kind}])).await;
        let sent = batch([("v", values)]);
        let arrow = arrow_of(std::slice::from_ref(&sent));
        // Parquet has no timestamps of seconds, and its writer no intervals of nanoseconds.
        let (media_type, other) = match kind {
            "TIMESTAMP_S" | "INTERVAL" => (ARROW, arrow.clone()),
            _ => (PARQUET, parquet_of(std::slice::from_ref(&sent))),
        };
        app.put(&path_of(&name), ARROW, arrow).await.is(200);
        app.put(&path_of(&name), media_type, other).await.is(200);
        let arrow = read_arrow(&data(&app, &name, ARROW).await.body);
        check_twice(kind, &sent, &arrow);
        check_twice(kind, &sent, &read_parquet(data(&app, &name, PARQUET).await.body));
        let shown = data(&app, &name, JSON).await.json();
        assert_eq!(
            shown["rows"],
            json!([{"v": as_json}, {"v": null}, {"v": as_json}, {"v": null}]),
            "{kind}"
        );
        app.delete(&path_of(&name)).await.is(204);
    }
}

async fn data(app: &App, table: &str, accept: &str) -> crate::harness::http::Answer {
    let request = app.request(Method::GET, &format!("{}/data", path_of(table)));
    send(request.header("accept", accept)).await.is(200)
}

/// What was sent twice is there twice, under whatever encoding of the same values.
fn check_twice(kind: &str, sent: &RecordBatch, read: &RecordBatch) {
    assert_eq!(read.num_rows(), 4, "{kind}: {read:?}");
    // DuckDB names the elements of lists in its own way.
    let same_type =
        read.schema().field(0).data_type().equals_datatype(sent.schema().field(0).data_type());
    let text_or_bytes =
        ["UUID", "JSON", "BLOB", "TIMESTAMP_S", "TIMESTAMP_NS", "TIMESTAMPTZ", "INTERVAL"]
            .contains(&kind);
    assert!(
        same_type || text_or_bytes,
        "{kind} came back as {:?}",
        read.schema().field(0).data_type()
    );
    for start in [0, 2] {
        let half = read.column(0).slice(start, 2);
        assert!(half.is_null(1) && !half.is_null(0), "{kind}: NULL is not where it was: {half:?}");
        if same_type {
            assert_eq!(values_of(&half), values_of(sent.column(0)), "{kind}");
        }
    }
}

/// The first value; of a list its elements, since the name of the elements' field may differ.
fn values_of(values: &ArrayRef) -> ArrayData {
    match values.as_list_opt::<i32>() {
        Some(list) => list.value(0).to_data(),
        None => values.to_data(),
    }
}
