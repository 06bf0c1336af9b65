//! Rows that are in storage already.

use std::io::Write;
use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::App;
use crate::harness::http::{Answer, JSON, path_of, send, unique};
use crate::harness::lake::Lake;
use crate::harness::rows::{arrow_of, numbered, numbered_columns, parquet_of};
use crate::harness::scenario::Scenario;
use crate::harness::way::SERVERS;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only SERVERS, "the stack reads no sources: the template's parameter is empty";
        an_object_is_appended_in_whatever_format_it_is,
        only_what_is_under_a_prefix_is_read,
        a_source_is_appended_once_for_its_key,
    ]
}

/// A server that may read `incoming/` of its bucket, and a table.
async fn app() -> (App, String, String, String) {
    let lake = Lake::new().await;
    let bucket = lake.variables().get("STORAGE_DEFAULT_BUCKET").cloned();
    let bucket = bucket.unwrap_or_else(|| "eider".to_owned());
    let prefix = format!("s3://{bucket}/incoming/");
    let settings =
        [("EIDER_SOURCE_PREFIXES", prefix.as_str()), ("EIDER_MAX_SOURCE_BYTES", "1000000")];
    let app = Arc::clone(&lake).serve(&settings).await;
    let name = unique("source");
    app.create(&name, numbered_columns()).await;
    let path = path_of(&name);
    (app, name, path, prefix)
}

async fn put(app: &App, path: &str, body: Value, key: Option<&str>) -> Answer {
    let request = app.request(Method::PUT, path).header("content-type", JSON);
    let request = match key {
        Some(key) => request.header("idempotency-key", key),
        None => request,
    };
    send(request.body(body.to_string())).await
}

async fn an_object_is_appended_in_whatever_format_it_is() {
    let (app, name, path, prefix) = app().await;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"id,name\n1,a\n2,b\n").expect("packed");
    let packed = packed.finish().expect("packed");
    for (key, content_type, body, more, rows) in [
        ("a b/ü.parquet", None, parquet_of(&[numbered(0, 3_000)]), json!({}), 3_000),
        ("rows.arrows", None, arrow_of(&[numbered(0, 5)]), json!({}), 5),
        ("rows", Some("text/csv"), b"id\n1\n".to_vec(), json!({}), 1),
        ("rows.csv.gz", Some("application/gzip"), packed, json!({}), 2),
        ("rows.txt", None, b"{\"id\": 1}\n".to_vec(), json!({"format": "ndjson"}), 1),
    ] {
        app.put_object(&format!("incoming/{key}"), content_type, body.clone()).await;
        let mut request = json!({"source": format!("{prefix}{key}")});
        request.as_object_mut().expect("one").extend(more.as_object().expect("one").clone());
        let answer = put(&app, &path, request, None).await.is(200).json();
        assert_eq!(
            (&answer["rows"], &answer["bytes"]),
            (&json!(rows), &json!(body.len())),
            "{key}"
        );
    }
    assert_eq!(app.table(&name).await["row_count"], 3_009);
    let over = format!("{path}?mode=overwrite");
    let source = json!({"source": format!("{prefix}rows.arrows")});
    put(&app, &over, source, None).await.is(200);
    assert_eq!(app.table(&name).await["row_count"], 5);
}

async fn only_what_is_under_a_prefix_is_read() {
    let (app, name, path, prefix) = app().await;
    let bucket = prefix.trim_end_matches("incoming/").to_owned();
    app.put_object("other/rows.csv", None, b"id\n1\n".to_vec()).await;
    app.put_object("incoming/large.csv", None, vec![b'1'; 1_000_001]).await;
    app.put_object("incoming/odd", None, b"id\n1\n".to_vec()).await;
    app.put_object("incoming/broken.parquet", None, b"PAR1 and no more".to_vec()).await;
    for (source, status, code) in [
        (format!("{bucket}other/rows.csv"), 403, "SOURCE_NOT_ALLOWED"),
        (format!("{bucket}lake/main/t/x.parquet"), 403, "SOURCE_NOT_ALLOWED"),
        ("s3://elsewhere/incoming/x.csv".to_owned(), 403, "SOURCE_NOT_ALLOWED"),
        (format!("{prefix}../other/rows.csv"), 422, "INVALID_SOURCE"),
        (format!("{prefix}*.csv"), 422, "INVALID_SOURCE"),
        ("/etc/passwd".to_owned(), 422, "INVALID_SOURCE"),
        ("https://example.com/x.csv".to_owned(), 422, "INVALID_SOURCE"),
        (format!("{prefix}none.csv"), 404, "SOURCE_NOT_FOUND"),
        (format!("{prefix}large.csv"), 413, "SOURCE_TOO_LARGE"),
        (format!("{prefix}odd"), 422, "INVALID_SOURCE"),
        (format!("{prefix}broken.parquet"), 400, "BODY_CUT_SHORT"),
    ] {
        let answer = put(&app, &path, json!({"source": source}), None).await;
        assert_eq!(answer.status, status, "{source}: {answer}");
        answer.problem(status, code);
    }
    let odd = json!({"source": format!("{prefix}odd"), "format": "json"});
    put(&app, &path, odd, None).await.problem(422, "INVALID_SOURCE");
    put(&app, &path, json!({"sauce": 1}), None).await.problem(400, "UNKNOWN_FIELD");
    assert_eq!(app.table(&name).await["row_count"], 0);
}

async fn a_source_is_appended_once_for_its_key() {
    let (app, name, path, prefix) = app().await;
    app.put_object("incoming/rows.csv", None, b"id\n1\n2\n".to_vec()).await;
    let source = json!({"source": format!("{prefix}rows.csv")});
    let first = put(&app, &path, source.clone(), Some("once")).await.is(200);
    // What it holds by now is nothing to a replay.
    app.put_object("incoming/rows.csv", None, b"id\n3\n".to_vec()).await;
    let again = put(&app, &path, source, Some("once")).await.is(200);
    assert!(again.replayed() && again.json() == first.json(), "{again}");
    assert_eq!(app.table(&name).await["row_count"], 2);
    let other = json!({"source": format!("{prefix}other.csv")});
    put(&app, &path, other, Some("once")).await.problem(422, "IDEMPOTENCY_KEY_REUSED");
}
