//! What Eider says of itself.

use serde_json::{Value, json};

use crate::harness::app::shared;
use crate::harness::http::{ARROW, path_of, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::way::Way;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        the_root_says_name_version_engines_and_where_to_go,
        health_shows_each_dependency_versions_and_the_newest_snapshot,
        the_status_is_of_the_process_that_answers,
        the_openapi_document_describes_every_route,
        the_pages_of_documentation_load_nothing_from_other_hosts,
    ]
}

async fn the_root_says_name_version_engines_and_where_to_go() {
    let app = shared().await;
    let root = app.get("/").await.is(200).json();
    assert_eq!(root["name"], "Eider", "{root}");
    assert!(root["version"].as_str().is_some_and(|version| version.contains('.')), "{root}");
    assert!(root["engines"].as_array().is_some_and(|engines| !engines.is_empty()), "{root}");
    let links = root["links"].as_object().expect("links");
    assert!(links.len() > 3, "{root}");
    for (name, path) in links {
        let path = path.as_str().unwrap_or_else(|| panic!("{root}"));
        if !path.contains('{') && name != "query" {
            app.get(path).await.is(200);
        }
    }
}

async fn health_shows_each_dependency_versions_and_the_newest_snapshot() {
    let app = shared().await;
    let name = unique("health");
    app.create(&name, numbered_columns()).await;
    let written = app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 1)])).await.is(200).json();
    let health = app.get("/health").await.is(200).json();
    assert_eq!(health["status"], "up", "{health}");
    for dependency in ["catalog", "storage"] {
        let state = &health["dependencies"][dependency];
        assert_eq!(state["status"], "up", "{health}");
        assert!(state["latency_ms"].is_u64(), "{health}");
    }
    assert_eq!(health["versions"]["duckdb"], "1.5.5", "{health}");
    check_extensions(&health["versions"]);
    assert!(
        health["catalog_format"].as_str().is_some_and(|format| format.starts_with("1.")),
        "{health}"
    );
    assert!(
        health["newest_snapshot"].as_u64() >= written["snapshot"].as_u64(),
        "{health} {written}"
    );
}

async fn the_status_is_of_the_process_that_answers() {
    let app = shared().await;
    let status = app.get("/status").await.is(200).json();
    let root = app.get("/").await.is(200).json();
    assert_eq!(
        (&status["name"], &status["version"]),
        (&root["name"], &root["version"]),
        "{status}"
    );
    let platform = if Way::current() == Way::Stack { "lambda" } else { "server" };
    assert_eq!(status["platform"], platform, "{status}");
    assert!(status["uptime_seconds"].as_f64().is_some_and(|seconds| seconds >= 0.0), "{status}");
    assert!(status["requests_in_flight"].as_u64().is_some_and(|count| count >= 1), "{status}");
    let engines = status["engines"].as_array().expect("engines");
    assert_eq!(engines.len(), 1, "{status}");
    assert_eq!((&engines[0]["name"], &engines[0]["version"]), (&json!("duckdb"), &json!("1.5.5")));
    for dependency in ["catalog", "storage"] {
        assert_eq!(status["dependencies"][dependency]["status"], "up", "{status}");
    }
    assert!(status["newest_snapshot"].is_u64(), "{status}");
    for absent in ["queue", "memory"] {
        assert!(status.get(absent).is_none(), "{absent} is not there, or not asked for: {status}");
    }
}

/// Each extension that is used here has a version of its own; the other catalog's is not named.
fn check_extensions(versions: &Value) {
    let (used, other) = match Way::current() {
        Way::Embedded => ("sqlite_scanner", "postgres_scanner"),
        Way::Services | Way::Stack => ("postgres_scanner", "sqlite_scanner"),
    };
    let extensions = &versions["extensions"];
    assert!(extensions[other].is_null(), "{versions}");
    for own in ["ducklake", "httpfs", used] {
        let version = extensions[own].as_str().unwrap_or_default();
        let commit = version.len() >= 7 && version.bytes().all(|b| b.is_ascii_hexdigit());
        assert!(commit, "{own} has no version of its own: {versions}");
    }
    let linked = format!("v{}", versions["duckdb"].as_str().unwrap_or_default());
    for name in ["icu", "json", "parquet"] {
        assert_eq!(extensions[name], linked.as_str(), "{versions}");
    }
}

async fn the_openapi_document_describes_every_route() {
    let app = shared().await;
    let document = app.get("/openapi.json").await.is(200).json();
    assert!(
        document["openapi"].as_str().is_some_and(|version| version.starts_with("3.")),
        "no version"
    );
    let mut operations: Vec<String> = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let methods = item
            .as_object()
            .expect("methods")
            .iter()
            .filter(|(_, operation)| operation["operationId"].is_string());
        operations.extend(methods.map(|(method, _)| format!("{} {path}", method.to_uppercase())));
    }
    for route in [
        "GET /",
        "GET /health",
        "GET /status",
        "GET /config/summary",
        "GET /config/validate",
        "GET /config/features",
        "GET /tables",
        "POST /tables",
        "GET /tables/{table_name}",
        "PUT /tables/{table_name}",
        "DELETE /tables/{table_name}",
        "GET /tables/{table_name}/data",
        "POST /tables/{table_name}/query",
        "POST /query",
    ] {
        assert!(
            operations.iter().any(|operation| operation == route),
            "{route} is not in {operations:?}"
        );
    }
    check_references(&document, &document);
}

/// Every `$ref` leads somewhere.
fn check_references(document: &Value, part: &Value) {
    if let Some(target) = part["$ref"].as_str() {
        let pointer = target.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{target} leads nowhere");
    }
    match part {
        Value::Object(fields) => {
            fields.values().for_each(|field| check_references(document, field))
        }
        Value::Array(items) => items.iter().for_each(|item| check_references(document, item)),
        _ => (),
    }
}

async fn the_pages_of_documentation_load_nothing_from_other_hosts() {
    let app = shared().await;
    for page in ["/docs", "/redoc"] {
        let mut answer = app.get(page).await;
        if let Some(place) = answer.header("location").map(str::to_owned) {
            let place = place.replace(&app.url, "");
            answer = app.get(&place).await;
        }
        let html = answer.is(200).text();
        let loaded: Vec<&str> = ["src=", "href=", "url("]
            .iter()
            .flat_map(|by| html.split(by).skip(1))
            .filter_map(|rest| rest.split(['"', '\'', ' ', '>', ')']).find(|text| !text.is_empty()))
            .collect();
        assert!(!loaded.is_empty(), "{page} loads nothing: {html}");
        for target in loaded {
            assert!(!target.contains("//"), "{page} loads {target}");
        }
        check_scripts(page, &html).await;
    }
}

/// The scripts and styles that a page names are there.
async fn check_scripts(page: &str, html: &str) {
    let app = shared().await;
    for rest in html.split("src=\"").skip(1) {
        let target = rest.split('"').next().unwrap_or_default();
        let base = if page == "/docs" { "/docs/" } else { "/" };
        let path = match target.strip_prefix("./") {
            Some(relative) => format!("{base}{relative}"),
            None if target.starts_with('/') => target.to_owned(),
            None => format!("{base}{target}"),
        };
        let script = app.get(&path).await;
        assert_eq!(script.status, 200, "{page} needs {path}: {}", script.status);
        assert!(script.body.len() > 100, "{page}: {path} is nearly empty");
    }
}
