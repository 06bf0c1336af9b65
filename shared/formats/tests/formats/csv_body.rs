//! CSV bodies.

use std::io;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch, StringArray};
use domain::{Code, Error, Literal};
use formats::csv::Limits;
use formats::{Format, RowsAs};

use crate::bodies::is_the_callers;
use crate::bodies::{Kind, Trickle, column, fields, open, open_reader, schema, with_default};
use crate::memory::largest_allocation;
use crate::{Random, encode};

const CSV: Kind = Kind::Csv;

fn table() -> Vec<domain::Column> {
    vec![column("id", "!INTEGER"), column("Name", "VARCHAR"), column("x", "DOUBLE")]
}

#[track_caller]
fn code(body: impl AsRef<[u8]>) -> &'static str {
    crate::bodies::code(CSV, body, &table())
}

#[track_caller]
fn one(body: impl AsRef<[u8]>) -> RecordBatch {
    crate::bodies::one(CSV, body, &table())
}

/// The cells of a column of text.
fn texts(batch: &RecordBatch, index: usize) -> Vec<Option<&str>> {
    batch.column(index).as_string::<i32>().iter().collect()
}

#[test]
fn columns_come_in_the_tables_order_and_by_name() {
    let batch = one("name,ID\na,1\nb,2\n");
    let names: Vec<_> =
        batch.schema_ref().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, ["id", "Name"]);
    assert_eq!(texts(&batch, 1), [Some("a"), Some("b")]);
    assert_eq!(one("\u{feff}\"id\"\r\n1").num_rows(), 1);
    assert_eq!(schema(CSV, "x,id\n", &table()).fields().len(), 2);
    assert!(crate::bodies::read(CSV, "id,name", &table()).expect("no rows").is_empty());
}

#[test]
fn a_header_that_does_not_fit_names_all_that_is_wrong() {
    let error = |body: &str| crate::bodies::error(CSV, body, &table());
    let unknown = error("id,foo,,bar\n");
    assert_eq!((unknown.error_code, fields(&unknown)), ("UNKNOWN_COLUMN", vec!["foo", "", "bar"]));
    let twice = error("id,name,ID,NAME,Id\n");
    assert_eq!((twice.error_code, fields(&twice)), ("DUPLICATE_COLUMN", vec!["id", "Name"]));
    let missing = error("name\nx\n");
    assert_eq!((missing.error_code, fields(&missing)), ("SCHEMA_MISMATCH", vec!["id"]));
    assert_eq!(missing.fields[0].message, "is missing; expected INTEGER, not null");
    let default =
        [with_default("id", "!INTEGER", Literal::Number("7".into())), column("n", "VARCHAR")];
    assert_eq!(schema(CSV, "n\nx\n", &default).fields().len(), 1);
    let many = error(&vec!["zz"; 100_000].join(","));
    assert_eq!((many.error_code, many.fields.len()), ("UNKNOWN_COLUMN", 100));
    assert_eq!(code("\n1\n"), "UNKNOWN_COLUMN");
    assert_eq!(code(""), "EMPTY_BODY");
    assert_eq!(code("\u{feff}"), "EMPTY_BODY");
}

#[test]
fn cells_are_rfc_4180_and_only_an_empty_one_without_quotes_is_null() {
    let batch = one("id,name\n1,\r\n2,\"\"\n3,\"a,\"\"b\"\"\r\nc\"\n4, d \n5,\"\"\"\"\n6,\"x\"");
    let expected = [None, Some(""), Some("a,\"b\"\r\nc"), Some(" d "), Some("\""), Some("x")];
    assert_eq!(texts(&batch, 1), expected);
    assert_eq!(one("id,name\n1,").column(1).null_count(), 1);
    assert_eq!(one("id,name\n1,\"\"").column(1).null_count(), 0);
}

