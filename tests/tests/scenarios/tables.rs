//! Tables are made, shown, listed and dropped.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::shared;
use crate::harness::http::{ARROW, JSON, path_of, send, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        a_new_table_is_answered_with_201_its_place_and_its_document,
        a_table_shows_its_columns_types_defaults_and_comments,
        a_table_that_is_there_is_a_conflict_unless_told_otherwise,
        of_twins_that_create_a_table_one_wins,
        tables_made_at_the_same_moment_all_come_to_be,
        names_are_equal_without_case,
        a_table_may_stand_in_a_schema_which_is_made_on_first_use,
        a_listing_shows_rows_bytes_files_snapshot_and_times_but_no_columns,
        a_dropped_table_is_gone_for_every_route,
        a_table_made_again_under_its_name_is_empty,
    ]
}

async fn a_new_table_is_answered_with_201_its_place_and_its_document() {
    let app = shared().await;
    let name = unique("created");
    let body = json!({"name": name, "columns": numbered_columns(), "comment": "what it is"});
    let answer = app.post("/tables", body).await.is(201);
    assert_eq!(answer.header("location"), Some(path_of(&name).as_str()), "{answer}");
    let table = answer.json();
    assert_eq!(table["name"], name.as_str(), "{table}");
    assert_eq!(table["comment"], "what it is", "{table}");
    assert_eq!((&table["row_count"], &table["file_count"]), (&json!(0), &json!(0)), "{table}");
    let shown = app.table(&name).await;
    assert_eq!(shown, table, "GET shows another table than POST answered");
}

async fn a_table_shows_its_columns_types_defaults_and_comments() {
    let app = shared().await;
    let name = unique("columns");
    let columns = json!([
        {"name": "id", "type": "bigint", "nullable": false, "comment": "the key"},
        {"name": "price", "type": "decimal(10, 2)", "default": 9.99},
        {"name": "city", "type": "text", "default": "Köln"},
        {"name": "open", "type": "bool", "default": true},
        {"name": "tags", "type": "varchar[]"},
    ]);
    app.create(&name, columns).await;
    let expected = json!([
        {"name": "id", "type": "BIGINT", "nullable": false, "default": null, "comment": "the key"},
        {"name": "price", "type": "DECIMAL(10,2)", "nullable": true, "default": 9.99, "comment": null},
        {"name": "city", "type": "VARCHAR", "nullable": true, "default": "Köln", "comment": null},
        {"name": "open", "type": "BOOLEAN", "nullable": true, "default": true, "comment": null},
        {"name": "tags", "type": "VARCHAR[]", "nullable": true, "default": null, "comment": null},
    ]);
    let table = app.table(&name).await;
    let shown = table["columns"].as_array().expect("columns");
    for (shown, expected) in shown.iter().zip(expected.as_array().expect("columns")) {
        assert_eq!(shown, expected);
    }
    assert_eq!(shown.len(), 5, "{table}");
}

async fn a_table_that_is_there_is_a_conflict_unless_told_otherwise() {
    let app = shared().await;
    let name = unique("there");
    let made = app.create(&name, numbered_columns()).await;
    let body =
        |more: Value| json!({"name": name, "columns": numbered_columns(), "if_not_exists": more});
    app.post("/tables", body(json!(false))).await.problem(409, "TABLE_EXISTS");
    let answer = app.post("/tables", body(json!(true))).await.is(200);
    assert_eq!(answer.json()["created_at"], made["created_at"], "{answer}");
}

async fn of_twins_that_create_a_table_one_wins() {
    let app = shared().await;
    let name = unique("twins");
    let body = json!({"name": name, "columns": numbered_columns()});
    let twins = (0..4).map(|_| app.post("/tables", body.clone()));
    let mut statuses: Vec<u16> =
        futures::future::join_all(twins).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
}

async fn tables_made_at_the_same_moment_all_come_to_be() {
    let app = shared().await;
    for _ in 0..3 {
        let names: Vec<String> = (0..8).map(|_| unique("together")).collect();
        let creating = names.iter().map(|name| app.create(name, numbered_columns()));
        futures::future::join_all(creating).await;
        let dropping = names.iter().map(async |name| app.delete(&path_of(name)).await.is(204));
        futures::future::join_all(dropping).await;
    }
}

async fn names_are_equal_without_case() {
    let app = shared().await;
    let name = unique("Case");
    let columns = json!([{"name": "Id", "type": "BIGINT"}, {"name": "NAME", "type": "VARCHAR"}]);
    app.create(&name, columns).await;
    let body = json!({"name": name.to_uppercase(), "columns": numbered_columns()});
    app.post("/tables", body).await.problem(409, "TABLE_EXISTS");
    let path = path_of(&name.to_lowercase());
    let shown = app.get(&path).await.is(200).json();
    assert_eq!(shown["name"], name.as_str(), "as it was written: {shown}");
    app.put(&path, ARROW, arrow_of(&[numbered(1, 2)])).await.is(200);
    assert_eq!(app.value(&format!("SELECT sum(ID) FROM {}", name.to_uppercase())).await, "3");
}

