//! A table's definition changes.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::http::{CSV, JSON, path_of, send, unique};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        all_changes_of_a_patch_become_one_snapshot,
        changes_that_do_not_fit_are_named_and_none_is_made,
        a_patch_is_made_once_and_only_if_the_table_is_as_it_was,
        not_null_is_held_against_the_rows,
        a_layout_is_kept_and_parts_the_files,
        a_patch_of_what_is_so_already_changes_nothing,
    ]
}

async fn table() -> (Arc<App>, String, String) {
    let (app, name) = (shared().await, unique("alter"));
    let columns = json!([
        {"name": "id", "type": "INTEGER", "nullable": false},
        {"name": "name", "type": "VARCHAR", "comment": "what it is called"},
        {"name": "ts", "type": "TIMESTAMP"},
        {"name": "gone", "type": "DOUBLE"},
    ]);
    app.create(&name, columns).await;
    let path = path_of(&name);
    let body = "id,name,ts,gone\n1,a,2024-01-01T00:00:00,1\n2,,2024-02-01T00:00:00,2\n";
    app.put(&path, CSV, body.as_bytes().to_vec()).await.is(200);
    (app, name, path)
}

async fn all_changes_of_a_patch_become_one_snapshot() {
    let (app, name, path) = table().await;
    let before = app.table(&name).await;
    let body = json!({
        "add_columns": [{"name": "added", "type": "DECIMAL(5,2)", "default": 7.5, "comment": "new"}],
        "drop_columns": ["GONE"],
        "alter_columns": [
            {"name": "id", "nullable": true, "rename_to": "key"},
            {"name": "name", "default": "nobody", "comment": null},
        ],
        "comment": "a table",
        "partition_by": ["month(ts)"],
        "sort_by": ["key DESC"],
    });
    let answer = app.patch(&path, body.clone()).await.is(200);
    let after = answer.json();
    let history = app.get(&format!("{path}/snapshots")).await.is(200).json();
    assert_eq!(history["items"][0]["changes"], json!(["schema_changed"]), "{history}");
    assert_eq!(history["items"][1]["snapshot"], before["snapshot"], "one snapshot for all of it");
    assert_eq!(answer.header("etag"), Some(format!("\"{}\"", after["snapshot"]).as_str()));
    let expected = json!([
        {"name": "key", "type": "INTEGER", "nullable": true, "default": null, "comment": null},
        {"name": "name", "type": "VARCHAR", "nullable": true, "default": "nobody", "comment": null},
        {"name": "ts", "type": "TIMESTAMP", "nullable": true, "default": null, "comment": null},
        {"name": "added", "type": "DECIMAL(5,2)", "nullable": true, "default": 7.5, "comment": "new"},
    ]);
    assert_eq!(after["columns"], expected);
    assert_eq!(after["comment"], "a table");
    assert_eq!(after["partition_by"], json!(["month(ts)"]));
    assert_eq!(after["sort_by"], json!(["key DESC NULLS LAST"]));
    assert_eq!(app.table(&name).await, after);
    let rows = app.rows(&format!("SELECT key, name, added FROM {name} ORDER BY key")).await;
    let expected = r#"[{"added":7.50,"key":1,"name":"a"},{"added":7.50,"key":2,"name":null}]"#;
    assert_eq!(json!(rows).to_string(), expected);
    app.put(&path, CSV, b"key\n900000\n".to_vec()).await.is(200);
    let rows = app.rows(&format!("SELECT name, added FROM {name} WHERE key > 2")).await;
    assert_eq!(json!(rows).to_string(), r#"[{"added":7.50,"name":"nobody"}]"#);
    let past = format!("{path}?snapshot={}", before["snapshot"]);
    assert_eq!(app.get(&past).await.is(200).json(), before, "the past is as it was");
    let reset = app.patch(&path, json!({"partition_by": [], "sort_by": [], "comment": null})).await;
    let reset = reset.is(200).json();
    assert_eq!((&reset["partition_by"], &reset["comment"]), (&json!([]), &Value::Null), "{reset}");
}

async fn changes_that_do_not_fit_are_named_and_none_is_made() {
    let (app, name, path) = table().await;
    let before = app.table(&name).await;
    let add = |column: Value| json!({"add_columns": [column]});
    let alter = |column: Value| json!({"alter_columns": [column]});
    for (body, status, code) in [
        (json!({}), 422, "EMPTY_PATCH"),
        (json!({"drop_columns": ["nope"]}), 422, "UNKNOWN_COLUMN"),
        (json!({"drop_columns": ["id", "name", "ts", "gone"]}), 422, "INVALID_COLUMNS"),
        (
            json!({"drop_columns": ["gone"], "alter_columns": [{"name": "Gone"}]}),
            422,
            "DUPLICATE_COLUMN",
        ),
        (add(json!({"name": "ID", "type": "DATE"})), 422, "DUPLICATE_COLUMN"),
        (add(json!({"name": "x", "type": "DATE", "nullable": false})), 422, "INVALID_COLUMNS"),
        (add(json!({"name": "x", "type": "DATE", "default": "never"})), 422, "INVALID_DEFAULT"),
        (add(json!({"name": "x", "type": "ENUM"})), 422, "INVALID_TYPE"),
        (alter(json!({"name": "id", "type": "BIGINT"})), 422, "TYPE_STAYS"),
        (alter(json!({"name": "id", "type": "SMALLINT"})), 422, "TYPE_NOT_WIDER"),
        (add(json!({"name": "_ducklake_internal_row_id", "type": "BIGINT"})), 422, "RESERVED_NAME"),
        (alter(json!({"name": "name", "type": "INTEGER"})), 422, "TYPE_NOT_WIDER"),
        (alter(json!({"name": "id", "rename_to": "name"})), 422, "DUPLICATE_COLUMN"),
        (alter(json!({"name": "id", "default": "x"})), 422, "INVALID_DEFAULT"),
        (json!({"partition_by": ["year(name)"]}), 422, "INVALID_LAYOUT"),
        (json!({"partition_by": ["week(ts)"]}), 422, "INVALID_LAYOUT"),
        (json!({"sort_by": ["lower(name)"]}), 422, "INVALID_LAYOUT"),
        (json!({"sort_by": ["gone"], "drop_columns": ["gone"]}), 422, "INVALID_LAYOUT"),
        (json!({"columns": []}), 400, "UNKNOWN_FIELD"),
    ] {
        let answer = app.patch(&path, body.clone()).await;
        assert_eq!(answer.status, status, "{body}: {answer}");
        answer.problem(status, code);
    }
    assert_eq!(app.table(&name).await, before);
    let none = app.patch(&path_of(&unique("none")), json!({"comment": "x"})).await;
    none.problem(404, "TABLE_NOT_FOUND");
}

async fn a_patch_is_made_once_and_only_if_the_table_is_as_it_was() {
    let (app, name, path) = table().await;
    let tag = app.get(&path).await.header("etag").expect("an ETag").to_owned();
    let send_patch = async |key: &str, comment: &str| {
        let request = app.request(Method::PATCH, &path).header("content-type", JSON);
        let request = request.header("if-match", &tag).header("idempotency-key", key);
        send(request.body(json!({"comment": comment}).to_string())).await
    };
    let key = format!("patch {name}");
    let first = send_patch(&key, "first").await.is(200);
    let again = send_patch(&key, "first").await.is(200);
    assert!(again.replayed() && again.json() == first.json(), "{again}");
    send_patch(&key, "second").await.problem(422, "IDEMPOTENCY_KEY_REUSED");
    send_patch("other", "second").await.problem(412, "PRECONDITION_FAILED");
    assert_eq!(app.table(&name).await["comment"], "first");
}

async fn not_null_is_held_against_the_rows() {
    let (app, name, path) = table().await;
    let set = |name: &str| json!({"alter_columns": [{"name": name, "nullable": false}]});
    let answer = app.patch(&path, set("name")).await;
    answer.problem(422, "NULL_NOT_ALLOWED");
    assert_eq!(answer.fields(), ["name"]);
    app.patch(&path, set("ts")).await.is(200);
    let both = json!({"alter_columns": [
        {"name": "gone", "nullable": false}, {"name": "name", "nullable": false},
    ]});
    app.patch(&path, both.clone()).await.problem(422, "INVALID_COLUMNS");
    app.put(&path, CSV, b"id\n3\n".to_vec()).await.problem(422, "SCHEMA_MISMATCH");
    assert_eq!(app.table(&name).await["row_count"], 2);
}

async fn a_layout_is_kept_and_parts_the_files() {
    let (app, name) = (shared().await, unique("layout"));
    let body = json!({
        "name": name,
        "columns": [{"name": "id", "type": "INTEGER"}, {"name": "a b", "type": "DATE"}],
        "partition_by": ["year(\"a b\")"],
        "sort_by": ["id desc nulls first"],
    });
    let made = app.post("/tables", body.clone()).await.is(201).json();
    assert_eq!(made["partition_by"], json!(["year(\"a b\")"]));
    assert_eq!(made["sort_by"], json!(["id DESC NULLS FIRST"]));
    assert_eq!(app.table(&name).await, made);
    let rows: String = (0..3_000).map(|n| format!("{n},{}-05-01\n", 2020 + n % 3)).collect();
    let path = path_of(&name);
    app.put(&path, CSV, format!("id,a b\n{rows}").into_bytes()).await.is(200);
    assert_eq!(app.table(&name).await["file_count"], 3, "one for each year");
    let mut odd = body;
    odd["name"] = json!(unique("layout_odd"));
    odd["partition_by"] = json!(["nope"]);
    app.post("/tables", odd).await.problem(422, "INVALID_LAYOUT");
}

async fn a_patch_of_what_is_so_already_changes_nothing() {
    let (app, _name, path) = table().await;
    let before = app.get(&path).await.is(200).json();
    let as_it_is = json!({"sort_by": [], "partition_by": []});
    let answer = app.patch(&path, as_it_is.clone()).await.is(200).json();
    assert_eq!(answer["snapshot"], before["snapshot"]);
    assert_eq!(app.get(&path).await.is(200).json(), before);
}
