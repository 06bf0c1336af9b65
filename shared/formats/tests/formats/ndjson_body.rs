//! NDJSON bodies.

use std::io;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, RecordBatch};
use domain::{Code, Literal};
use formats::ndjson::Limits;

use crate::Random;
use crate::bodies::{
    Kind, Trickle, column, fields, is_the_callers, open, open_reader, with_default,
};
use crate::memory::largest_allocation;

const NDJSON: Kind = Kind::Ndjson;

fn table() -> Vec<domain::Column> {
    vec![column("id", "!INTEGER"), column("Name", "VARCHAR"), column("j", "JSON")]
}

#[track_caller]
fn code(body: impl AsRef<[u8]>) -> &'static str {
    crate::bodies::code(NDJSON, body, &table())
}

#[track_caller]
fn one(body: impl AsRef<[u8]>) -> RecordBatch {
    crate::bodies::one(NDJSON, body, &table())
}

#[test]
fn lines_are_rows_and_all_columns_are_there() {
    let batch = one(
        "\u{feff}{\"ID\":1}\r\n\n  \t\r\n{\"name\":null,\"id\":2}\n{\"j\":[ 1 ],\"Name\":\"x\",\"id\":3}",
    );
    assert_eq!(batch.num_columns(), 3);
    assert_eq!(batch.column(0).as_primitive::<Int32Type>().values(), &[1, 2, 3]);
    assert_eq!(batch.column(1).null_count(), 2);
    assert_eq!(batch.column(2).as_string::<i32>().value(2), "[ 1 ]");
    assert!(crate::bodies::read(NDJSON, "\n \n", &table()).expect("no rows").is_empty());
}

#[test]
fn what_a_line_leaves_out_is_its_default() {
    let table = [
        with_default("n", "!INTEGER", Literal::Number("7".into())),
        with_default("t", "VARCHAR", Literal::Text("x".into())),
        with_default("v", "VARCHAR", Literal::Number("1.50".into())),
        with_default("d", "DATE", Literal::Text("2024-02-29".into())),
        with_default("l", "INTEGER[]", Literal::Text("[1]".into())),
        with_default("b", "BOOLEAN", Literal::Boolean(true)),
        with_default("z", "BOOLEAN", Literal::Null),
    ];
    let batch = crate::bodies::one(NDJSON, "{}\n{\"t\":null,\"n\":1}\n", &table);
    assert_eq!(batch.column(0).as_primitive::<Int32Type>().values(), &[7, 1]);
    assert_eq!(batch.column(1).as_string::<i32>().iter().collect::<Vec<_>>(), [Some("x"), None]);
    assert_eq!(batch.column(2).as_string::<i32>().value(0), "1.50");
    assert_eq!(batch.column(3).null_count(), 0);
    assert_eq!(batch.column(4).null_count(), 0);
    assert_eq!(batch.column(6).null_count(), 2);
    let odd = [with_default("i", "INTERVAL", Literal::Text("1 day".into()))];
    let error = crate::bodies::error(NDJSON, "{\"i\":\"P1D\"}\n{}\n", &odd);
    assert_eq!((error.error_code, fields(&error)), ("VALUE_NOT_ALLOWED", vec!["i"]));
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    for (body, code, line) in [
        ("{\"id\":1}\n\n[1]\n", "NOT_AN_OBJECT", "Line 3"),
        ("{\"id\":1}\nhello\n", "NOT_AN_OBJECT", "Line 2"),
        ("{\"id\":1}\nnull", "NOT_AN_OBJECT", "Line 2"),
        ("{\"id\":1,\"x\":2}\n", "UNKNOWN_COLUMN", "Line 1"),
        ("{\"id\":1,\"ID\":2}\n", "DUPLICATE_COLUMN", "Line 1"),
        ("{\"id\":1,\"id\":null}\n", "DUPLICATE_COLUMN", "Line 1"),
        ("{\"id\":1}\n{\"id\":null}\n", "NULL_NOT_ALLOWED", "line 2"),
        ("{\"id\":1}\n{}\n", "NULL_NOT_ALLOWED", "line 2"),
        ("{\"id\":1} {\"id\":2}\n", "CORRUPT_BODY", "line 1"),
        ("{\"id\":1,}\n", "CORRUPT_BODY", "line 1"),
        ("{\"id\" 1}\n", "CORRUPT_BODY", "line 1"),
        ("{id:1}\n", "CORRUPT_BODY", "line 1"),
        ("{\"id\":1\n}\n", "CORRUPT_BODY", "line 1"),
        ("{\"id\":1,\"j\":{\"a\":}}\n", "CORRUPT_BODY", "line 1"),
        ("{\"id\":1}\n{\"id\":1,\"Na", "BODY_CUT_SHORT", "line 2"),
        ("{\"id\":1}\n{\"id\":2,\"Name\":nul", "BODY_CUT_SHORT", "line 2"),
        ("{\"id\":1}\n{\"id\":1.5}", "VALUE_NOT_ALLOWED", "line 2"),
    ] {
        let error = crate::bodies::error(NDJSON, body, &table());
        assert_eq!(error.error_code, code, "{body:?}: {error:?}");
        assert!(error.detail.contains(line), "{body:?}: {error:?}");
    }
    let error = crate::bodies::error(
        NDJSON,
        "{\"id\":1,\"ü\":1 x}\n{\"id\":1}\n",
        &[column("id", "INTEGER"), column("ü", "INTEGER")],
    );
    assert!(error.detail.contains("character 15"), "{error:?}");
    assert_eq!(code(""), "EMPTY_BODY");
    assert_eq!(code("\u{feff}"), "EMPTY_BODY");
    assert_eq!(code(b"{\"id\":1,\"name\":\"\xFF\"}\n"), "CORRUPT_BODY");
    assert_eq!(code(b"{\"id\":1,\"name\":\"a\0\"}\n"), "CORRUPT_BODY");
    let error = crate::bodies::error(
        NDJSON,
        "{\"id\":1,\"name\":7}\n".replace('7', &"7".repeat(1_000)),
        &table(),
    );
    assert!(error.detail.chars().count() < 300, "{error:?}");
}

