//! What is wrong with a request to make a table is named, and nothing is made.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::app::shared;
use crate::harness::http::{Answer, JSON, encoded, path_of, send, unique};
use crate::harness::rows::numbered_columns;
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        an_unknown_or_missing_field_is_named,
        a_body_that_is_no_json_is_refused_with_the_place,
        a_body_of_another_media_type_is_415,
        a_type_that_is_not_understood_names_its_column,
        names_that_cannot_be_are_refused,
        reserved_names_are_refused,
        columns_that_cannot_be_together_are_refused,
        a_comment_is_a_text_for_people,
        a_default_is_a_literal_that_fits,
        a_refused_table_is_not_there,
    ]
}

async fn refused(body: &Value, status: u16, error_code: &str) -> Answer {
    let answer = shared().await.post("/tables", body.clone()).await;
    answer.problem(status, error_code);
    answer
}

fn with_columns(columns: Value) -> Value {
    json!({"name": unique("refused"), "columns": columns})
}

async fn an_unknown_or_missing_field_is_named() {
    let one = json!([{"name": "a", "type": "INTEGER"}]);
    for (body, code, named) in [
        (json!({"name": "x", "columns": one, "colour": 1}), "UNKNOWN_FIELD", "colour"),
        (
            json!({"name": "x", "columns": [{"name": "a", "type": "INTEGER", "length": 3}]}),
            "UNKNOWN_FIELD",
            "length",
        ),
        (json!({"columns": one}), "MISSING_FIELD", "name"),
        (json!({"name": "x"}), "MISSING_FIELD", "columns"),
        (json!({"name": "x", "columns": [{"name": "a"}]}), "MISSING_FIELD", "type"),
    ] {
        let answer = refused(&body, 400, code).await;
        let problem = answer.json();
        let said = format!("{} {:?}", problem["detail"], answer.fields());
        assert!(said.contains(named), "`{named}` is not named: {answer}");
    }
}

async fn a_body_that_is_no_json_is_refused_with_the_place() {
    let app = shared().await;
    for body in [
        "",
        "{",
        "{\"name\": \"x\",, }",
        "nonsense",
        "[]",
        "null",
        "{\"name\": 7, \"columns\": []}",
    ] {
        let request = app.request(Method::POST, "/tables").header("content-type", JSON).body(body);
        let answer = send(request).await.is(400);
        let detail = answer.json()["detail"].to_string();
        let says_where =
            ["column", "line", "character", "byte", "offset", "name", "empty", "object", "field"];
        assert!(
            says_where.iter().any(|word| detail.contains(word)),
            "{body:?} says no place: {answer}"
        );
    }
}

