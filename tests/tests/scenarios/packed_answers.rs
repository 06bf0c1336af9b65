//! Answers packed with what `Accept-Encoding` names, which is never a reason to refuse one.

use std::io::Read;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, Answer, CSV, JSON, NDJSON, PARQUET, path_of, send, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns, read_arrow, read_parquet};
use crate::harness::scenario::Scenario;
use crate::harness::way::{SERVERS, Way};

pub(crate) fn all() -> Vec<Scenario> {
    let mut all = scenarios![
        rows_in_text_are_packed_as_the_client_takes_them,
        arrow_and_parquet_are_packed_for_who_would_not_have_them_plain,
        documents_are_packed_and_those_of_a_strong_etag_are_not,
        what_is_not_modified_varies_as_its_answer_would,
        what_cannot_be_packed_as_wished_is_answered_as_it_is,
        a_head_says_of_packing_what_its_get_does,
    ];
    all.extend(
        scenarios![only &[Way::Services], "a query process needs a catalog that two may open";
            a_query_process_packs_as_its_server_would,
        ],
    );
    all.extend(scenarios![only SERVERS, "a function sends CSV whole or not at all";
        a_csv_of_any_size_goes_out_packed,
    ]);
    all
}

/// What it unpacks to; panics if it lacks its end.
fn unpacked(answer: &Answer) -> Vec<u8> {
    let mut text = Vec::new();
    let body = &answer.body[..];
    let read = match answer.header("content-encoding") {
        Some("gzip") => flate2::read::GzDecoder::new(body).read_to_end(&mut text),
        Some("zstd") => {
            zstd::stream::read::Decoder::new(body).expect("zstd").read_to_end(&mut text)
        }
        other => panic!("{other:?} is no packing of ours: {:?}", answer.headers),
    };
    read.unwrap_or_else(|error| panic!("not whole: {error}"));
    text
}

fn vary(answer: &Answer) -> String {
    let values = answer.headers.get_all("vary").iter();
    values.map(|value| value.to_str().expect("ASCII")).collect::<Vec<_>>().join(", ")
}

async fn asked(app: &App, sql: &str, accept: &str, encoding: Option<&str>) -> Answer {
    let mut request = app.request(Method::POST, "/query").header("content-type", JSON);
    if let Some(encoding) = encoding {
        request = request.header("accept-encoding", encoding);
    }
    send(request.header("accept", accept).body(json!({"sql": sql}).to_string())).await.is(200)
}

async fn got(app: &App, path: &str, encoding: &str) -> Answer {
    send(app.request(Method::GET, path).header("accept-encoding", encoding)).await.is(200)
}

/// Without the time that the answer took.
fn content(accept: &str, bytes: &[u8]) -> String {
    if accept != JSON {
        return String::from_utf8(bytes.to_vec()).expect("text");
    }
    let mut document: Value = serde_json::from_slice(bytes).expect("JSON");
    document["elapsed_ms"] = Value::Null;
    document.to_string()
}

/// Some of one piece, some of many.
async fn check_text(app: &App) {
    for (rows, accept) in
        [(200, JSON), (200, CSV), (200, NDJSON), (300_000, JSON), (300_000, CSV), (300_000, NDJSON)]
    {
        let sql = format!("SELECT v, 'text ' || v AS t FROM range({rows}) x(v) ORDER BY v");
        let plain = asked(app, &sql, accept, None).await;
        assert_eq!(plain.header("content-encoding"), None, "{accept} that no one wants packed");
        for (encoding, name) in
            [("gzip", "gzip"), ("zstd", "zstd"), ("gzip, deflate, br, zstd", "zstd")]
        {
            let packed = asked(app, &sql, accept, Some(encoding)).await;
            assert_eq!(packed.header("content-encoding"), Some(name), "{rows} rows of {accept}");
            assert_eq!(packed.header("content-type"), plain.header("content-type"));
            assert!(vary(&packed).contains("accept-encoding"), "{packed}");
            assert_eq!(vary(&packed), vary(&plain), "{accept}");
            let (small, large) = (packed.body.len(), plain.body.len());
            assert!(small * 3 < large * 2, "{rows} rows of {accept}: {small} of {large} bytes");
            assert!(
                content(accept, &unpacked(&packed)) == content(accept, &plain.body),
                "{rows} rows of {accept} differ as {name}"
            );
        }
    }
}

async fn rows_in_text_are_packed_as_the_client_takes_them() {
    check_text(&*shared().await).await;
}

async fn a_query_process_packs_as_its_server_would() {
    let app = App::own(&[("EIDER_QUERY_ISOLATION", "process")]).await;
    check_text(&app).await;
    let name = unique("packed");
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 5_000)])).await.is(200);
    let data = got(&app, &format!("{}/data?format=csv", path_of(&name)), "gzip").await;
    assert_eq!(unpacked(&data).iter().filter(|byte| **byte == b'\n').count(), 5_001);
}

