//! CSV and NDJSON go in; bodies may come packed.

use std::io::Write;
use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, Answer, CSV, NDJSON, PARQUET, path_of, send, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns, parquet_of};
use crate::harness::scenario::Scenario;
use crate::harness::way::Way;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        csv_is_matched_by_its_header,
        ndjson_is_taken_line_by_line,
        what_is_wrong_with_a_text_is_named_and_changes_nothing,
        every_type_comes_back_from_csv_and_ndjson,
        what_the_lakes_files_would_round_is_refused,
        packed_bodies_are_unpacked,
        a_body_that_unpacks_to_too_much_is_refused,
        texts_overwrite_and_upsert_too,
    ]
}

fn columns() -> Value {
    json!([
        {"name": "id", "type": "BIGINT", "nullable": false},
        {"name": "name", "type": "VARCHAR"},
        {"name": "price", "type": "DECIMAL(10,2)", "default": 1.5},
    ])
}

async fn table(columns: Value) -> (Arc<App>, String, String) {
    let (app, name) = (shared().await, unique("texts"));
    app.create(&name, columns).await;
    let path = path_of(&name);
    (app, name, path)
}

async fn put(app: &App, path: &str, media_type: &str, body: &str) -> Answer {
    app.put(path, media_type, body.as_bytes().to_vec()).await
}

async fn csv_is_matched_by_its_header() {
    let (app, name, path) = table(columns()).await;
    let body = "\u{feff}PRICE,id,Name\r\n2.50,1,\"a, \"\"b\"\"\nc\"\r\n,2,\r\n-0.05,3,\"\"\r\n";
    let answer = put(&app, &path, CSV, body).await.is(200).json();
    assert_eq!((&answer["rows"], &answer["bytes"]), (&json!(3), &json!(body.len())), "{answer}");
    put(&app, &path, "text/csv; charset=utf-8", "id\n4\n").await.is(200);
    let rows = app.rows(&format!("SELECT * FROM {name} ORDER BY id")).await;
    let expected = r#"[{"id":1,"name":"a, \"b\"\nc","price":2.50},{"id":2,"name":null,"price":null},{"id":3,"name":"","price":-0.05},{"id":4,"name":null,"price":1.50}]"#;
    assert_eq!(json!(rows).to_string(), expected);
    let before = app.table(&name).await;
    let none = put(&app, &path, CSV, "id,name\n").await.is(200).json();
    assert_eq!((&none["rows"], &none["snapshot"]), (&json!(0), &before["snapshot"]));
}

async fn ndjson_is_taken_line_by_line() {
    let (app, name, path) = table(columns()).await;
    let body =
        "{\"id\": 1, \"name\": \"ü\\n\", \"price\": 2.5}\n\n{\"ID\": 2}\n{\"id\":3,\"price\":null}";
    let answer = put(&app, &path, NDJSON, body).await.is(200).json();
    assert_eq!(answer["rows"], 3, "{answer}");
    let rows = app.rows(&format!("SELECT * FROM {name} ORDER BY id")).await;
    let expected = r#"[{"id":1,"name":"ü\n","price":2.50},{"id":2,"name":null,"price":1.50},{"id":3,"name":null,"price":null}]"#;
    assert_eq!(json!(rows).to_string(), expected);
}

async fn what_is_wrong_with_a_text_is_named_and_changes_nothing() {
    let (app, name, path) = table(columns()).await;
    let before = app.table(&name).await;
    let deep = format!("{{\"id\": 1, \"name\": {}{}}}", "[".repeat(1_000), "]".repeat(1_000));
    for (media_type, body, status, code, field) in [
        (CSV, "", 400, "EMPTY_BODY", ""),
        (CSV, "id,nope\n1,2\n", 422, "UNKNOWN_COLUMN", "nope"),
        (CSV, "name\nx\n", 422, "SCHEMA_MISMATCH", "id"),
        (CSV, "id,ID\n1,2\n", 422, "DUPLICATE_COLUMN", "id"),
        (CSV, "id,name\n1\n", 422, "ROW_LENGTH", ""),
        (CSV, "id\n\"1\n", 400, "BODY_CUT_SHORT", ""),
        (CSV, "id\n1.5\n", 422, "VALUE_NOT_ALLOWED", "id"),
        (CSV, "id,price\n1,2.555\n", 422, "VALUE_NOT_ALLOWED", "price"),
        (CSV, "id,name\n,x\n", 422, "NULL_NOT_ALLOWED", "id"),
        (NDJSON, "", 400, "EMPTY_BODY", ""),
        (NDJSON, "{\"id\": 1, \"nope\": 2}", 422, "UNKNOWN_COLUMN", "nope"),
        (NDJSON, "{\"id\": 1.5}", 422, "VALUE_NOT_ALLOWED", "id"),
        (NDJSON, "{\"id\": true}", 422, "VALUE_NOT_ALLOWED", "id"),
        (NDJSON, "{\"id\": 9223372036854775808}", 422, "VALUE_NOT_ALLOWED", "id"),
        (NDJSON, "{\"name\": \"x\"}", 422, "NULL_NOT_ALLOWED", "id"),
        (NDJSON, "null", 422, "NOT_AN_OBJECT", ""),
        (NDJSON, "{\"id\": 1}\n{\"id\": 2", 400, "BODY_CUT_SHORT", ""),
        (NDJSON, deep.as_str(), 422, "VALUE_TOO_DEEP", ""),
    ] {
        let answer = put(&app, &path, media_type, body).await;
        assert_eq!(answer.status, status, "{body}: {answer}");
        answer.problem(status, code);
        if !field.is_empty() {
            assert_eq!(answer.fields(), [field], "{body}: {answer}");
        }
    }
    assert_eq!(app.table(&name).await, before);
    put(&app, &path, CSV, "id\n1\n").await.is(200);
    let answer = put(&app, &path, "text/plain", "id\n1\n").await;
    answer.problem(415, "UNSUPPORTED_MEDIA_TYPE");
}

