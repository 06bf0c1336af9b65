//! Parts of a table, a table as it was, and what happened to its rows.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, CSV, NDJSON, path_of, send, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        columns_filter_and_limit_choose_what_is_sent,
        a_filter_is_one_condition_and_no_way_out,
        rows_come_as_they_were,
        rows_that_the_client_has_are_not_sent_again,
        a_query_reads_the_past_and_says_so,
        names_without_a_schema_are_of_the_default_one,
        a_query_ends_after_the_time_that_was_given,
        changes_tell_what_happened_to_each_row,
        changes_are_asked_for_by_snapshots_or_times,
    ]
}

async fn table(rows: usize) -> (Arc<App>, String, String) {
    let (app, name) = (shared().await, unique("reads"));
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, rows)])).await.is(200);
    let path = path_of(&name);
    (app, name, path)
}

async fn lines(app: &App, path: &str) -> Vec<Value> {
    let request = app.request(Method::GET, path).header("accept", NDJSON);
    let answer = send(request).await.is(200);
    answer.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

async fn columns_filter_and_limit_choose_what_is_sent() {
    let (app, name, path) = table(5_000).await;
    let data = format!("{path}/data");
    let rows =
        lines(&app, &format!("{data}?columns=name,ID&filter=id%20%25%201000%20=%201&limit=3"))
            .await;
    assert_eq!(rows.len(), 3, "{rows:?}");
    for row in &rows {
        assert_eq!(row.as_object().map(|row| row.len()), Some(2), "{row}");
        let id = row["id"].as_i64().expect("an id");
        assert_eq!((id % 1_000, &row["name"]), (1, &json!(format!("row {id}"))));
    }
    let csv = app.request(Method::GET, &format!("{data}?columns=name&filter=id%3D7&format=csv"));
    assert_eq!(send(csv).await.is(200).text(), "name\r\nrow 7\r\n");
    let filter = format!("{name}.id IN (SELECT max(id) FROM {name}) -- it's the last");
    let answer = lines(&app, &format!("{data}?filter={}", filter.replace(' ', "%20"))).await;
    assert_eq!(answer, [json!({"id": 4_999, "name": "row 4999"})]);
    assert_eq!(lines(&app, &format!("{data}?limit=0")).await, [json!(null); 0]);
    let json = app.get(&format!("{data}?format=json&limit=2")).await.is(200).json();
    assert_eq!((&json["row_count"], &json["truncated"]), (&json!(2), &json!(true)), "{json}");
    let answer = app.get(&format!("{data}?columns=id,nope")).await;
    answer.problem(422, "UNKNOWN_COLUMN");
    assert_eq!(answer.fields(), ["nope"]);
    app.get(&format!("{data}?columns=id,")).await.problem(422, "INVALID_NAME");
    app.get(&format!("{data}?limit=-1")).await.problem(400, "INVALID_PARAMETER");
    app.get(&format!("{data}?where=1")).await.problem(400, "UNKNOWN_PARAMETER");
}

async fn a_filter_is_one_condition_and_no_way_out() {
    let (app, _, path) = table(10).await;
    for (filter, code) in [
        ("1=1) FROM x WHERE (1=1", "INVALID_SQL"),
        ("id = 1) UNION SELECT (2", "INVALID_SQL"),
        ("id = 1, id = 2", "SQL_NOT_ALLOWED"),
        ("id = 1 /*", "INVALID_SQL"),
        ("", "INVALID_SQL"),
        ("zz = 1", "INVALID_SQL"),
        ("filename LIKE '%'", "INVALID_SQL"),
        ("(SELECT content FROM read_text('/etc/passwd')) = 'x'", "FUNCTION_NOT_ALLOWED"),
        ("current_setting('s3_secret_access_key') = ''", "FUNCTION_NOT_ALLOWED"),
        ("EXISTS (FROM __ducklake_metadata_lake.ducklake_table)", "TABLE_NOT_FOUND"),
        ("id = $1", "PARAMETER_MISMATCH"),
    ] {
        let encoded: String = filter.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = app.get(&format!("{path}/data?filter={encoded}")).await;
        assert_eq!(answer.status, 422, "{filter}: {answer}");
        let found = answer.json()["error_code"].clone();
        assert!(
            found == code || (code == "INVALID_SQL" && found == "SQL_NOT_ALLOWED"),
            "{filter}: {answer}"
        );
    }
    let answer = app.get(&format!("{path}/data?filter=id%20%3D%201%0AAND%20zz")).await;
    let problem = answer.problem(422, "INVALID_SQL");
    assert_eq!((&problem["line"], &problem["column"]), (&json!(2), &json!(5)), "{problem}");
}

async fn rows_come_as_they_were() {
    let (app, name, path) = table(10).await;
    let before = app.table(&name).await["snapshot"].clone();
    app.put(&path, ARROW, arrow_of(&[numbered(10, 5_000)])).await.is(200);
    let data = format!("{path}/data");
    let past = lines(&app, &format!("{data}?snapshot={before}")).await;
    assert_eq!(past.len(), 10);
    let some = format!("{data}?snapshot={before}&filter=id%3E7&columns=id");
    let mut ids: Vec<_> = lines(&app, &some).await.iter().map(|row| row["id"].as_i64()).collect();
    ids.sort_unstable();
    assert_eq!(ids, [Some(8), Some(9)]);
    let json = app.get(&format!("{data}?snapshot={before}&format=json")).await.is(200).json();
    assert_eq!(json["snapshot"], before);
    app.put(&format!("{path}?mode=overwrite"), ARROW, arrow_of(&[numbered(0, 0)])).await.is(200);
    assert_eq!(lines(&app, &data).await.len(), 0);
    assert_eq!(lines(&app, &format!("{data}?snapshot={before}")).await.len(), 10);
    app.delete(&path).await.is(204);
    assert_eq!(
        lines(&app, &format!("{data}?snapshot={before}")).await.len(),
        10,
        "gone, and there then"
    );
    app.get(&format!("{data}?snapshot=99999999999")).await.problem(422, "SNAPSHOT_NOT_FOUND");
}

async fn rows_that_the_client_has_are_not_sent_again() {
    let (app, name, path) = table(10).await;
    let get = async |format: &str, tag: &str| {
        let path = format!("{path}/data?format={format}");
        send(app.request(Method::GET, &path).header("if-none-match", tag)).await
    };
    let first = get("csv", "\"none\"").await.is(200);
    let tag = first.header("etag").expect("an ETag").to_owned();
    assert_eq!(tag, format!("W/\"{}-csv\"", app.table(&name).await["snapshot"]));
    let same = get("csv", &tag).await.is(304);
    assert!(same.body.is_empty(), "{same}");
    get("ndjson", &tag).await.is(200);
    app.put(&path, CSV, b"id\n1\n".to_vec()).await.is(200);
    let next = get("csv", &tag).await.is(200);
    assert_eq!(
        next.header("etag"),
        Some(format!("W/\"{}-csv\"", app.table(&name).await["snapshot"]).as_str())
    );
}

async fn a_query_reads_the_past_and_says_so() {
    let (app, name, path) = table(10).await;
    let before = app.table(&name).await;
    let other = unique("reads_other");
    app.create(&other, numbered_columns()).await;
    app.put(&path, ARROW, arrow_of(&[numbered(10, 20)])).await.is(200);
    let ask = async |more: Value| {
        let mut body =
            json!({"sql": format!("SELECT count(*) AS n, max(t.id) AS m FROM {name} t")});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("one").clone());
        app.post("/query", body).await
    };
    let now = ask(json!({})).await.is(200).json();
    assert_eq!(now["rows"], json!([{"n": 30, "m": 29}]));
    let then = ask(json!({"snapshot": before["snapshot"]})).await.is(200).json();
    assert_eq!(
        (&then["rows"], &then["snapshot"]),
        (&json!([{"n": 10, "m": 9}]), &before["snapshot"])
    );
    let then = ask(json!({"as_of": before["updated_at"]})).await.is(200).json();
    assert_eq!(then["rows"], json!([{"n": 10, "m": 9}]));
    let this = json!({"sql": "SELECT count(*) AS n FROM this", "snapshot": before["snapshot"]});
    let this = app.post(&format!("{path}/query"), this).await.is(200).json();
    assert_eq!(this["rows"], json!([{"n": 10}]));
    let at = format!("SELECT count(*) AS n FROM {name} AT (VERSION => {})", before["snapshot"]);
    assert_eq!(app.value(&at).await, "10");
    let both = json!({"sql": at, "snapshot": before["snapshot"]});
    app.post("/query", both).await.problem(422, "SNAPSHOT_TWICE");
    ask(json!({"snapshot": 99_999_999_999_u64})).await.problem(422, "SNAPSHOT_NOT_FOUND");
    ask(json!({"snapshot": 1, "as_of": before["updated_at"]}))
        .await
        .problem(400, "INVALID_PARAMETER");
    let not_yet = json!({"sql": format!("FROM {other}"), "snapshot": before["snapshot"]});
    app.post("/query", not_yet).await.problem(422, "TABLE_NOT_FOUND");
    let described = json!({"sql": format!("DESCRIBE {name}"), "snapshot": before["snapshot"]});
    assert_eq!(app.post("/query", described).await.is(200).json()["row_count"], 2);
}