#[test]
fn deep_values_are_refused_and_take_no_stack() {
    let types = [
        "JSON",
        "VARIANT",
        "INTEGER",
        "VARCHAR",
        "INTEGER[]",
        "STRUCT(a JSON)",
        "MAP(VARCHAR, JSON)[]",
    ];
    let work = move || {
        for depth in [501, 1_000, 100_000] {
            for r#type in types {
                for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
                    let table = [column("v", r#type)];
                    let value = format!("{}1{}", open.repeat(depth), close.repeat(depth));
                    let code = crate::bodies::code(NDJSON, format!("{{\"v\":{value}}}\n"), &table);
                    let nested_misfit = r#type.contains(['[', '(']) && code == "VALUE_NOT_ALLOWED";
                    assert!(code == "VALUE_TOO_DEEP" || nested_misfit, "{code} of {type}");
                    // As the text of a document, and in a cell.
                    if r#type == "JSON" {
                        let quoted = serde_json::to_string(&value).expect("text");
                        let line = format!("{{\"v\":{quoted}}}\n");
                        assert_eq!(crate::bodies::code(NDJSON, line, &table), "VALUE_TOO_DEEP");
                        let cell = format!("v\n\"{}\"\n", value.replace('"', "\"\""));
                        assert_eq!(crate::bodies::code(Kind::Csv, cell, &table), "VALUE_TOO_DEEP");
                    }
                    let cut = format!("{{\"v\":{}\n", open.repeat(depth));
                    crate::bodies::error(NDJSON, cut, &table);
                }
            }
        }
        let value = format!("{}1{}", "[".repeat(500), "]".repeat(500));
        let table = [column("v", "JSON"), column("w", "JSON")];
        assert_eq!(
            crate::bodies::one(NDJSON, format!("{{\"v\":{value},\"w\":{value}}}"), &table)
                .num_rows(),
            1
        );
    };
    std::thread::Builder::new()
        .stack_size(512 << 10)
        .spawn(work)
        .expect("a thread")
        .join()
        .expect("no overflow");
}

#[test]
fn a_row_is_no_larger_than_the_limit_in_the_body_or_in_memory() {
    let limits = Limits { row_bytes: 1_000 };
    let read = |body: String| {
        open(NDJSON, body, &table(), limits).and_then(|rows| rows.collect::<Result<Vec<_>, _>>())
    };
    for body in [
        format!("{{\"id\":1}}\n{{\"id\":1,\"name\":\"{}\"}}\n", "x".repeat(1_000)),
        format!("{{\"id\":1}}\n{}", " ".repeat(300_000)),
    ] {
        let error = read(body).expect_err("too large");
        assert_eq!((error.code, error.error_code), (Code::TooLarge, "ROW_TOO_LARGE"));
        assert!(error.detail.contains("line 2"), "{error:?}");
    }
    let fields: Vec<String> = (0..500).map(|index| format!("f{index} DECIMAL(38,0)")).collect();
    let wide = [column("l", &format!("STRUCT({})[]", fields.join(", ")))];
    let largest = largest_allocation(|| {
        let body = format!("{{\"l\":[{}{{}}]}}\n", "{},".repeat(4_000_000));
        assert_eq!(crate::bodies::code(NDJSON, body, &wide), "ROW_TOO_LARGE");
    });
    assert!(largest <= 64 << 20, "{largest} bytes at once");
    let rows = crate::bodies::read(NDJSON, "{\"l\":[{}]}\n".repeat(3_000), &wide).expect("rows");
    assert!(rows.len() > 2 && rows[0].get_array_memory_size() < 40 << 20);
    let long = [with_default("t", "VARCHAR", Literal::Text("x".repeat(16_000)))];
    assert_eq!(crate::bodies::read(NDJSON, "{}\n".repeat(2_000), &long).expect("rows").len(), 4);
    let mut rows =
        open_reader(NDJSON, Box::new(io::repeat(b' ')), &table(), Limits::default()).expect("open");
    assert_eq!(rows.next().expect("an item").expect_err("endless").error_code, "ROW_TOO_LARGE");
}

