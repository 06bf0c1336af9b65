//! Every type, as our own writers write it, is read back as the same value.

use arrow_array::RecordBatch;
use domain::Column;
use formats::{Format, RowsAs};

use crate::bodies::{Kind, code, column, one};
use crate::encode_as;

/// Of each type: JSON values as they are written.
const VALUES: &[(&str, &[&str])] = &[
    ("BOOLEAN", &["true", "false"]),
    ("TINYINT", &["-128", "127", "0"]),
    ("SMALLINT", &["-32768", "32767"]),
    ("INTEGER", &["-2147483648", "2147483647"]),
    ("BIGINT", &["-9223372036854775808", "9223372036854775807"]),
    (
        "HUGEINT",
        &[
            "-170141183460469231731687303715884105728",
            "170141183460469231731687303715884105727",
            "0",
        ],
    ),
    ("UTINYINT", &["0", "255"]),
    ("USMALLINT", &["65535"]),
    ("UINTEGER", &["4294967295"]),
    ("UBIGINT", &["18446744073709551615"]),
    ("UHUGEINT", &["340282366920938463463374607431768211455"]),
    ("DECIMAL(4,2)", &["-99.99", "0.05", "0.00"]),
    ("DECIMAL(18,0)", &["999999999999999999", "-1"]),
    (
        "DECIMAL(38,38)",
        &["-0.99999999999999999999999999999999999999", "0.00000000000000000000000000000000000001"],
    ),
    (
        "FLOAT",
        &["0.1", "3.4028235e+38", "1e-45", "-0.0", "\"NaN\"", "\"Infinity\"", "\"-Infinity\""],
    ),
    (
        "DOUBLE",
        &[
            "0.1",
            "1.7976931348623157e+308",
            "5e-324",
            "-0.0",
            "1.0",
            "\"NaN\"",
            "\"Infinity\"",
            "\"-Infinity\"",
        ],
    ),
    (
        "VARCHAR",
        &[
            "\"a\"",
            "\"\"",
            "\" \"",
            "\"a,\\\"b\\\"\\r\\nc\"",
            "\"\\n\"",
            "\"ü 🦆\\u0001\"",
            "\"\\\\\"",
            "\"null\"",
            "\"NULL\"",
            "\"\\\"\"",
            "\"\u{feff}x\"",
        ],
    ),
    ("JSON", &["\"{\\\"a\\\": [1, null]}\"", "\"null\"", "\"\\\"x\\\"\"", "\" 1e400 \""]),
    ("VARIANT", &["\"{\\\"num\\\":2}\"", "\"[]\""]),
    ("BLOB", &["\"AP8=\"", "\"\"", "\"AAAA\""]),
    ("UUID", &["\"018f3c5e-7b1a-7c3d-9e2f-0123456789ab\""]),
    (
        "DATE",
        &[
            "\"2024-02-29\"",
            "\"0000-01-01\"",
            "\"-000001-12-31\"",
            "\"+010000-01-01\"",
            "\"+5881580-07-10\"",
            "\"infinity\"",
            "\"-infinity\"",
        ],
    ),
    ("TIME", &["\"00:00:00\"", "\"12:34:56.789\"", "\"23:59:59.999999\"", "\"24:00:00\""]),
    ("TIMETZ", &["\"12:34:56.789+02\"", "\"00:00:00-15:59:59\"", "\"24:00:00+05:30\""]),
    (
        "TIMESTAMP",
        &[
            "\"2024-02-29T12:34:56.789\"",
            "\"-290308-12-21T19:59:05.224194\"",
            "\"+294247-01-10T04:00:54.775806\"",
            "\"infinity\"",
            "\"-infinity\"",
        ],
    ),
    ("TIMESTAMP_S", &["\"1969-12-31T23:59:59\"", "\"infinity\""]),
    ("TIMESTAMP_MS", &["\"2023-11-14T22:13:20.12\"", "\"+010000-01-01T00:00:00\""]),
    (
        "TIMESTAMP_NS",
        &["\"1969-12-31T23:59:59.999999999\"", "\"2262-04-11T23:47:16.854775806\"", "\"infinity\""],
    ),
    ("TIMESTAMPTZ", &["\"2024-02-29T12:34:56.789Z\"", "\"infinity\"", "\"-infinity\""]),
    (
        "INTERVAL",
        &[
            "\"P1Y2M3DT4H5M6.7S\"",
            "\"P-1Y-2M-3DT-1.5S\"",
            "\"PT-0.5S\"",
            "\"PT0S\"",
            "\"P30D\"",
            "\"PT2562047H47M16.854775S\"",
        ],
    ),
    ("INTEGER[]", &["[1,null]", "[]", "[-5]"]),
    ("VARCHAR[][]", &["[[\"a\\\"\",null],null,[]]"]),
    ("DOUBLE[]", &["[\"NaN\",0.1]"]),
    ("TIMESTAMPTZ[]", &["[\"2024-02-29T12:34:56Z\"]"]),
    (
        "STRUCT(a INTEGER, \"b \"\"c\" VARCHAR[])",
        &["{\"a\":1,\"b \\\"c\":[\"x\"]}", "{\"a\":null,\"b \\\"c\":null}"],
    ),
    ("STRUCT(a STRUCT(b DECIMAL(5,1)))[]", &["[{\"a\":{\"b\":1.5}},null,{\"a\":null}]"]),
    ("MAP(VARCHAR, INTEGER)", &["{\"k\":1,\"\":null}", "{}"]),
    ("MAP(INTEGER, MAP(DATE, BOOLEAN))", &["{\"7\":{\"2024-02-29\":true},\"8\":null}"]),
    ("MAP(BOOLEAN, JSON)", &["{\"true\":\"{}\"}"]),
    ("MAP(INTEGER[], BLOB)[]", &["[{\"[1,null]\":\"AP8=\"}]"]),
    ("MAP(STRUCT(a DOUBLE), INTERVAL)", &["{\"{\\\"a\\\":0.5}\":\"P1D\"}"]),
];

