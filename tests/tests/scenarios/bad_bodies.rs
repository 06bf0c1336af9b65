//! A body that is not right leaves nothing behind, and says what is wrong.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, Int64Array, StringArray};
use serde_json::{Value, json};

use crate::harness::app::{App, alone, shared};
use crate::harness::http::{ARROW, CSV, NDJSON, PARQUET, path_of, unique};
use crate::harness::raw::Raw;
use crate::harness::rows::{arrow_of, batch, numbered, numbered_columns, parquet_of};
use crate::harness::scenario::Scenario;
use crate::harness::way::Way;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        a_broken_body_is_400_and_leaves_nothing,
        a_body_of_no_known_media_type_is_415,
        a_body_of_another_schema_names_column_expected_and_found,
        a_null_where_none_may_be_names_the_column,
        a_body_that_ends_before_its_length_leaves_nothing,
        a_body_with_any_byte_changed_does_no_harm,
        an_append_to_no_table_is_404,
        a_document_that_nests_too_deep_is_refused_however_it_comes,
    ]
}

async fn table(columns: Value) -> (Arc<App>, String, String) {
    let (app, name) = (alone().await, unique("bad"));
    app.create(&name, columns).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 20)])).await.is(200);
    let path = path_of(&name);
    (app, name, path)
}

/// The table's document, the lake's newest snapshot and the data files: what a body may leave.
async fn state(app: &App, name: &str) -> (Value, Value, Vec<String>) {
    let document = app.table(name).await;
    // Of a lake that others write to, the table's own snapshot is all there is to compare.
    let newest = match Way::current() {
        Way::Stack => document["snapshot"].clone(),
        _ => app.get("/health").await.is(200).json()["newest_snapshot"].clone(),
    };
    assert!(newest.is_u64(), "no snapshot in {document}");
    let files = app.data_files(name).await;
    assert!(!files.is_empty(), "the files are looked for in the wrong place");
    (document, newest, files)
}

/// Nothing was left behind, and the next append works.
async fn check_untouched(app: &App, name: &str, before: &(Value, Value, Vec<String>), after: &str) {
    assert_eq!(&state(app, name).await, before, "after {after}");
    app.put(&path_of(name), ARROW, arrow_of(&[numbered(0, 1)])).await.is(200);
}

async fn a_broken_body_is_400_and_leaves_nothing() {
    let (app, name, path) = table(numbered_columns()).await;
    let (arrow, parquet) = (arrow_of(&[numbered(0, 3_000)]), parquet_of(&[numbered(0, 3_000)]));
    let cut = |body: &[u8], by: usize| body[..body.len() - by].to_vec();
    let bodies = [
        ("an empty body", ARROW, vec![]),
        ("an empty body", PARQUET, vec![]),
        ("half a stream", ARROW, cut(&arrow, arrow.len() / 2)),
        ("a stream without its end mark", ARROW, cut(&arrow, 8)),
        ("a stream without its last byte", ARROW, cut(&arrow, 1)),
        ("a schema alone", ARROW, arrow[..200].to_vec()),
        ("half a file", PARQUET, cut(&parquet, parquet.len() / 2)),
        ("a file without its last byte", PARQUET, cut(&parquet, 1)),
        ("a magic word alone", PARQUET, b"PAR1".to_vec()),
        ("two magic words", PARQUET, b"PAR1\0\0\0\0PAR1".to_vec()),
        ("noise", ARROW, (0..2_000).map(|n| (n * 7 % 251) as u8).collect()),
        ("noise", PARQUET, (0..2_000).map(|n| (n * 7 % 251) as u8).collect()),
        ("Parquet said to be Arrow", ARROW, parquet.clone()),
        ("Arrow said to be Parquet", PARQUET, arrow.clone()),
        ("CSV said to be Arrow", ARROW, b"id,name\n1,a\n".to_vec()),
        ("a message of 2 GB", ARROW, vec![0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0]),
    ];
    for (what, media_type, body) in bodies {
        let before = state(&app, &name).await;
        let answer = app.put(&path, media_type, body).await;
        assert_eq!(answer.status, 400, "{what}: {answer}");
        if what == "an empty body" {
            answer.problem(400, "EMPTY_BODY");
        }
        check_untouched(&app, &name, &before, what).await;
    }
}

async fn a_body_of_no_known_media_type_is_415() {
    let (app, name, path) = table(numbered_columns()).await;
    let before = state(&app, &name).await;
    for media_type in ["text/plain", "application/octet-stream", "nonsense", "*/*"] {
        let answer = app.put(&path, media_type, arrow_of(&[numbered(0, 3)])).await;
        let problem = answer.problem(415, "UNSUPPORTED_MEDIA_TYPE");
        assert!(
            problem["detail"].to_string().contains("arrow"),
            "it names what is taken: {answer}"
        );
    }
    check_untouched(&app, &name, &before, "other media types").await;
}

