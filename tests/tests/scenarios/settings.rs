//! What Eider says of its settings: what is in effect, whether it fits, what is on; never a secret.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::lake::Lake;
use crate::harness::scenario::Scenario;
use crate::harness::services::Services;
use crate::harness::way::{SERVERS, Way};

pub(crate) fn all() -> Vec<Scenario> {
    let mut all = scenarios![
        the_summary_says_limits_and_stores_and_no_secret,
        a_configuration_that_fits_is_valid,
        each_feature_says_what_became_of_it,
    ];
    all.extend(scenarios![only SERVERS, "settings of its own";
        the_summary_says_what_was_set,
        a_secret_that_is_set_is_only_said_to_be,
        a_setting_that_opens_something_is_a_warning_and_valid,
        a_feature_that_is_asked_for_is_on_or_said_not_to_be_there,
    ]);
    all.extend(scenarios![only &[Way::Services], "servers of its own to stop";
        a_dependency_that_is_down_is_not_valid,
        a_catalog_that_is_not_migrated_is_not_valid,
    ]);
    all
}

async fn the_summary_says_limits_and_stores_and_no_secret() {
    let summary = shared().await.get("/config/summary").await.is(200).json();
    let limits = &summary["limits"];
    for (name, value) in [
        ("max_name_characters", 128),
        ("max_columns", 1_000),
        ("max_json_rows", 10_000_000),
        ("max_sql_bytes", 256_000),
        ("default_page_items", 100),
        ("max_page_items", 1_000),
        ("data_inlining_rows", 10),
    ] {
        assert_eq!(limits[name], value, "{name}: {summary}");
    }
    let seconds = |name: &str| limits[name].as_f64().unwrap_or_else(|| panic!("{name}: {limits}"));
    assert!(seconds("query_timeout_seconds") < seconds("request_timeout_seconds"), "{limits}");
    assert!(seconds("stream_timeout_seconds") >= seconds("request_timeout_seconds"), "{limits}");
    let lifetime = summary.get("idempotency_key_lifetime_seconds");
    assert_eq!(lifetime, Some(&Value::Null), "{summary}");
    let (catalog, storage, platform) = match Way::current() {
        Way::Embedded => ("sqlite", "embedded", "server"),
        Way::Services => ("postgres", "s3", "server"),
        Way::Stack => ("postgres", "s3", "lambda"),
    };
    assert_eq!(summary["catalog"]["kind"], catalog, "{summary}");
    assert_eq!(summary["storage"]["kind"], storage, "{summary}");
    assert_eq!(summary["platform"], platform, "{summary}");
    assert_eq!(summary["engine"].is_null(), platform == "lambda", "{summary}");
    let secrets = summary["secrets"].as_object().expect("secrets");
    assert!(secrets.values().all(Value::is_boolean), "{summary}");
    assert!(secrets.contains_key("EIDER_FRONT_DOOR_SECRETS"), "{summary}");
}

/// Statuses of the checks, by name.
async fn checks(app: &App) -> (bool, BTreeMap<String, String>) {
    let answer = app.get("/config/validate").await.is(200).json();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let found = answer["checks"].as_array().expect("checks").iter().map(|check| {
        assert!(text(&check["detail"]).len() > 10, "{check}");
        (text(&check["name"]), text(&check["status"]))
    });
    (answer["valid"].as_bool().expect("valid"), found.collect())
}

/// The names of the checks that are not `ok`.
fn not_ok(checks: &BTreeMap<String, String>) -> Vec<&str> {
    let found = checks.iter().filter(|(_, status)| *status != "ok");
    found.map(|(name, _)| name.as_str()).collect()
}

async fn a_configuration_that_fits_is_valid() {
    let app = shared().await;
    let (valid, checks) = checks(&app).await;
    assert!(valid, "{checks:?}");
    for name in ["configuration", "catalog_reachable", "catalog_version", "object_store_reachable"]
    {
        assert_eq!(checks.get(name).map(String::as_str), Some("ok"), "{name}: {checks:?}");
    }
    assert!(!checks.values().any(|status| status == "failed"), "{checks:?}");
}

/// The features, by name.
async fn features(app: &App) -> BTreeMap<String, Value> {
    let answer = app.get("/config/features").await.is(200).json();
    let features = answer["features"].as_array().expect("features").iter();
    features.map(|f| (f["name"].as_str().expect("a name").to_owned(), f.clone())).collect()
}

async fn each_feature_says_what_became_of_it() {
    let app = shared().await;
    let features = features(&app).await;
    for name in ["memory_monitoring", "performance_tracking", "prometheus_metrics", "s3_encryption"]
    {
        let feature = &features[name];
        let variable = format!("FEATURE_ENABLE_{}", name.to_uppercase());
        assert_eq!(feature["variable"], variable, "{feature}");
        assert_eq!(feature["requested"], false, "{feature}");
        assert!(feature["detail"].as_str().is_some_and(|text| text.len() > 10), "{feature}");
    }
    assert_eq!(features["performance_tracking"]["state"], "off");
    assert_eq!(features["prometheus_metrics"]["state"], "not_available");
    assert_eq!(features["ducklake_encrypted"]["state"], "off");
}