#[test]
fn what_breaks_the_format_is_said_with_its_line() {
    for (body, code, line) in [
        ("id,name\n1,a\"b\n", "CORRUPT_BODY", "line 2"),
        ("id,name\n1,\"a\nb\"\n2,\"a\"b\n", "CORRUPT_BODY", "line 4"),
        ("id,name\n1, \"a\"\n", "CORRUPT_BODY", "line 2"),
        ("id,name\n1,a\rb\n", "CORRUPT_BODY", "line 2"),
        ("id,name\n1,a\r", "CORRUPT_BODY", "line 2"),
        ("id,name\n1,\"a\"\r", "CORRUPT_BODY", "line 2"),
        ("id,name\n1,a\0\n", "CORRUPT_BODY", "line 2"),
        ("id,name\n1,\"a\n\0\"\n", "CORRUPT_BODY", "line 3"),
        ("id,name\n1,\"a\n2,b\n", "BODY_CUT_SHORT", "line 2"),
        ("id,name\n1,\"\"\"", "BODY_CUT_SHORT", "line 2"),
        ("id,name\n1,\"a\n\"\n2\n", "ROW_LENGTH", "line 4"),
        ("id,name\n1,a,b\n", "ROW_LENGTH", "line 2"),
        ("id,name\n\n1,a\n", "ROW_LENGTH", "line 2"),
        ("id,name\n1,a\n\n\n", "ROW_LENGTH", "line 3"),
        ("id,name\n1,a\n,b\n", "NULL_NOT_ALLOWED", "line 3"),
        ("id,name\n1,\"\n\n\"\nx,b\n", "VALUE_NOT_ALLOWED", "line 5"),
    ] {
        let error = crate::bodies::error(CSV, body, &table());
        assert_eq!(error.error_code, code, "{body:?}: {error:?}");
        assert!(error.detail.contains(line), "{body:?}: {error:?}");
    }
    let error = crate::bodies::error(CSV, b"id,name\n1,\"a\nb\xFFc\"\n", &table());
    assert!(error.detail.contains("line 3: byte 2"), "{error:?}");
    let error = crate::bodies::error(CSV, b"id,name\n,x\n", &table());
    assert_eq!((error.error_code, fields(&error)), ("NULL_NOT_ALLOWED", vec!["id"]));
    assert_eq!(code(b"\xFF\xFEi\0d\0\n\0"), "CORRUPT_BODY");
}

#[test]
fn an_empty_line_is_a_null_in_one_column_and_none_at_the_end_of_more() {
    let single = [column("a", "VARCHAR")];
    let batch = crate::bodies::one(CSV, "a\r\n\r\nx\r\n\r\n", &single);
    assert_eq!(texts(&batch, 0), [None, Some("x"), None]);
    assert_eq!(one("id,name\n1,a\n\n").num_rows(), 1);
    assert_eq!(one("id,name\n1,a\r\n\r\n").num_rows(), 1);
}

#[test]
fn generated_cells_are_read_back_however_they_come_in() {
    let pieces =
        ["", "a", "\"", ",", "\r\n", "\n", "\r", "ü🦆", "  ", "\"\"", "0", "\u{feff}", "é\u{301}"];
    let mut random = Random(0x5eed);
    for round in 0..400 {
        let width = random.below(4) + 1;
        let names: Vec<String> = (0..width).map(|index| format!("c{index}")).collect();
        let rows = random.below(30) + 1;
        let columns: Vec<StringArray> = (0..width)
            .map(|_| {
                let cell = |_| {
                    let count = random.below(6);
                    (count < 5).then(|| {
                        (0..count).map(|_| pieces[random.below(pieces.len())]).collect::<String>()
                    })
                };
                (0..rows).map(cell).collect()
            })
            .collect();
        let arrays = names.iter().map(String::as_str).zip(columns);
        let batch = crate::batch(
            arrays.map(|(name, array)| (name, std::sync::Arc::new(array) as _)).collect(),
        );
        let body = encode(Format::Csv, RowsAs::Objects, std::slice::from_ref(&batch));
        let table: Vec<_> = names.iter().map(|name| column(name, "VARCHAR")).collect();
        assert_eq!(crate::bodies::one(CSV, &body, &table), batch, "round {round}");
        let trickle = Box::new(Trickle(body, 0));
        let rows = open_reader(CSV, trickle, &table, Limits::default()).expect("a header");
        assert_eq!(rows.collect::<Result<Vec<_>, _>>().expect("rows"), [batch], "round {round}");
    }
}