async fn a_body_of_another_media_type_is_415() {
    let app = shared().await;
    let body = with_columns(numbered_columns()).to_string();
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "text/csv"] {
        let request = app.request(Method::POST, "/tables").header("content-type", media_type);
        send(request.body(body.clone())).await.problem(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    send(app.request(Method::POST, "/tables").body(body.clone()))
        .await
        .problem(415, "UNSUPPORTED_MEDIA_TYPE");
    for media_type in ["application/json; charset=utf-8", "Application/JSON"] {
        let body = with_columns(numbered_columns()).to_string();
        let request = app.request(Method::POST, "/tables").header("content-type", media_type);
        send(request.body(body)).await.is(201);
    }
}

async fn a_type_that_is_not_understood_names_its_column() {
    for written in [
        "INTEGR",
        "",
        "INTEGER; DROP TABLE x",
        "VARCHAR) --",
        "ENUM('a')",
        "UNION(a INT)",
        "BIT",
        "INTEGER[3]",
        "DECIMAL(39,0)",
        "DECIMAL(5,6)",
        "STRUCT()",
        "STRUCT(a INT, A INT)",
        "MAP(INT)",
        "INTEGER NOT NULL",
    ] {
        let columns =
            json!([{"name": "fine", "type": "INTEGER"}, {"name": "odd", "type": written}]);
        let answer = refused(&with_columns(columns), 422, "INVALID_TYPE").await;
        assert_eq!(answer.fields(), ["columns[1].type"], "{written:?}: {answer}");
    }
    let deep = format!("{}INTEGER{}", "STRUCT(a ".repeat(40), ")".repeat(40));
    refused(&with_columns(json!([{"name": "deep", "type": deep}])), 422, "INVALID_TYPE").await;
}

async fn names_that_cannot_be_are_refused() {
    let app = shared().await;
    for name in
        ["", ".", "a.", ".a", "a.b.c", "\"open", "\"a\"b", "tab\there", "nul\0", &"x".repeat(129)]
    {
        let body = json!({"name": name, "columns": numbered_columns()});
        let answer = refused(&body, 422, "INVALID_NAME").await;
        assert_eq!(answer.fields(), ["name"], "{name:?}: {answer}");
        if !name.is_empty() {
            let answer = app.get(&format!("/tables/{}", encoded(name))).await;
            assert!([404, 422].contains(&answer.status), "{name:?}: {answer}");
        }
    }
    for name in ["", "a\nb", &"ü".repeat(129)] {
        let answer =
            refused(&with_columns(json!([{"name": name, "type": "DATE"}])), 422, "INVALID_NAME")
                .await;
        assert_eq!(answer.fields(), ["columns[0].name"], "{name:?}: {answer}");
    }
}

async fn reserved_names_are_refused() {
    for name in [
        "events",
        "EVENTS",
        "raw.events",
        "information_schema.t",
        "pg_catalog.t",
        "temp.t",
        "system.t",
        "memory.t",
        "Lake.t",
        "__ducklake_metadata_lake.t",
    ] {
        refused(&json!({"name": name, "columns": numbered_columns()}), 422, "RESERVED_NAME").await;
    }
}

async fn columns_that_cannot_be_together_are_refused() {
    let column = |name: &str| json!({"name": name, "type": "INTEGER"});
    refused(&with_columns(json!([])), 422, "INVALID_COLUMNS").await;
    let many: Vec<Value> = (0..1_001).map(|n| column(&format!("c{n}"))).collect();
    refused(&with_columns(json!(many)), 422, "INVALID_COLUMNS").await;
    let twice = json!([column("a"), column("b"), column("A")]);
    let answer = refused(&with_columns(twice), 422, "DUPLICATE_COLUMN").await;
    assert_eq!(answer.fields(), ["columns[2].name"], "{answer}");
}

async fn a_comment_is_a_text_for_people() {
    let (app, name) = (shared().await, unique("comments"));
    let column = |comment: &str| json!([{"name": "a", "type": "DATE", "comment": comment}]);
    for bad in ["a\0b", "\u{1b}[31mred", &"x".repeat(16_385)] {
        let body = json!({"name": name, "columns": column("fine"), "comment": bad});
        let answer = refused(&body, 422, "INVALID_COMMENT").await;
        assert_eq!(answer.fields(), ["comment"], "{answer}");
        let answer = refused(&with_columns(column(bad)), 422, "INVALID_COMMENT").await;
        assert_eq!(answer.fields(), ["columns[0].comment"], "{answer}");
    }
    let default = json!([{"name": "a", "type": "VARCHAR", "default": "a\0b"}]);
    let answer = refused(&with_columns(default), 422, "INVALID_DEFAULT").await;
    assert_eq!(answer.fields(), ["columns[0].default"], "{answer}");
    let fine = "It's \"quoted\",\r\n\ttabbed; -- ü 🦆";
    let body = json!({"name": name, "columns": column(fine), "comment": fine});
    app.post("/tables", body).await.is(201);
    let found = app.table(&name).await;
    assert_eq!((&found["comment"], &found["columns"][0]["comment"]), (&json!(fine), &json!(fine)));
}

async fn a_default_is_a_literal_that_fits() {
    let app = shared().await;
    for (written, default) in [
        ("INTEGER", json!("not a number")),
        ("INTEGER", json!([1])),
        ("VARCHAR", json!({"a": 1})),
        ("DATE", json!("2026-02-31")),
        ("TINYINT", json!(1_000)),
        ("BOOLEAN", json!("nextval('x')")),
        ("VARCHAR", json!("NULL")),
    ] {
        let columns = json!([{"name": "a", "type": written, "default": default}]);
        let answer = app.post("/tables", with_columns(columns)).await;
        assert_eq!(answer.status, 422, "{written} default {default}: {answer}");
    }
}

async fn a_refused_table_is_not_there() {
    let app = shared().await;
    let name = unique("not_made");
    let columns = json!([{"name": "a", "type": "INTEGER"}, {"name": "b", "type": "NONSENSE"}]);
    refused(&json!({"name": name, "columns": columns}), 422, "INVALID_TYPE").await;
    app.get(&path_of(&name)).await.problem(404, "TABLE_NOT_FOUND");
    app.create(&name, numbered_columns()).await;
}
