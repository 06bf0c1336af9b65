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