async fn names_without_a_schema_are_of_the_default_one() {
    let (app, schema) = (shared().await, unique("default"));
    app.create(&format!("{schema}.t"), numbered_columns()).await;
    app.put(&path_of(&format!("{schema}.t")), CSV, b"id\n1\n2\n".to_vec()).await.is(200);
    let body =
        json!({"sql": "SELECT sum(id) AS s FROM T", "default_schema": schema.to_uppercase()});
    assert_eq!(app.post("/query", body).await.is(200).json()["rows"], json!([{"s": 3}]));
    for reserved in ["temp", "information_schema", "__ducklake_metadata_lake"] {
        let body = json!({"sql": "SELECT * FROM tables", "default_schema": reserved});
        app.post("/query", body).await.problem(422, "TABLE_NOT_FOUND");
    }
    let body = json!({"sql": "SELECT 1", "default_schema": ""});
    app.post("/query", body).await.problem(422, "INVALID_NAME");
}

async fn a_query_ends_after_the_time_that_was_given() {
    let app = shared().await;
    let sql =
        "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range + b.range = -1";
    let answer = app.post("/query", json!({"sql": sql, "timeout_seconds": 0.5})).await;
    answer.problem(504, "QUERY_TIMEOUT");
    assert!(answer.elapsed < Duration::from_secs(10), "{:?}", answer.elapsed);
    app.post("/query", json!({"sql": "SELECT 1", "timeout_seconds": 60})).await.is(200);
    for odd in [json!(0), json!(-1), json!(1e9), json!("5")] {
        app.post("/query", json!({"sql": "SELECT 1", "timeout_seconds": odd}))
            .await
            .problem(400, "INVALID_FIELD");
    }
}