async fn the_summary_says_what_was_set() {
    let app = App::own(&[
        ("EIDER_MAX_BODY_BYTES", "123456"),
        ("EIDER_MAX_COLUMNS", "7"),
        ("EIDER_MAX_NAME_CHARACTERS", "30"),
        ("EIDER_MAX_JSON_ROWS", "5"),
        ("EIDER_REQUEST_TIMEOUT_SECONDS", "4"),
        ("EIDER_ENGINE_THREADS", "1"),
        ("DB_DUCKLAKE_DATA_INLINING_ROW_LIMIT", "3"),
        ("CORS_ALLOW_ORIGINS", "https://app.example"),
        ("LOG_LEVEL", "warn"),
    ])
    .await;
    let summary = app.get("/config/summary").await.is(200).json();
    let limits = &summary["limits"];
    assert_eq!(
        (&limits["max_body_bytes"], &limits["max_json_body_bytes"]),
        (&json!(123_456), &json!(123_456))
    );
    assert_eq!(
        (&limits["request_timeout_seconds"], &limits["query_timeout_seconds"]),
        (&json!(4), &json!(3.0))
    );
    for (name, value) in [
        ("max_columns", 7),
        ("max_name_characters", 30),
        ("max_json_rows", 5),
        ("data_inlining_rows", 3),
    ] {
        assert_eq!(limits[name], value, "{name}: {summary}");
    }
    assert_eq!(summary["engine"]["threads"], 1, "{summary}");
    assert_eq!(summary["cors_allow_origins"], json!(["https://app.example"]));
    assert_eq!(summary["log_level"], "warn", "{summary}");
    if Way::current() == Way::Services {
        let (variables, catalog) = (app.lake().variables(), &summary["catalog"]);
        assert_eq!(catalog["database"], variables["DB_POSTGRES_DB"].as_str(), "{summary}");
        assert_eq!(catalog["metadata_schema"], variables["DB_DUCKLAKE_METADATA_SCHEMA"].as_str());
        assert_eq!(summary["storage"]["bucket"], variables["STORAGE_DEFAULT_BUCKET"].as_str());
    }
}

async fn a_secret_that_is_set_is_only_said_to_be() {
    let secret = "a-front-door-secret-of-its-own";
    let app = App::own(&[("EIDER_FRONT_DOOR_SECRETS", secret), ("DEBUG", "true")]).await;
    let variables = app.lake().variables();
    let hidden = variables.iter().filter(|(name, _)| {
        ["PASSWORD", "SECRET", "USER", "ACCESS_KEY"].iter().any(|part| name.contains(part))
    });
    let hidden: Vec<String> =
        hidden.map(|(_, value)| value.clone()).chain([secret.into()]).collect();
    for path in ["/config/summary", "/config/validate", "/config/features", "/status", "/health"] {
        let request = app.request(reqwest::Method::GET, path).header("x-eider-front-door", secret);
        let text = crate::harness::http::send(request).await.is(200).text();
        for value in &hidden {
            // Not a word that is also the name of something shown.
            assert!(!text.contains(&format!("\"{value}\"")), "{path} shows {value}: {text}");
            assert!(value.len() < 12 || !text.contains(value.as_str()), "{path}: {value}: {text}");
        }
        if path == "/config/summary" {
            let summary: Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(summary["secrets"]["EIDER_FRONT_DOOR_SECRETS"], true, "{summary}");
            let services = Way::current() == Way::Services;
            assert_eq!(summary["secrets"]["STORAGE_MINIO_SECRET_KEY"], services, "{summary}");
        }
    }
    app.get("/config/summary").await.problem(403, "NOT_THROUGH_FRONT_DOOR");
}

async fn a_setting_that_opens_something_is_a_warning_and_valid() {
    let app = App::own(&[("CORS_ALLOW_ORIGINS", "*")]).await;
    let (valid, found) = checks(&app).await;
    assert_eq!((valid, not_ok(&found)), (true, vec!["cors"]), "{found:?}");
}

async fn a_feature_that_is_asked_for_is_on_or_said_not_to_be_there() {
    let flags =
        ["MEMORY_MONITORING", "PERFORMANCE_TRACKING", "PROMETHEUS_METRICS", "S3_ENCRYPTION"];
    let names = flags.map(|flag| format!("FEATURE_ENABLE_{flag}"));
    let settings: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "true")).collect();
    let app = App::own(&settings).await;
    let features = features(&app).await;
    let states = flags.map(|flag| features[&flag.to_lowercase()]["state"].clone());
    let memory = if cfg!(target_os = "linux") { "on" } else { "not_available" };
    assert_eq!(states, [memory, "on", "not_available", "not_available"]);
    let answer = app.get("/status").await.is(200);
    let time = answer.header("server-timing").unwrap_or_default();
    assert!(time.starts_with("total;dur="), "{answer}");
    if cfg!(target_os = "linux") {
        let resident = answer.json()["memory"]["resident_bytes"].as_u64();
        assert!(resident.is_some_and(|bytes| bytes > 1 << 20), "{answer}");
    }
    let (valid, found) = checks(&app).await;
    assert_eq!((valid, not_ok(&found)), (true, vec!["features"]), "{found:?}");
}

async fn a_dependency_that_is_down_is_not_valid() {
    let services = Services::own().await;
    let app = Lake::on(&services).await.serve(&[]).await;
    services.kill("postgres").await;
    let (valid, found) = checks(&app).await;
    assert_eq!((valid, not_ok(&found)), (false, vec!["catalog_reachable", "catalog_version"]));
    let status = app.get("/status").await.is(200).json();
    assert_eq!(status["dependencies"]["catalog"]["status"], "down", "{status}");
    services.start("postgres").await;
    services.kill("minio").await;
    let (valid, found) = checks(&app).await;
    assert!(!valid && found["object_store_reachable"] == "failed", "{found:?}");
}

async fn a_catalog_that_is_not_migrated_is_not_valid() {
    let app = Lake::unmade().serve(&[]).await;
    let (valid, found) = checks(&app).await;
    assert!(!valid && found["catalog_version"] == "failed", "{found:?}");
    assert_eq!(found["catalog_reachable"], "ok", "{found:?}");
}