async fn a_table_may_stand_in_a_schema_which_is_made_on_first_use() {
    let app = shared().await;
    let schema = unique("Raw Zone");
    let name = format!("{schema}.t");
    let made = app.create(&name, numbered_columns()).await;
    assert_eq!(made["name"], name.as_str(), "{made}");
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 3)])).await.is(200);
    assert_eq!(app.value(&format!("SELECT count(*) FROM \"{schema}\".t")).await, "3");
    app.get(&path_of("t")).await.problem(404, "TABLE_NOT_FOUND");
    let main = unique("in_main");
    app.create(&format!("main.{main}"), numbered_columns()).await;
    assert_eq!(app.table(&main).await["name"], main.as_str(), "`main` may be left out");
}

async fn a_listing_shows_rows_bytes_files_snapshot_and_times_but_no_columns() {
    let app = shared().await;
    let name = unique("listed");
    let made = app.create(&name, numbered_columns()).await;
    let appended = app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 5_000)])).await.is(200);
    let shown = app.table(&name).await;
    let mut expected = shown.clone();
    let document = expected.as_object_mut().expect("an object");
    document.retain(|key, _| !["columns", "as", "partition_by", "sort_by"].contains(&key.as_str()));
    assert_eq!(find_in_listing(&app, &name).await, Some(expected), "a list shows what GET shows");
    assert_eq!(shown["row_count"], 5_000, "{shown}");
    assert_eq!(shown["file_count"], 1, "{shown}");
    assert!(shown["size_bytes"].as_u64() > Some(1_000), "{shown}");
    assert_eq!(shown["snapshot"], appended.json()["snapshot"], "{shown}");
    assert_eq!(shown["created_at"], made["created_at"], "{shown}");
    assert!(shown["updated_at"].as_str() > made["updated_at"].as_str(), "{shown} {made}");
}

/// Through all pages, since others make tables too.
async fn find_in_listing(app: &crate::harness::app::App, name: &str) -> Option<Value> {
    let mut path = "/tables?limit=1000".to_owned();
    loop {
        let page = app.get(&path).await.is(200).json();
        let items = page["items"].as_array().expect("items");
        if let Some(item) = items.iter().find(|item| item["name"] == name) {
            return Some(item.clone());
        }
        path = format!("/tables?limit=1000&cursor={}", page["next_cursor"].as_str()?);
    }
}

async fn a_dropped_table_is_gone_for_every_route() {
    let app = shared().await;
    let name = unique("dropped");
    let path = path_of(&name);
    app.create(&name, numbered_columns()).await;
    app.put(&path, ARROW, arrow_of(&[numbered(0, 10)])).await.is(200);
    let answer = app.delete(&path).await.is(204);
    assert!(answer.body.is_empty(), "{answer}");
    app.get(&path).await.problem(404, "TABLE_NOT_FOUND");
    app.delete(&path).await.problem(404, "TABLE_NOT_FOUND");
    app.get(&format!("{path}/data")).await.problem(404, "TABLE_NOT_FOUND");
    app.put(&path, ARROW, arrow_of(&[numbered(0, 10)])).await.problem(404, "TABLE_NOT_FOUND");
    let query = json!({"sql": "SELECT * FROM this"});
    app.post(&format!("{path}/query"), query).await.problem(404, "TABLE_NOT_FOUND");
    let answer = app.post("/query", json!({"sql": format!("SELECT * FROM {name}")})).await;
    assert!([404, 422].contains(&answer.status), "{answer}");
    assert_eq!(answer.json()["error_code"], "TABLE_NOT_FOUND", "{answer}");
    assert_eq!(find_in_listing(&app, &name).await, None);
}

async fn a_table_made_again_under_its_name_is_empty() {
    let app = shared().await;
    let name = unique("again");
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 2_000)])).await.is(200);
    app.delete(&path_of(&name)).await.is(204);
    let columns = json!([{"name": "other", "type": "DATE"}]);
    app.create(&name, columns).await;
    let shown = app.table(&name).await;
    assert_eq!((&shown["row_count"], &shown["size_bytes"]), (&json!(0), &json!(0)), "{shown}");
    let request = app.request(Method::GET, &format!("{}/data", path_of(&name)));
    let data = send(request.header("accept", JSON)).await.is(200).json();
    assert_eq!(data["columns"], json!([{"name": "other", "type": "DATE"}]), "{data}");
    assert_eq!(data["row_count"], 0, "{data}");
}