#[test]
fn batches_are_of_8192_rows_or_8_mib() {
    let body = format!("id,name\n{}", "1,a\n".repeat(20_000));
    let rows: Vec<_> = crate::bodies::read(CSV, body, &table())
        .expect("rows")
        .iter()
        .map(RecordBatch::num_rows)
        .collect();
    assert_eq!(rows, [8_192, 8_192, 3_616]);
    let body = format!("id,name\n{}", format!("1,{}\n", "x".repeat(1 << 20)).repeat(20));
    let rows: Vec<_> = crate::bodies::read(CSV, body, &table())
        .expect("rows")
        .iter()
        .map(RecordBatch::num_rows)
        .collect();
    assert_eq!(rows, [8, 8, 4]);
}

#[test]
fn a_row_is_no_larger_than_the_limit() {
    let limits = Limits { row_bytes: 1_000 };
    let read = |body: String| {
        open(CSV, body, &table(), limits).and_then(|rows| rows.collect::<Result<Vec<_>, _>>())
    };
    assert!(read(format!("id,name\n1,{}\n", "x".repeat(998))).is_ok());
    for body in [
        format!("id,name\n1,a\n1,{}\n", "x".repeat(1_100)),
        format!("id,name\n1,a\n1,\"{}", "\n".repeat(300_000)),
        format!("id,name\n1,a\n{}", ",".repeat(300_000)),
    ] {
        let error = read(body).expect_err("too large");
        assert_eq!((error.code, error.error_code), (Code::TooLarge, "ROW_TOO_LARGE"));
        assert!(error.detail.contains("line 3"), "{error:?}");
    }
    let endless = || Box::new(io::Read::chain("id,name\n1,\"".as_bytes(), io::repeat(b',')));
    let largest = largest_allocation(|| {
        let mut rows = open_reader(CSV, endless(), &table(), Limits::default()).expect("a header");
        assert_eq!(rows.next().expect("an item").expect_err("endless").error_code, "ROW_TOO_LARGE");
        assert!(rows.next().is_none());
    });
    assert!(largest <= 40 << 20, "{largest} bytes at once");
}

#[test]
fn what_the_reader_fails_with_is_passed_on() {
    struct Gone;
    impl io::Read for Gone {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other(Error::malformed("CLIENT_LEFT", "left")))
        }
    }
    let body = Box::new(io::Read::chain("id\n1\n".as_bytes(), Gone));
    let mut rows = open_reader(CSV, body, &table(), Limits::default()).expect("a header");
    assert_eq!(rows.next().expect("an item").expect_err("gone").error_code, "CLIENT_LEFT");
}

#[test]
fn mutated_bodies_never_panic() {
    let table = [
        column("i", "INTEGER"),
        column("d", "DECIMAL(10,3)"),
        column("t", "TIMESTAMPTZ"),
        column("l", "INTEGER[]"),
        column("m", "MAP(VARCHAR, DATE)"),
        column("j", "JSON"),
        column("v", "INTERVAL"),
        column("u", "UUID"),
    ];
    let body = "i,d,t,l,m,j,v,u\r\n1,1.5,2024-02-29T12:00:00Z,\"[1,null]\",\"{\"\"a\"\":\"\"2024-01-01\"\"}\",\
                \"{\"\"x\"\":[1,{}]}\",P1DT-0.5S,018f3c5e-7b1a-7c3d-9e2f-0123456789ab\r\n,,,,,,,\r\n-7,1e2,infinity,[],{},1,PT0S,\r\n";
    let mut random = Random(99);
    let mut whole = 0;
    for _ in 0..6_000 {
        let mut bytes = body.as_bytes().to_vec();
        for _ in 0..=random.below(3) {
            let place = 17 + random.below(bytes.len().max(18) - 17);
            let place = place.min(bytes.len() - 1);
            match random.below(4) {
                0 if bytes.len() > 20 => drop(bytes.remove(place)),
                1 => bytes.insert(place, b"\",\r\n\\{}[]0e+-\xFF\0"[random.below(15)]),
                2 => bytes[place] = random.below(256) as u8,
                _ => bytes.truncate(place.max(20)),
            }
        }
        match crate::bodies::read(CSV, bytes, &table) {
            Ok(_) => whole += 1,
            Err(error) => assert!(is_the_callers(&error), "{error:?}"),
        }
    }
    assert!(whole > 50, "{whole}");
}