async fn changes_tell_what_happened_to_each_row() {
    let (app, name, path) = table(3).await;
    let made = app.table(&name).await["snapshot"].as_u64().expect("a snapshot");
    let upsert = format!("{path}?mode=upsert&key=id");
    app.put(&upsert, CSV, b"id,name\n1,changed\n7,new\n".to_vec()).await.is(200);
    let upserted = app.table(&name).await["snapshot"].as_u64().expect("a snapshot");
    app.put(&format!("{path}?mode=overwrite"), CSV, b"id\n".to_vec()).await.is(200);
    let emptied = app.table(&name).await["snapshot"].as_u64().expect("a snapshot");
    let changes = lines(&app, &format!("{path}/changes?from={made}")).await;
    let told = |change: &Value| {
        (
            change["snapshot_id"].as_u64().expect("a snapshot"),
            change["change_type"].as_str().expect("a type").to_owned(),
            change["id"].as_i64().expect("an id"),
            change["name"].as_str().expect("a name").to_owned(),
        )
    };
    let told: Vec<_> = changes.iter().map(told).collect();
    let of = |snapshot: u64, kind: &str| {
        told.iter()
            .filter(|t| t.0 == snapshot && t.1 == kind)
            .map(|t| (t.2, t.3.as_str()))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(made, "insert"), [(0, "row 0"), (1, "row 1"), (2, "row 2")]);
    assert_eq!(of(upserted, "update_preimage"), [(1, "row 1")]);
    assert_eq!(of(upserted, "update_postimage"), [(1, "changed")]);
    assert_eq!(of(upserted, "insert"), [(7, "new")]);
    let mut gone = of(emptied, "delete");
    gone.sort_unstable();
    assert_eq!(gone, [(0, "row 0"), (1, "changed"), (2, "row 2"), (7, "new")]);
    assert_eq!(changes.len(), 3 + 3 + 4);
    let snapshots: Vec<_> = told.iter().map(|told| told.0).collect();
    assert!(snapshots.is_sorted(), "{snapshots:?}");
}

async fn changes_are_asked_for_by_snapshots_or_times() {
    let (app, name, path) = table(3).await;
    let first = app.table(&name).await;
    app.put(&path, CSV, b"id\n10\n11\n".to_vec()).await.is(200);
    let second = app.table(&name).await;
    let count = async |query: String| lines(&app, &format!("{path}/changes?{query}")).await.len();
    let (one, two) = (&first["snapshot"], &second["snapshot"]);
    assert_eq!(count(format!("from={one}&to={one}")).await, 3);
    assert_eq!(count(format!("from={two}")).await, 2);
    assert_eq!(count(format!("from={one}&to={two}&limit=4")).await, 4);
    let (then, now) = (first["updated_at"].as_str(), second["updated_at"].as_str());
    let (then, now) = (then.expect("a time"), now.expect("a time"));
    assert_eq!(
        count(format!("from={then}&to={now}")).await,
        2,
        "what came after the first, up to the second"
    );
    for (query, status, code) in [
        ("", 400, "INVALID_PARAMETER"),
        ("from=x", 400, "INVALID_PARAMETER"),
        ("from=99999999999", 422, "SNAPSHOT_NOT_FOUND"),
        (&format!("from={two}&to={one}"), 422, "INVALID_RANGE"),
    ] {
        let answer = app.get(&format!("{path}/changes?{query}")).await;
        answer.problem(status, code);
        if query.is_empty() {
            assert_eq!(answer.fields(), ["from"], "{answer}");
        }
    }
    app.get(&format!("{}/changes?from=0", path_of(&unique("no"))))
        .await
        .problem(404, "TABLE_NOT_FOUND");
}