async fn arrow_and_parquet_are_packed_for_who_would_not_have_them_plain() {
    let (app, sql) = (shared().await, "SELECT v::INTEGER AS v FROM range(5000) x(v) ORDER BY v");
    for encoding in ["gzip, deflate", "zstd", "*", "gzip, identity"] {
        for accept in [ARROW, PARQUET] {
            let answer = asked(&app, sql, accept, Some(encoding)).await;
            assert_eq!(answer.header("content-encoding"), None, "{accept}: {encoding}");
        }
    }
    for encoding in ["gzip, identity;q=0.5", "zstd, *;q=0"] {
        let arrow = asked(&app, sql, ARROW, Some(encoding)).await;
        assert_eq!(read_arrow(&unpacked(&arrow)).num_rows(), 5_000, "{encoding}");
        let parquet = asked(&app, sql, PARQUET, Some(encoding)).await;
        assert_eq!(read_parquet(unpacked(&parquet).into()).num_rows(), 5_000, "{encoding}");
    }
}

async fn a_csv_of_any_size_goes_out_packed() {
    let (app, sql) = (shared().await, "SELECT v FROM range(5000000) x(v)");
    for encoding in ["gzip", "zstd"] {
        let text = unpacked(&asked(&app, sql, CSV, Some(encoding)).await);
        assert!(text.len() > 32 << 20, "{} bytes", text.len());
        assert_eq!(text.iter().filter(|byte| **byte == b'\n').count(), 5_000_001, "{encoding}");
    }
}

async fn documents_are_packed_and_those_of_a_strong_etag_are_not() {
    let (app, name) = (shared().await, unique("documented"));
    let columns: Vec<Value> =
        (0..50).map(|n| json!({"name": format!("column_{n}"), "type": "INTEGER"})).collect();
    let comment = "some words of what it is ".repeat(200);
    app.post("/tables", json!({"name": name, "columns": columns, "comment": comment}))
        .await
        .is(201);
    for path in ["/tables?limit=1000", "/openapi.json", "/redoc/redoc.standalone.js"] {
        let plain = app.get(path).await.is(200);
        let packed = got(&app, path, "gzip").await;
        assert!(packed.body.len() < plain.body.len() / 2, "{path}");
        assert!(path.starts_with("/tables") || unpacked(&packed) == plain.body, "{path}");
    }
    // The ETag stands for these bytes, and `If-Match` takes it.
    let document = got(&app, &path_of(&name), "gzip, zstd").await;
    assert!(document.body.len() > 2_000, "{document}");
    assert_eq!(document.header("content-encoding"), None);
    let etag = document.header("etag").expect("an ETag").to_owned();
    let request = app.request(Method::PATCH, &path_of(&name)).header("if-match", etag);
    let request = request.header("accept-encoding", "gzip").header("content-type", JSON);
    send(request.body(json!({"comment": "seen"}).to_string())).await.is(200);
}

async fn what_is_not_modified_varies_as_its_answer_would() {
    let (app, name) = (shared().await, unique("unmodified"));
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 5_000)])).await.is(200);
    let path = format!("{}/data?format=csv", path_of(&name));
    let first = got(&app, &path, "gzip").await;
    let etag = first.header("etag").expect("an ETag");
    assert!(etag.starts_with("W/"), "it stands for the packed rows too: {etag}");
    let again = app.request(Method::GET, &path).header("if-none-match", etag);
    let again = send(again.header("accept-encoding", "gzip")).await.is(304);
    assert_eq!((again.body.len(), vary(&again)), (0, vary(&first)));
    assert_eq!(again.header("content-encoding"), None);
}

async fn what_cannot_be_packed_as_wished_is_answered_as_it_is() {
    let (app, sql) = (shared().await, "SELECT v FROM range(5000) x(v)");
    for encoding in
        ["br", "identity;q=0", "*;q=0", "br;q=1.0, *;q=0", "gzip;q=5", ";;,=", "gzip;q=0"]
    {
        let answer = asked(&app, sql, JSON, Some(encoding)).await;
        assert_eq!(answer.header("content-encoding"), None, "{encoding}");
        assert_eq!(answer.json()["row_count"], 5_000, "{encoding}");
    }
    let short = asked(&app, "SELECT 42 AS v", JSON, Some("gzip")).await;
    assert_eq!(
        (short.header("content-encoding"), &short.json()["rows"][0]["v"]),
        (None, &json!(42))
    );
    let wrong = app.request(Method::GET, "/tables/none_of_the_name");
    let wrong = send(wrong.header("accept-encoding", "gzip")).await;
    wrong.problem(404, "TABLE_NOT_FOUND");
    assert_eq!(wrong.header("content-encoding"), None);
}

async fn a_head_says_of_packing_what_its_get_does() {
    let app = shared().await;
    let ask = async |method| {
        let request = app.request(method, "/openapi.json").header("accept-encoding", "gzip");
        send(request).await.is(200)
    };
    let (head, get) = (ask(Method::HEAD).await, ask(Method::GET).await);
    assert_eq!(head.body.len(), 0);
    for name in ["content-encoding", "content-type"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    assert_eq!(get.header("content-encoding"), Some("gzip"));
    assert_eq!(vary(&head), vary(&get));
}
