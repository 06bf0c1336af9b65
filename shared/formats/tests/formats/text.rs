//! How each type is written as JSON and as CSV.

use std::slice::from_ref;
use std::sync::Arc;

use arrow_array::builder::{Int32Builder, ListBuilder, MapBuilder, StringBuilder};
use arrow_array::types::*;
use arrow_array::*;
use arrow_buffer::{IntervalMonthDayNano, ScalarBuffer, i256};
use arrow_schema::{DataType, Field, Fields};
use formats::{Format, RowsAs};

use crate::{batch, encode, encode_as, encode_broken};

/// One column: what its rows are in JSON, and in CSV where that differs from the JSON text.
#[track_caller]
fn check(array: impl Array + 'static, json: &[&str], csv: &[&str]) {
    let batch = batch(vec![
        ("a", Arc::new(array) as ArrayRef),
        ("b", Arc::new(BooleanArray::from(vec![true; json.len()]))),
    ]);
    let lines: String = json.iter().map(|value| format!("[{value},true]\n")).collect();
    assert_eq!(text(encode(Format::Ndjson, RowsAs::Arrays, from_ref(&batch))), lines);
    let lines: String = csv.iter().map(|value| format!("{value},true\r\n")).collect();
    assert_eq!(
        text(encode(Format::Csv, RowsAs::Objects, from_ref(&batch))),
        format!("a,b\r\n{lines}")
    );
    // A slice is written as the rows it shows.
    let sliced = batch.slice(1, json.len() - 1);
    let lines: String = json[1..].iter().map(|value| format!("[{value},true]\n")).collect();
    assert_eq!(text(encode(Format::Ndjson, RowsAs::Arrays, &[sliced])), lines);
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn whole_numbers_are_exact() {
    let json = ["-9223372036854775808", "null", "9223372036854775807"];
    let csv = ["-9223372036854775808", "", "9223372036854775807"];
    check(Int64Array::from(vec![Some(i64::MIN), None, Some(i64::MAX)]), &json, &csv);
    check(
        UInt64Array::from(vec![0, u64::MAX]),
        &["0", "18446744073709551615"],
        &["0", "18446744073709551615"],
    );
    check(Int8Array::from(vec![-128, 127]), &["-128", "127"], &["-128", "127"]);
    check(BooleanArray::from(vec![Some(true), None]), &["true", "null"], &["true", ""]);
    check(NullArray::new(2), &["null", "null"], &["", ""]);
}

#[test]
fn decimals_are_exact_numbers() {
    let array = Decimal128Array::from(vec![
        Some(-5),
        None,
        Some(99_999_999_999_999_999_999_999_999_999_999_999_999),
    ])
    .with_precision_and_scale(38, 2)
    .expect("a scale");
    let values = ["-0.05", "null", "999999999999999999999999999999999999.99"];
    check(array, &values, &["-0.05", "", values[2]]);
    let wide = Decimal256Array::from(vec![i256::from(1), i256::MINUS_ONE])
        .with_precision_and_scale(76, 70)
        .expect("a scale");
    let least = format!("0.{}1", "0".repeat(69));
    check(wide, &[&least, &format!("-{least}")], &[&least, &format!("-{least}")]);
}

#[test]
fn a_hugeint_that_comes_as_text_is_a_number() {
    let array = StringArray::from(vec!["-170141183460469231731687303715884105728", "not one"]);
    let batch = batch(vec![("h", Arc::new(array))]);
    let columns = [("h".to_owned(), "HUGEINT".to_owned())];
    let lines = text(encode_as(Format::Ndjson, RowsAs::Arrays, &columns, &[batch]));
    assert_eq!(lines, "[-170141183460469231731687303715884105728]\n[\"not one\"]\n");
}

#[test]
fn floats_are_as_short_as_they_can_be() {
    let array = Float32Array::from(vec![Some(0.1), None, Some(f32::NAN), Some(1e20)]);
    check(array, &["0.1", "null", "\"NaN\"", "1e+20"], &["0.1", "", "NaN", "1e+20"]);
    let array = Float64Array::from(vec![0.1, f64::INFINITY, f64::NEG_INFINITY, -0.0, 5e-324, 1.0]);
    check(
        array,
        &["0.1", "\"Infinity\"", "\"-Infinity\"", "-0.0", "5e-324", "1.0"],
        &["0.1", "Infinity", "-Infinity", "-0.0", "5e-324", "1.0"],
    );
}

#[test]
fn text_is_escaped_and_quoted_only_where_it_must() {
    let values =
        vec![Some("a"), Some(""), None, Some("a,\"b\"\r\nc"), Some("ü 🦆\u{1}"), Some("\\")];
    let json = ["\"a\"", "\"\"", "null", "\"a,\\\"b\\\"\\r\\nc\"", "\"ü 🦆\\u0001\"", "\"\\\\\""];
    let csv = ["a", "\"\"", "", "\"a,\"\"b\"\"\r\nc\"", "ü 🦆\u{1}", "\\"];
    check(StringArray::from(values.clone()), &json, &csv);
    check(LargeStringArray::from(values.clone()), &json, &csv);
    check(StringViewArray::from(values.clone()), &json, &csv);
    check(values.into_iter().collect::<DictionaryArray<UInt8Type>>(), &json, &csv);
    let none: DictionaryArray<Int8Type> = vec![None::<&str>, None].into_iter().collect();
    check(none, &["null", "null"], &["", ""]);
}

#[test]
fn bytes_are_base64_and_uuids_are_uuids() {
    let values = vec![Some(b"\x00\xff".as_slice()), Some(b""), None];
    let json = ["\"AP8=\"", "\"\"", "null"];
    check(BinaryArray::from(values.clone()), &json, &["AP8=", "\"\"", ""]);
    check(LargeBinaryArray::from(values.clone()), &json, &["AP8=", "\"\"", ""]);
    check(BinaryViewArray::from(values), &json, &["AP8=", "\"\"", ""]);
    let array = FixedSizeBinaryArray::try_from_iter([[0x12_u8; 16]].into_iter()).expect("an array");
    let field = Field::new("u", DataType::FixedSizeBinary(16), true)
        .with_metadata([("ARROW:extension:name".to_owned(), "arrow.uuid".to_owned())].into());
    let schema = Arc::new(arrow_schema::Schema::new(vec![field]));
    let batch = RecordBatch::try_new(schema, vec![Arc::new(array)]).expect("a batch");
    let line = text(encode(Format::Ndjson, RowsAs::Arrays, &[batch]));
    assert_eq!(line, "[\"12121212-1212-1212-1212-121212121212\"]\n");
}

#[test]
fn times_are_iso_8601_and_say_utc_only_where_they_have_a_zone() {
    let micros = vec![Some(1_700_000_000_500_000), None, Some(i64::MAX)];
    check(
        TimestampMicrosecondArray::from(micros.clone()),
        &["\"2023-11-14T22:13:20.5\"", "null", "\"infinity\""],
        &["2023-11-14T22:13:20.5", "", "infinity"],
    );
    check(
        TimestampMicrosecondArray::from(micros).with_timezone("Europe/Berlin"),
        &["\"2023-11-14T22:13:20.5Z\"", "null", "\"infinity\""],
        &["2023-11-14T22:13:20.5Z", "", "infinity"],
    );
    check(
        TimestampSecondArray::from(vec![0, -1]),
        &["\"1970-01-01T00:00:00\"", "\"1969-12-31T23:59:59\""],
        &["1970-01-01T00:00:00", "1969-12-31T23:59:59"],
    );
    check(
        Date32Array::from(vec![Some(19_782), None]),
        &["\"2024-02-29\"", "null"],
        &["2024-02-29", ""],
    );
    check(
        Date64Array::from(vec![86_400_000, -1]),
        &["\"1970-01-02\"", "\"1969-12-31\""],
        &["1970-01-02", "1969-12-31"],
    );
    check(
        Time64MicrosecondArray::from(vec![1, 0]),
        &["\"00:00:00.000001\"", "\"00:00:00\""],
        &["00:00:00.000001", "00:00:00"],
    );
    let interval = IntervalMonthDayNano::new(14, 3, 1_500_000_000);
    check(
        IntervalMonthDayNanoArray::from(vec![Some(interval), None]),
        &["\"P1Y2M3DT1.5S\"", "null"],
        &["P1Y2M3DT1.5S", ""],
    );
}

#[test]
fn nested_values_are_json_everywhere() {
    let mut lists = ListBuilder::new(Int32Builder::new());
    lists.append_value([Some(1), None]);
    lists.append_null();
    lists.append_value([]);
    let lists = lists.finish();
    check(lists.clone(), &["[1,null]", "null", "[]"], &["\"[1,null]\"", "", "[]"]);

    let fields = Fields::from(vec![
        Field::new("a \"b\"", DataType::Int32, true),
        Field::new("l", lists.data_type().clone(), true),
    ]);
    let structs = StructArray::new(
        fields,
        vec![Arc::new(Int32Array::from(vec![Some(1), Some(2), None])), Arc::new(lists)],
        Some(vec![true, false, true].into()),
    );
    check(
        structs,
        &["{\"a \\\"b\\\"\":1,\"l\":[1,null]}", "null", "{\"a \\\"b\\\"\":null,\"l\":[]}"],
        &[
            "\"{\"\"a \\\"\"b\\\"\"\"\":1,\"\"l\"\":[1,null]}\"",
            "",
            "\"{\"\"a \\\"\"b\\\"\"\"\":null,\"\"l\"\":[]}\"",
        ],
    );

    let unnamed = Fields::from(vec![Field::new("", DataType::Int32, true); 2]);
    let column: ArrayRef = Arc::new(Int32Array::from(vec![1, 2]));
    check(
        StructArray::new(unnamed, vec![column.clone(), column], None),
        &["[1,1]", "[2,2]"],
        &["\"[1,1]\"", "\"[2,2]\""],
    );

    let fixed = FixedSizeListArray::from_iter_primitive::<Int32Type, _, _>(
        [Some([Some(1), Some(2)]), None, Some([None, Some(3)])],
        2,
    );
    check(fixed, &["[1,2]", "null", "[null,3]"], &["\"[1,2]\"", "", "\"[null,3]\""]);
}

#[test]
fn maps_are_objects_whatever_their_keys_are() {
    let mut maps = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
    maps.keys().append_value("k");
    maps.values().append_value(1);
    maps.append(true).expect("a map");
    maps.append(false).expect("no map");
    maps.append(true).expect("an empty map");
    check(maps.finish(), &["{\"k\":1}", "null", "{}"], &["\"{\"\"k\"\":1}\"", "", "{}"]);

    let mut maps = MapBuilder::new(None, Int32Builder::new(), Int32Builder::new());
    for key in [7, 8] {
        maps.keys().append_value(key);
        maps.values().append_null();
    }
    maps.append(true).expect("a map");
    maps.append(true).expect("an empty map");
    check(
        maps.finish(),
        &["{\"7\":null,\"8\":null}", "{}"],
        &["\"{\"\"7\"\":null,\"\"8\"\":null}\"", "{}"],
    );
}

#[test]
fn unions_and_runs_are_the_value_they_show() {
    let fields = [
        (0, Arc::new(Field::new("n", DataType::Int32, true))),
        (5, Arc::new(Field::new("t", DataType::Utf8, true))),
    ];
    let children: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from(vec![Some(1), None, None])),
        Arc::new(StringArray::from(vec![None, Some("x"), None])),
    ];
    let union = UnionArray::try_new(
        fields.into_iter().collect(),
        ScalarBuffer::from(vec![0_i8, 5, 0]),
        None,
        children,
    )
    .expect("a union");
    check(union, &["1", "\"x\"", "null"], &["1", "x", ""]);
    let runs = RunArray::<Int32Type>::try_new(
        &Int32Array::from(vec![2, 3]),
        &StringArray::from(vec![Some("r"), None]),
    )
    .expect("runs");
    check(runs, &["\"r\"", "\"r\"", "null"], &["r", "r", ""]);
}