#[test]
fn numbers_of_many_digits_are_read_in_no_time() {
    let digits = "1".repeat(1_000_000);
    for r#type in ["BIGINT", "HUGEINT", "DECIMAL(10,2)"] {
        let table = [column("v", r#type)];
        for value in
            [digits.clone(), format!("1.{digits}"), format!("\"{digits}\""), format!("1e{digits}")]
        {
            assert_eq!(
                crate::bodies::code(NDJSON, format!("{{\"v\":{value}}}"), &table),
                "VALUE_NOT_ALLOWED"
            );
        }
        let zeros = "0".repeat(1_000_000);
        assert_eq!(
            crate::bodies::one(NDJSON, format!("{{\"v\":1.{zeros}}}"), &table).num_rows(),
            1
        );
    }
    let table = [column("v", "DOUBLE")];
    assert_eq!(crate::bodies::one(NDJSON, format!("{{\"v\":0.{digits}}}"), &table).num_rows(), 1);
}

const BODY: &str = "{\"i\":-12,\"d\":1.5e1,\"t\":\"2024-02-29T12:00:00Z\",\"l\":[1,null],\"m\":{\"a\":\"2024-01-01\"}}\n\
    {\"s\":{\"a\":[{\"b\":true}],\"c\":\"\\u00fc\\ud83e\\udd86\"},\"j\":{\"x\":[1,{}, \"q\\n\"]},\"v\":\"P1DT-0.5S\",\"i\":\"7\"}\n\n{}\n";

#[test]
fn mutated_bodies_never_panic_and_are_json_where_serde_says_so() {
    let table = [
        column("i", "INTEGER"),
        column("d", "DECIMAL(10,3)"),
        column("t", "TIMESTAMPTZ"),
        column("l", "INTEGER[]"),
        column("m", "MAP(VARCHAR, DATE)"),
        column("s", "STRUCT(a STRUCT(b BOOLEAN)[], c VARCHAR)"),
        column("j", "JSON"),
        column("v", "INTERVAL"),
    ];
    let mut random = Random(7);
    let mut whole = 0;
    for _ in 0..10_000 {
        let mut bytes = BODY.as_bytes().to_vec();
        for _ in 0..=random.below(3) {
            let place = random.below(bytes.len());
            match random.below(4) {
                0 if bytes.len() > 20 => drop(bytes.remove(place)),
                1 => bytes.insert(place, b"\",:\n\\{}[]0e+-u\xFF\0"[random.below(16)]),
                2 => bytes[place] = random.below(256) as u8,
                _ => bytes.truncate(place.max(20)),
            }
        }
        let trickle = Box::new(Trickle(bytes.clone(), 0));
        let trickled = open_reader(NDJSON, trickle, &table, Limits::default())
            .and_then(|rows| rows.collect::<Result<Vec<_>, _>>());
        match (crate::bodies::read(NDJSON, &bytes, &table), trickled) {
            (Ok(batches), Ok(again)) => {
                whole += 1;
                assert_eq!(batches, again);
            }
            (Err(error), Err(again)) => {
                assert!(is_the_callers(&error), "{error:?}");
                assert_eq!(error.detail, again.detail);
            }
            (one, other) => panic!("{one:?} is not {other:?}"),
        }
    }
    assert!(whole > 100, "{whole}");
}

#[test]
fn a_json_column_takes_what_serde_json_takes() {
    let seeds = [
        "{\"x\":[1,{}, \"q\\n\\u00fc\"],\"y\":-1.5e+3}",
        "[true,false,null,0,\"\",[[]]]",
        "\"\\ud83e\\udd86\"",
        "-0.0",
    ];
    let mut random = Random(31);
    let (mut taken, mut refused) = (0, 0);
    for round in 0..20_000 {
        let mut bytes = seeds[round % seeds.len()].as_bytes().to_vec();
        for _ in 0..=random.below(2) {
            let place = random.below(bytes.len());
            match random.below(3) {
                0 if bytes.len() > 1 => drop(bytes.remove(place)),
                1 => bytes.insert(place, b"\",:\\{}[]0e+-u.1tn "[random.below(18)]),
                _ => bytes[place] = b"\",:\\{}[]0e+-u.1tn "[random.below(18)],
            }
        }
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let cell = format!("v\n\"{}\"\n", text.replace('"', "\"\""));
        let ours = crate::bodies::read(Kind::Csv, cell, &[column("v", "JSON")]).is_ok();
        let theirs = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        assert_eq!(ours, theirs, "{text}");
        *(if ours { &mut taken } else { &mut refused }) += 1;
    }
    assert!(taken > 500 && refused > 500, "{taken} and {refused}");
}