async fn a_body_of_another_schema_names_column_expected_and_found() {
    let (app, name, path) = table(json!([
        {"name": "id", "type": "BIGINT", "nullable": false}, {"name": "name", "type": "VARCHAR"},
    ]))
    .await;
    let ids = || Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef;
    let names = || Arc::new(StringArray::from(vec!["a", "b"])) as ArrayRef;
    for (body, column, said) in [
        (batch([("id", names()), ("name", names())]), "id", ["BIGINT", "Utf8"]),
        (batch([("id", ids()), ("name", ids())]), "name", ["VARCHAR", "Int64"]),
        (batch([("id", ids()), ("nmae", names())]), "nmae", ["not a column", "Utf8"]),
        (batch([("name", names()), ("name2", names())]), "id", ["missing", "BIGINT"]),
    ] {
        for (media_type, bytes) in [
            (ARROW, arrow_of(std::slice::from_ref(&body))),
            (PARQUET, parquet_of(std::slice::from_ref(&body))),
        ] {
            let before = state(&app, &name).await;
            let answer = app.put(&path, media_type, bytes).await;
            let problem = answer.problem(422, "SCHEMA_MISMATCH");
            let errors = problem["errors"].as_array().cloned().unwrap_or_default();
            let named = errors.iter().find(|error| error["field"] == column);
            let message =
                named.unwrap_or_else(|| panic!("`{column}` is not named: {answer}"))["message"]
                    .to_string();
            assert!(said.iter().all(|word| message.contains(word)), "{said:?} not in {message}");
            check_untouched(&app, &name, &before, column).await;
        }
    }
}

async fn a_null_where_none_may_be_names_the_column() {
    let (app, name, path) = table(json!([
        {"name": "id", "type": "BIGINT"}, {"name": "name", "type": "VARCHAR", "nullable": false},
    ]))
    .await;
    let ids = Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef;
    let names = Arc::new(StringArray::from(vec![Some("a"), None])) as ArrayRef;
    let body = batch([("id", ids), ("name", names)]);
    for (media_type, bytes) in [
        (ARROW, arrow_of(std::slice::from_ref(&body))),
        (PARQUET, parquet_of(std::slice::from_ref(&body))),
    ] {
        let before = state(&app, &name).await;
        let answer = app.put(&path, media_type, bytes).await;
        assert_eq!(answer.status, 422, "{answer}");
        assert!(answer.text().contains("name"), "{answer}");
        check_untouched(&app, &name, &before, "a NULL").await;
    }
}

async fn a_body_that_ends_before_its_length_leaves_nothing() {
    let (app, name, path) = table(numbered_columns()).await;
    let before = state(&app, &name).await;
    let body = arrow_of(&[numbered(0, 3_000)]);
    let length = format!("Content-Length: {}", body.len() + 8);
    for headers in [
        [length, format!("Content-Type: {ARROW}")],
        ["Transfer-Encoding: chunked".to_owned(), format!("Content-Type: {ARROW}")],
    ] {
        let mut raw = Raw::connect(&app).await;
        raw.begin("PUT", &path, &headers).await;
        // Whole as Arrow, not whole as HTTP: the length promised more, the last chunk never came.
        let chunked = headers[0].starts_with("Transfer");
        if chunked {
            raw.send(format!("{:x}\r\n", body.len()).as_bytes()).await;
        }
        raw.send(&body).await;
        raw.end_sending().await;
        let answer = raw.answer(Duration::from_secs(20)).await;
        assert!(answer.as_ref().is_none_or(|answer| answer.status >= 400), "{answer:?}");
    }
    check_untouched(&app, &name, &before, "bodies that ended early").await;
}

async fn a_body_with_any_byte_changed_does_no_harm() {
    let (app, name, path) = table(numbered_columns()).await;
    let bodies = [(ARROW, arrow_of(&[numbered(0, 50)])), (PARQUET, parquet_of(&[numbered(0, 50)]))];
    for (media_type, body) in bodies {
        let step = (body.len() / crate::harness::way::counts(150, 2_000)).max(1);
        for at in (0..body.len()).step_by(step) {
            let mut changed = body.clone();
            changed[at] ^= 0xff;
            let answer = app.put(&path, media_type, changed).await;
            // Where the byte was of a length, that may claim more than a batch may have.
            if answer.status == 413 {
                let said = answer.problem(413, "BATCH_TOO_LARGE")["detail"].to_string();
                assert!(said.contains("begins at byte"), "it names the offset: {said}");
                continue;
            }
            assert!(
                [200, 400, 422].contains(&answer.status),
                "{media_type} with byte {at} changed: {answer}"
            );
        }
    }
    // What was taken can be read.
    app.get(&format!("{path}/data")).await.is(200);
    app.value(&format!("SELECT count(DISTINCT name) FROM {name}")).await;
}

async fn an_append_to_no_table_is_404() {
    let app = shared().await;
    let path = path_of(&unique("missing"));
    app.put(&path, ARROW, arrow_of(&[numbered(0, 3)])).await.problem(404, "TABLE_NOT_FOUND");
}

async fn a_document_that_nests_too_deep_is_refused_however_it_comes() {
    let app = alone().await;
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let bodies = |levels: usize| {
        let text = nested(levels);
        let rows =
            [batch([("v", Arc::new(StringArray::from(vec!["1", text.as_str()])) as ArrayRef)])];
        let csv = format!("v\n\"{text}\"\n").into_bytes();
        let ndjson = format!("{{\"v\": {text}}}\n").into_bytes();
        [(ARROW, arrow_of(&rows)), (PARQUET, parquet_of(&rows)), (CSV, csv), (NDJSON, ndjson)]
    };
    for kind in ["VARIANT", "JSON"] {
        let name = unique("deep");
        app.create(&name, json!([{"name": "v", "type": kind}])).await;
        let before = app.table(&name).await;
        for levels in [502, 300_000] {
            for (media_type, body) in bodies(levels) {
                let answer = app.put(&path_of(&name), media_type, body).await;
                let problem = answer.problem(422, "VALUE_TOO_DEEP");
                assert!(problem["detail"].to_string().contains("500"), "{media_type}: {problem}");
            }
        }
        assert_eq!(app.table(&name).await, before);
        for (media_type, body) in bodies(490) {
            app.put(&path_of(&name), media_type, body).await.is(200);
        }
        assert_eq!(app.value(&format!("SELECT count(*) AS n FROM {name}")).await, "6");
    }
}