fn columns(r#type: &str) -> Vec<Column> {
    vec![column("v", r#type), column("last", "BOOLEAN")]
}

fn write(format: Format, columns: &[Column], batch: &RecordBatch) -> Vec<u8> {
    let named: Vec<_> =
        columns.iter().map(|column| (column.name.to_string(), column.r#type.to_string())).collect();
    encode_as(format, RowsAs::Objects, &named, std::slice::from_ref(batch))
}

#[test]
fn what_we_write_is_read_back_as_the_same_value() {
    for (r#type, values) in VALUES {
        for columns in [columns(r#type), columns(r#type)[..1].to_vec()] {
            let last = if columns.len() == 2 { ",\"last\":true" } else { "" };
            let values = values.iter().chain(&["null"]);
            let lines: String = values.map(|value| format!("{{\"v\":{value}{last}}}\n")).collect();
            let batch = one(Kind::Ndjson, &lines, &columns);
            let written = write(Format::Ndjson, &columns, &batch);
            assert_eq!(String::from_utf8(written).expect("text"), lines, "{type}");
            let csv = write(Format::Csv, &columns, &batch);
            assert_eq!(
                one(Kind::Csv, &csv, &columns),
                batch,
                "{type}: {}",
                String::from_utf8_lossy(&csv)
            );
            // Line ends of one byte are as good, where none is inside of a value.
            let csv = String::from_utf8(csv).expect("text");
            if !csv.contains("\"\n") && !csv.contains("c\"") {
                assert_eq!(one(Kind::Csv, csv.replace("\r\n", "\n"), &columns), batch, "{type}");
            }
        }
    }
}

/// Of each type: JSON values that are not of it, and cells.
const MISFITS: &[(&str, &[&str], &[&str])] = &[
    ("MAP(VARCHAR, INTEGER)", &["[{\"key\":\"a\"},{\"key\":\"\\u0061\"}]"], &[]),
    ("MAP(BLOB, INTEGER)", &["{\"AP8\":1,\"AP8=\":2}"], &[]),
    ("MAP(BOOLEAN, INTEGER)", &["{\"true\":1,\"t\":2}"], &[]),
    ("BOOLEAN", &["1", "\"true\"", "[]"], &["yes", "\"\"", "2"]),
    (
        "TINYINT",
        &["128", "-129", "1.5", "\"x\"", "true", "{}", "\"\""],
        &["128", "1.5", "x", "\"\"", "0x1", " 1"],
    ),
    ("UBIGINT", &["-1", "18446744073709551616"], &["-1"]),
    ("HUGEINT", &["170141183460469231731687303715884105728", "0.5", "[1]"], &["1.5"]),
    ("UHUGEINT", &["-1", "340282366920938463463374607431768211456"], &["-1"]),
    ("DECIMAL(4,2)", &["100", "0.005", "1e2", "\"1,5\"", "\"NaN\""], &["100.00", "0.001", "1 000"]),
    ("FLOAT", &["1e39", "\"x\"", "false"], &["1e39", "one"]),
    ("DOUBLE", &["1e309", "-1e999999999999", "[]"], &["1e309", "1.2.3"]),
    ("VARCHAR", &["1", "true", "[]", "{\"a\":1}"], &[]),
    ("JSON", &["\"\"", "\"{\"", "\"{} x\"", "\"NaN\""], &["\"\"", "{", "nope"]),
    ("BLOB", &["\"A\"", "\"AP-_\"", "1"], &["A", "A P8"]),
    ("UUID", &["\"018f\"", "1"], &["018f"]),
    (
        "DATE",
        &["\"2023-02-29\"", "20240229", "\"2024-02-29T00:00:00\""],
        &["2023-02-29", "29.02.2024"],
    ),
    ("TIME", &["\"25:00:00\"", "\"12:00:00.0000001\""], &["12", "12:00:00+02"]),
    ("TIMETZ", &["\"12:00:00\""], &["12:00:00"]),
    (
        "TIMESTAMP",
        &["\"2024-02-29T12:00:00Z\"", "\"2024-02-29T12:00:00.1234567\"", "1700000000"],
        &["2024-02-29T12:00:00Z", "now"],
    ),
    ("TIMESTAMP_S", &["\"2024-02-29T12:00:00.5\""], &["2024-02-29T12:00:00.5"]),
    ("TIMESTAMP_NS", &["\"9999-01-01T00:00:00\""], &["9999-01-01T00:00:00"]),
    ("TIMESTAMPTZ", &["\"2024-02-29T12:00:00\"", "\"2024-02-29\""], &["2024-02-29 12:00:00"]),
    ("INTERVAL", &["\"1 day\"", "\"P\"", "5"], &["1 day"]),
    (
        "INTEGER[]",
        &["1", "\"[1]\"", "[\"x\"]", "[1.5]", "{}", "[[1]]"],
        &["1", "[1", "\"\"", "null", "[1] 2"],
    ),
    (
        "STRUCT(a INTEGER)",
        &["{\"b\":1}", "{\"a\":1,\"A\":2}", "[1]", "{\"a\":\"x\"}"],
        &["\"{\"\"b\"\":1}\"", "{a:1}"],
    ),
    (
        "MAP(INTEGER, INTEGER)",
        &[
            "{\"x\":1}",
            "{\"1\":1,\"1\":2}",
            "{\"1\":1,\"1.0\":2}",
            "[{\"key\":1},{\"key\":1e0}]",
            "[1]",
            "[{\"value\":1}]",
            "[{\"key\":null}]",
            "[{\"key\":1,\"k\":1}]",
        ],
        &["\"{\"\"x\"\":1}\""],
    ),
];

#[test]
fn what_is_not_of_the_type_is_refused_and_named() {
    for (r#type, json, cells) in MISFITS {
        let columns = columns(r#type);
        for value in *json {
            let body = format!("{{}}\n\n{{\"last\":true,\"v\":{value}}}\n");
            let error = crate::bodies::error(Kind::Ndjson, &body, &columns);
            assert_eq!(
                (error.error_code, error.fields.len()),
                ("VALUE_NOT_ALLOWED", 1),
                "{type} {value}: {error:?}"
            );
            assert_eq!(error.fields[0].field, "v");
            assert!(
                error.detail.contains("line 3 ") && error.fields[0].message.contains("expected "),
                "{error:?}"
            );
        }
        for cell in *cells {
            let body = format!("v,last\r\n,\r\n{cell},true\r\n");
            let error = crate::bodies::error(Kind::Csv, &body, &columns);
            assert_eq!(error.error_code, "VALUE_NOT_ALLOWED", "{type} {cell}: {error:?}");
            assert!(error.detail.contains("line 3 "), "{error:?}");
        }
    }
}

#[test]
fn other_ways_to_write_a_value_are_read_as_the_same() {
    for (r#type, other, written) in [
        ("INTEGER", "\"12\"", "12"),
        ("INTEGER", "1e3", "1000"),
        ("BIGINT", "12.000", "12"),
        ("HUGEINT", "\"1e30\"", "1000000000000000000000000000000"),
        ("DECIMAL(4,2)", "\"1.5\"", "1.50"),
        ("DECIMAL(4,2)", "1.500", "1.50"),
        ("DOUBLE", "\"inf\"", "\"Infinity\""),
        ("DOUBLE", "1", "1.0"),
        ("FLOAT", "16777217", "16777216.0"),
        ("JSON", "{\"a\": [1, 2e400]}", "\"{\\\"a\\\": [1, 2e400]}\""),
        ("JSON", "true", "\"true\""),
        ("VARIANT", "[ ]", "\"[ ]\""),
        (
            "UUID",
            "\"018F3C5E7B1A7C3D9E2F0123456789AB\"",
            "\"018f3c5e-7b1a-7c3d-9e2f-0123456789ab\"",
        ),
        ("TIMESTAMP", "\"2024-02-29 12:00:00.100000000\"", "\"2024-02-29T12:00:00.1\""),
        ("TIMESTAMP", "\"2024-02-29\"", "\"2024-02-29T00:00:00\""),
        ("TIMESTAMPTZ", "\"2024-02-29T12:00:00+02:00\"", "\"2024-02-29T10:00:00Z\""),
        ("STRUCT(a INTEGER, b INTEGER)", "{\"B\": 2}", "{\"a\":null,\"b\":2}"),
        (
            "MAP(INTEGER, DATE)",
            "[{\"key\": 1, \"value\": \"2024-02-29\"}, {\"value\": null, \"key\": 2}, {\"key\":3}]",
            "{\"1\":\"2024-02-29\",\"2\":null,\"3\":null}",
        ),
        ("VARCHAR", "\"\\ud83e\\udd86\\/\\u0000\"", "\"🦆/\\u0000\""),
    ] {
        let columns = [column("v", r#type)];
        let batch = one(Kind::Ndjson, format!(" {{ \"V\" : {other} }} \r\n"), &columns);
        let text = String::from_utf8(write(Format::Ndjson, &columns, &batch)).expect("text");
        assert_eq!(text, format!("{{\"v\":{written}}}\n"), "{type} {other}");
    }
    for text in [
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\t\"",
        "01",
        "1.",
        "+1",
        "nul",
        "tru",
        "'a'",
    ] {
        let body = format!("{{\"v\":{text}}}\n");
        for r#type in ["VARCHAR", "JSON", "INTEGER", "BOOLEAN"] {
            assert_eq!(
                code(Kind::Ndjson, &body, &[column("v", r#type)]),
                "CORRUPT_BODY",
                "{type} {text}"
            );
        }
    }
}

#[test]
fn a_type_is_no_deeper_than_a_value_may_be() {
    // Deeper than a caller can write a type, so not read from a text.
    let lists = |depth| {
        let mut column = column("v", "INTEGER");
        for _ in 0..depth {
            column.r#type = domain::ColumnType::List(Box::new(column.r#type));
        }
        [column]
    };
    assert_eq!(code(Kind::Ndjson, "{}", &lists(600)), "TYPE_TOO_DEEP");
    let columns = lists(400);
    let value = format!("{}1{}", "[".repeat(400), "]".repeat(400));
    assert_eq!(one(Kind::Ndjson, format!("{{\"v\":{value}}}"), &columns).num_rows(), 1);
}