/// What one answer of a table's rows says goes into a twin of the table, and must be said by that too.
async fn every_type_comes_back_from_csv_and_ndjson() {
    let types = [
        ("BOOLEAN", r#"true"#),
        ("TINYINT", r#"-128"#),
        ("UBIGINT", r#"18446744073709551615"#),
        ("HUGEINT", r#"-18446744073709551616"#),
        ("UHUGEINT", r#"18446744073709551616"#),
        ("DECIMAL(38,10)", r#"-1234567890123456789012345678.0123456789"#),
        ("FLOAT", r#"0.1"#),
        ("DOUBLE", r#""-Infinity""#),
        ("VARCHAR", r#""a \"b\", ü""#),
        ("BLOB", r#""AP8=""#),
        ("UUID", r#""018f4e9c-9f8e-7c3a-b0f5-3d1c5a7e9b21""#),
        ("JSON", r#""{\"a\": [1, null]}""#),
        ("DATE", r#""2024-02-29""#),
        ("TIME", r#""12:34:56.789012""#),
        ("TIMETZ", r#""10:34:56.789+00""#),
        ("TIMESTAMP", r#""2024-02-29T12:34:56.789012""#),
        ("TIMESTAMP_S", r#""2024-02-29T12:34:56""#),
        ("TIMESTAMP_MS", r#""2024-02-29T12:34:56.789""#),
        ("TIMESTAMP_NS", r#""2024-02-29T12:34:56.789012345""#),
        ("TIMESTAMPTZ", r#""2024-02-29T12:34:56.789Z""#),
        ("INTERVAL", r#""P1Y2M3DT4H5M6.7S""#),
        ("VARIANT", r#""{\"num\":[1,{\"x\":null}]}""#),
        ("INTEGER[]", r#"[1,null,3]"#),
        ("STRUCT(\"a b\" INTEGER, c VARCHAR[])", r#"{"a b":1,"c":["x",null]}"#),
        ("MAP(VARCHAR, DOUBLE)", r#"{"k":1.5}"#),
        ("MAP(INTEGER, DATE[])", r#"{"7":["2024-02-29"]}"#),
    ];
    let columns: Vec<Value> = types
        .iter()
        .enumerate()
        .map(|(index, (r#type, _))| json!({"name": format!("c{index}"), "type": r#type}))
        .collect();
    let cells: Vec<_> =
        types.iter().enumerate().map(|(i, (_, value))| format!("\"c{i}\":{value}")).collect();
    let nulls: Vec<_> = (0..types.len()).map(|i| format!("\"c{i}\":null")).collect();
    let rows = format!("{{{}}}\n{{{}}}\n", cells.join(","), nulls.join(","));
    let (app, first, path) = table(json!(columns)).await;
    put(&app, &path, NDJSON, &rows).await.is(200);
    let data = |name: &str, media_type: &str| {
        let path = format!("{}/data", path_of(name));
        send(app.request(Method::GET, &path).header("accept", media_type))
    };
    assert_eq!(data(&first, NDJSON).await.is(200).text(), rows);
    for media_type in [CSV, NDJSON, ARROW] {
        let (_, twin, path) = table(json!(columns)).await;
        let written = data(&first, media_type).await.is(200);
        app.put(&path, media_type, written.body.to_vec()).await.is(200);
        assert_eq!(data(&twin, NDJSON).await.is(200).text(), rows, "by way of {media_type}");
    }
}

/// Parquet, as DuckDB writes it, keeps integers of 128 bits as DOUBLE.
async fn what_the_lakes_files_would_round_is_refused() {
    let columns = json!([{"name": "h", "type": "HUGEINT"}, {"name": "u", "type": "UHUGEINT"}]);
    let (app, name, path) = table(columns).await;
    for (column, value) in [
        ("h", "99999999999999999999999999999999999999"),
        ("h", "-9007199254740993"),
        ("u", "340282366920938463463374607431768211455"),
    ] {
        let answer = put(&app, &path, NDJSON, &format!("{{\"{column}\": {value}}}")).await;
        answer.problem(422, "VALUE_NOT_ALLOWED");
        assert_eq!(answer.fields(), [column], "{answer}");
        let said = format!("The value `{value}` of the column `{column}` loses digits: ");
        assert!(answer.text().contains(&said), "{answer}");
    }
    let within = json!({"name": unique("within"), "columns": [{"name": "a", "type": "HUGEINT[]"}]});
    app.post("/tables", within).await.problem(422, "INVALID_TYPE");
    assert_eq!(app.table(&name).await["row_count"], 0);
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(body).expect("packed");
    packed.finish().expect("packed")
}

/// CSV that every front door leaves as it is.
const PACKED_CSV: &str = "application/csv";

async fn packed(app: &App, path: &str, media_type: &str, encoding: &str, body: Vec<u8>) -> Answer {
    let request = app.request(Method::PUT, path).header("content-type", media_type);
    send(request.header("content-encoding", encoding).body(body)).await
}

async fn packed_bodies_are_unpacked() {
    let (app, name, path) = table(numbered_columns()).await;
    let csv: String = (0..1_000).map(|id| format!("{id},row {id}\n")).collect();
    let csv = format!("id,name\n{csv}").into_bytes();
    // API Gateway makes UTF-8 of `text/*`: what was packed is lost before we see it.
    let as_text = packed(&app, &path, CSV, "gzip", gzip(&csv)).await;
    let before = if Way::current() == Way::Stack {
        as_text.problem(400, "CORRUPT_BODY");
        0
    } else {
        as_text.is(200);
        1_000
    };
    for (media_type, body) in [
        (PACKED_CSV, csv),
        (ARROW, arrow_of(&[numbered(0, 1_000)])),
        (PARQUET, parquet_of(&[numbered(0, 1_000)])),
    ] {
        let whole = gzip(&body);
        let answer = packed(&app, &path, media_type, "gzip", whole.clone()).await.is(200).json();
        assert_eq!((&answer["rows"], &answer["bytes"]), (&json!(1_000), &json!(whole.len())));
        let zstd = zstd::encode_all(body.as_slice(), 3).expect("packed");
        packed(&app, &path, media_type, "ZSTD", zstd).await.is(200);
        let cut = packed(&app, &path, media_type, "gzip", whole[..whole.len() / 2].to_vec()).await;
        cut.problem(400, "BODY_CUT_SHORT");
        packed(&app, &path, media_type, "gzip", body).await.problem(400, "CORRUPT_BODY");
    }
    assert_eq!(app.table(&name).await["row_count"], 6_000 + before);
    for encoding in ["br", "gzip, gzip", "deflate"] {
        let answer = packed(&app, &path, CSV, encoding, b"id\n1\n".to_vec()).await;
        answer.problem(415, "UNSUPPORTED_CONTENT_ENCODING");
    }
}

async fn a_body_that_unpacks_to_too_much_is_refused() {
    let (app, name, path) = table(columns()).await;
    // Some kilobytes that come to one line of 100 MB: more than one row may have.
    let zeros = vec![b'0'; 100 << 20];
    let bomb = gzip(&[b"id\n".as_slice(), &zeros].concat());
    assert!(bomb.len() < 200_000, "{} bytes", bomb.len());
    packed(&app, &path, PACKED_CSV, "gzip", bomb).await.problem(413, "ROW_TOO_LARGE");
    assert_eq!(app.table(&name).await["row_count"], 0);
    put(&app, &path, CSV, "id\n1\n").await.is(200);
}

async fn texts_overwrite_and_upsert_too() {
    let (app, name, path) = table(columns()).await;
    put(&app, &path, CSV, "id,name\n1,a\n2,b\n").await.is(200);
    let upsert = format!("{path}?mode=upsert&key=id");
    put(&app, &upsert, NDJSON, "{\"id\": 2, \"name\": \"new\"}\n{\"id\": 3}").await.is(200);
    let rows = app.rows(&format!("SELECT id, name FROM {name} ORDER BY id")).await;
    let expected =
        json!([{"id": 1, "name": "a"}, {"id": 2, "name": "new"}, {"id": 3, "name": null}]);
    assert_eq!(json!(rows), expected);
    put(&app, &upsert, CSV, "id\n5\n5\n").await.problem(422, "DUPLICATE_KEY");
    put(&app, &format!("{path}?mode=overwrite"), CSV, "id\n").await.is(200);
    assert_eq!(app.table(&name).await["row_count"], 0);
}
