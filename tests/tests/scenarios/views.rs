//! Views of the lake: made, listed, read, and dropped with what they read.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, CSV, JSON, NDJSON, path_of, send, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        a_view_is_made_described_and_read,
        views_stand_on_views_and_are_dropped_with_what_they_read,
        what_no_view_can_be_is_refused,
        a_view_holds_no_rows_of_its_own,
        a_view_whose_table_is_gone_is_there_still,
        a_view_of_the_past_is_read_as_it_was,
        what_was_a_view_is_not_read_by_at,
        a_replayed_creation_of_a_view_says_what_it_said,
    ]
}

async fn table() -> (Arc<App>, String) {
    let (app, name) = (shared().await, unique("viewed"));
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 10)])).await.is(200);
    (app, name)
}

async fn view(app: &App, name: &str, sql: &str) -> Value {
    let body = json!({"name": name, "as": sql, "view": true});
    app.post("/tables", body).await.is(201).json()
}

async fn a_view_is_made_described_and_read() {
    let (app, table) = table().await;
    let name = unique("view_schema") + ".large ones";
    let sql = format!("SELECT id, upper(name) AS \"loud\" FROM {table} WHERE id >= 8 -- large");
    let body = json!({"name": name, "as": sql, "view": true, "comment": "those that are large"});
    let answer = app.post("/tables", body).await.is(201);
    let made = answer.json();
    assert_eq!((&made["kind"], &made["row_count"]), (&json!("view"), &Value::Null), "{made}");
    assert_eq!((&made["name"], &made["comment"]), (&json!(name), &json!("those that are large")));
    let types: Vec<_> = made["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .map(|c| (&c["name"], &c["type"]))
        .collect();
    assert_eq!(types, [(&json!("id"), &json!("BIGINT")), (&json!("loud"), &json!("VARCHAR"))]);
    assert!(
        made["as"].as_str().is_some_and(|sql| sql.contains(&table) && !sql.contains("lake")),
        "{made}"
    );
    assert_eq!(app.table(&name).await, made);
    let schema = name.split('.').next().expect("a schema");
    let listed = app.get(&format!("/tables?schema={schema}")).await.is(200).json();
    assert_eq!(
        (&listed["items"][0]["name"], &listed["items"][0]["kind"]),
        (&json!(name), &json!("view"))
    );
    let (schema, bare) = name.split_once('.').expect("two parts");
    let sql = format!("SELECT loud FROM {schema}.\"{bare}\" ORDER BY id");
    assert_eq!(json!(app.rows(&sql).await), json!([{"loud": "ROW 8"}, {"loud": "ROW 9"}]));
    app.put(&path_of(&table), CSV, b"id,name\n11,new\n".to_vec()).await.is(200);
    let data = format!("{}/data?columns=id&filter=id%3E8", path_of(&name));
    let rows = send(app.request(Method::GET, &data).header("accept", NDJSON)).await.is(200);
    let mut rows: Vec<_> = rows.text().lines().map(str::to_owned).collect();
    rows.sort_unstable();
    assert_eq!(rows, ["{\"id\":11}", "{\"id\":9}"], "it reads what is there now");
    let body = json!({"sql": "SELECT count(*) AS n FROM this"});
    let counted = app.post(&format!("{}/query", path_of(&name)), body).await.is(200).json();
    assert_eq!(counted["rows"], json!([{"n": 3}]));
    app.get(&format!("{}/data?columns=nope", path_of(&name))).await.problem(422, "INVALID_SQL");
}

async fn views_stand_on_views_and_are_dropped_with_what_they_read() {
    let (app, table) = table().await;
    let [first, second, third] = ["v1", "v2", "v3"].map(unique);
    view(&app, &first, &format!("FROM {table}")).await;
    view(&app, &second, &format!("WITH x AS (FROM {first}) SELECT count(*) AS n FROM x")).await;
    view(&app, &third, &format!("SELECT (SELECT n FROM {second}) + count(*) AS n FROM {table}"))
        .await;
    assert_eq!(app.value(&format!("SELECT n FROM {third}")).await, "20");
    let refused = app.delete(&path_of(&table)).await;
    let problem = refused.problem(409, "TABLE_HAS_DEPENDENTS");
    let detail = problem["detail"].as_str().expect("a detail");
    for name in [&first, &second, &third] {
        assert!(detail.contains(name.as_str()), "{detail}");
    }
    app.delete(&path_of(&second)).await.problem(409, "TABLE_HAS_DEPENDENTS");
    app.delete(&path_of(&third)).await.is(204);
    app.delete(&path_of(&third)).await.problem(404, "TABLE_NOT_FOUND");
    let before = app.get(&path_of(&table)).await.header("etag").expect("an ETag").to_owned();
    let cascade = format!("{}?cascade=true", path_of(&table));
    let stale = app.request(Method::DELETE, &cascade).header("if-match", "\"0\"");
    send(stale).await.problem(412, "PRECONDITION_FAILED");
    send(app.request(Method::DELETE, &cascade).header("if-match", before)).await.is(204);
    for name in [&table, &first, &second] {
        app.get(&path_of(name)).await.problem(404, "TABLE_NOT_FOUND");
    }
}

async fn what_no_view_can_be_is_refused() {
    let (app, table) = table().await;
    let name = unique("no_view");
    for (sql, status, code) in [
        ("SELECT 1 AS a, 2 AS A".to_owned(), 422, "DUPLICATE_COLUMN"),
        ("SELECT $1 AS a".to_owned(), 422, "PARAMETER_MISMATCH"),
        (format!("SELECT * FROM {table}, no_such_table"), 422, "TABLE_NOT_FOUND"),
        ("SELECT * FROM read_text('/etc/passwd')".to_owned(), 422, "FUNCTION_NOT_ALLOWED"),
        (
            "SELECT current_setting('s3_secret_access_key') AS a".to_owned(),
            422,
            "FUNCTION_NOT_ALLOWED",
        ),
        (
            "SELECT * FROM postgres_query('__ducklake_metadata_lake', 'x')".to_owned(),
            422,
            "FUNCTION_NOT_ALLOWED",
        ),
        ("SHOW TABLES".to_owned(), 422, "ONLY_SELECT"),
        (format!("DESCRIBE {table}"), 422, "ONLY_SELECT"),
        (format!("EXPLAIN FROM {table}"), 422, "ONLY_SELECT"),
        (format!("SELECT * FROM {name}"), 422, "TABLE_NOT_FOUND"),
        (format!("DROP TABLE {table}"), 422, "ONLY_SELECT"),
        (format!("SELECT zz FROM {table}"), 422, "INVALID_SQL"),
    ] {
        let body = json!({"name": name, "as": sql, "view": true});
        let answer = app.post("/tables", body).await;
        assert_eq!(answer.status, status, "{sql}: {answer}");
        answer.problem(status, code);
    }
    for body in [
        json!({"name": name, "view": true, "columns": numbered_columns()}),
        json!({"name": name, "view": true, "as": "SELECT 1 AS a", "sort_by": ["a"]}),
    ] {
        app.post("/tables", body).await.problem(422, "INVALID_VIEW");
    }
    app.get(&path_of(&name)).await.problem(404, "TABLE_NOT_FOUND");
    let twice = json!({"name": table, "as": "SELECT 1 AS a", "view": true});
    app.post("/tables", twice).await.problem(409, "TABLE_EXISTS");
}

async fn a_view_holds_no_rows_of_its_own() {
    let (app, table) = table().await;
    let name = unique("rowless");
    let made = view(&app, &name, &format!("SELECT id, name FROM {table}")).await;
    let path = path_of(&name);
    app.put(&path, ARROW, arrow_of(&[numbered(0, 1)])).await.problem(409, "IS_A_VIEW");
    let patch = app.request(Method::PATCH, &path).header("content-type", JSON);
    send(patch.body("{\"comment\": \"x\"}")).await.problem(409, "IS_A_VIEW");
    app.get(&format!("{path}/changes?from=0")).await.problem(409, "IS_A_VIEW");
    let again = json!({"name": name, "as": "SELECT 1 AS a", "view": true, "if_not_exists": true});
    assert_eq!(app.post("/tables", again).await.is(200).json(), made);
}

async fn a_view_whose_table_is_gone_is_there_still() {
    let (app, table) = table().await;
    let name = unique("orphan");
    view(&app, &name, &format!("SELECT name FROM {table}")).await;
    let path = path_of(&table);
    let drop = json!({"drop_columns": ["name"]});
    let request = app.request(Method::PATCH, &path).header("content-type", JSON);
    send(request.body(drop.to_string())).await.is(200);
    let left = app.get(&path_of(&name)).await.is(200).json();
    assert_eq!((&left["kind"], &left["columns"]), (&json!("view"), &json!([])), "{left}");
    let read = app.get(&format!("{}/data", path_of(&name))).await;
    let problem = read.problem(422, "INVALID_SQL");
    assert!(problem["detail"].as_str().is_some_and(|said| said.contains(&name)), "{problem}");
    app.delete(&path_of(&name)).await.is(204);
}

/// One row, of one number, as the lake was at a snapshot.
async fn at(app: &App, sql: &str, snapshot: &Value) -> Value {
    let body = json!({"sql": sql, "snapshot": snapshot});
    let answer = app.post("/query?rows=array", body).await.is(200).json();
    assert_eq!(answer["rows"].as_array().map(Vec::len), Some(1), "{answer}");
    answer["rows"][0][0].clone()
}

async fn a_view_of_the_past_is_read_as_it_was() {
    let (app, table) = table().await;
    let (name, below) = (unique("past_view"), unique("below"));
    view(&app, &below, &format!("SELECT id FROM {table}")).await;
    let first =
        view(&app, &name, &format!("SELECT id + 1000 AS one FROM {below} WHERE id = 3")).await;
    app.delete(&path_of(&name)).await.is(204);
    app.put(&path_of(&table), ARROW, arrow_of(&[numbered(10, 10)])).await.is(200);
    let gone = app.table(&table).await;
    let second = view(&app, &name, &format!("SELECT count(*) AS two FROM {below}")).await;
    let sql = format!("FROM {name}");
    assert_eq!(at(&app, &sql, &first["snapshot"]).await, 1003);
    assert_eq!(at(&app, &sql, &second["snapshot"]).await, 20);
    let missing = app.post("/query", json!({"sql": sql, "snapshot": gone["snapshot"]})).await;
    missing.problem(422, "TABLE_NOT_FOUND");
    // Also once nothing of it is left.
    app.delete(&path_of(&name)).await.is(204);
    app.delete(&path_of(&below)).await.is(204);
    assert_eq!(at(&app, &sql, &first["snapshot"]).await, 1003);
    let path = format!("{}/data?format=csv&snapshot={}", path_of(&name), first["snapshot"]);
    assert_eq!(app.get(&path).await.is(200).text(), "one\r\n1003\r\n");
    let path = format!("{}?snapshot={}", path_of(&name), first["snapshot"]);
    let document = app.get(&path).await.is(200).json();
    assert_eq!(document["columns"], first["columns"]);
    assert_eq!(document["as"], first["as"]);
    app.get(&path_of(&name)).await.problem(404, "TABLE_NOT_FOUND");
}

async fn what_was_a_view_is_not_read_by_at() {
    let (app, table) = table().await;
    let name = unique("once");
    let made = view(&app, &name, &format!("SELECT max(id) AS n FROM {table}")).await;
    let sql = format!("FROM {name} AT (VERSION => {})", made["snapshot"]);
    let is_view = app.post("/query", json!({"sql": sql})).await.problem(422, "SQL_NOT_ALLOWED");
    assert!(is_view["detail"].to_string().contains("no table"), "{is_view}");
    app.delete(&path_of(&name)).await.is(204);
    for upper in [false, true] {
        let sql = if upper { sql.to_uppercase() } else { sql.clone() };
        let was = app.post("/query", json!({"sql": sql})).await.problem(422, "SQL_NOT_ALLOWED");
        assert!(was["detail"].to_string().contains("was a view once"), "{was}");
        assert_eq!((&was["line"], &was["column"]), (&json!(1), &json!(6)), "{was}");
    }
    // A table that takes its name is read, and so is any other by AT.
    app.create(&name, numbered_columns()).await;
    assert_eq!(app.value(&format!("SELECT count(*) AS n FROM {name}")).await, "0");
    app.post("/query", json!({"sql": sql})).await.problem(422, "SQL_NOT_ALLOWED");
    let sql = format!("SELECT count(*) AS n FROM {table} AT (VERSION => {})", made["snapshot"]);
    assert_eq!(app.value(&sql).await, "10");
}

async fn a_replayed_creation_of_a_view_says_what_it_said() {
    let (app, table) = table().await;
    let name = unique("again");
    let body = json!({"name": name, "as": format!("SELECT id FROM {table}"), "view": true});
    let send_it = async || {
        let request = app.request(Method::POST, "/tables").header("content-type", JSON);
        let request = request.header("idempotency-key", name.clone());
        send(request.body(body.to_string())).await.is(201)
    };
    let first = send_it().await.json();
    assert_eq!(first["columns"][0]["name"], "id", "{first}");
    app.delete(&path_of(&name)).await.is(204);
    view(&app, &name, "SELECT 'another' AS other").await;
    app.delete(&path_of(&table)).await;
    let again = send_it().await;
    assert!(again.replayed(), "{again}");
    assert_eq!(again.json(), first);
}