#[test]
fn rows_are_objects_unless_a_name_stands_twice() {
    let one: ArrayRef = Arc::new(Int32Array::from(vec![Some(1), None]));
    let two: ArrayRef = Arc::new(StringArray::from(vec!["x", "y"]));
    let plain = batch(vec![("a", one.clone()), ("A", two.clone())]);
    let twice = batch(vec![("a", one), ("a", two)]);
    let expected = "{\"columns\":[{\"name\":\"a\",\"type\":\"VARCHAR\"},{\"name\":\"A\",\"type\":\"VARCHAR\"}],\
                    \"rows\":[{\"a\":1,\"A\":\"x\"},{\"a\":null,\"A\":\"y\"}],\
                    \"row_count\":2,\"snapshot\":12,\"truncated\":false,\"elapsed_ms\":3}";
    assert_eq!(text(encode(Format::Json, RowsAs::Objects, from_ref(&plain))), expected);
    let arrays = |bytes: &[u8]| {
        let document: serde_json::Value = serde_json::from_slice(bytes).expect("JSON");
        document["rows"].to_string()
    };
    let expected = "[[1,\"x\"],[null,\"y\"]]";
    assert_eq!(arrays(&encode(Format::Json, RowsAs::Arrays, from_ref(&plain))), expected);
    assert_eq!(arrays(&encode(Format::Json, RowsAs::Objects, from_ref(&twice))), expected);
    let twice_over = encode(
        Format::Json,
        RowsAs::Objects,
        &[twice.slice(0, 1), twice.slice(1, 0), twice.slice(1, 1)],
    );
    assert_eq!(arrays(&twice_over), expected);
    assert_eq!(
        text(encode(Format::Ndjson, RowsAs::Objects, &[plain])),
        "{\"a\":1,\"A\":\"x\"}\n{\"a\":null,\"A\":\"y\"}\n"
    );
}

#[test]
fn rows_that_broke_off_do_not_look_whole() {
    let batch = batch(vec![("a", Arc::new(Int32Array::from(vec![1, 2])))]);
    let broken = |format| encode_broken(format, from_ref(&batch));
    assert!(serde_json::from_slice::<serde_json::Value>(&broken(Format::Json)).is_err());
    let lines = text(broken(Format::Ndjson));
    assert_eq!(lines.lines().last(), Some("{\"error\":{\"status\": 500}}"));
    let error = formats::parquet::inspect(&bytes::Bytes::from(broken(Format::Parquet)))
        .expect_err("no footer");
    assert_eq!(error.error_code, "BODY_CUT_SHORT");
    let arrow = broken(Format::ArrowStream);
    let stream =
        formats::arrow_stream::open(arrow.as_slice(), Default::default()).expect("a schema");
    let last = stream.last().expect("an item").expect_err("no end");
    assert_eq!(last.error_code, "BODY_CUT_SHORT");
}
