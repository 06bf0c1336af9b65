//! A start that cannot be is refused in words that name what to mend (invariant 8).

use std::process::Output;
use std::time::{Duration, Instant};

use crate::harness::app::App;
use crate::harness::http::{ARROW, path_of, unique};
use crate::harness::lake::Lake;
use crate::harness::poll::median;
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::way::{SERVERS, Way};

pub(crate) fn all() -> Vec<Scenario> {
    let mut all = scenarios![only SERVERS, "settings of its own";
        a_setting_that_is_unknown_or_bad_is_refused_by_name,
        all_bad_settings_are_named_at_once_and_no_secret_is_shown,
        a_port_that_is_taken_is_one_sentence,
        an_argument_that_is_unknown_shows_how_to_call_it,
        an_encryption_that_is_not_the_lakes_refuses_the_start,
    ];
    all.extend(scenarios![only &[Way::Services], "only PostgreSQL has TLS, or has it not";
        a_catalog_without_tls_is_down_where_tls_is_required,
    ]);
    all.extend(scenarios![only &[Way::Embedded], "only embedded stores are made by the start";
        a_second_server_on_the_same_home_is_refused,
        a_second_start_takes_less_than_three_seconds,
    ]);
    all
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What `eider-server` says when it does not start with this.
async fn refused(settings: &[(&str, &str)]) -> String {
    let output = Lake::unmade().run_with(settings, &[]).await;
    assert!(!output.status.success(), "it started with {settings:?}");
    assert!(output.status.code().is_some(), "{settings:?}: {} {}", output.status, said(&output));
    said(&output)
}

async fn a_setting_that_is_unknown_or_bad_is_refused_by_name() {
    for (name, value) in [
        ("EIDER_LISTNE", "127.0.0.1:1"),
        ("EIDER_LISTEN", "8000"),
        ("LOG_LEVEL", "loud"),
        ("ENVIRONMENT", "prod"),
        ("EIDER_MAX_BODY_BYTES", "1 GB"),
        ("EIDER_BODY_SILENCE_SECONDS", "0"),
        ("EIDER_ENGINE_MEMORY_BYTES", "1000"),
        ("EIDER_FRONT_DOOR_SECRETS", "short"),
        ("DB_DUCKLAKE_ENCRYPTED", "maybe"),
        ("STORAGE_DEFAULT_BUCKET", "No Bucket"),
        ("CORS_ALLOW_ORIGINS", "example.com"),
        ("EIDER_ALLOW_ANONYMOUS", "perhaps"),
    ] {
        let said = refused(&[(name, value)]).await;
        assert!(said.contains(name), "{name}={value} is not named: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    for environment in ["staging", "production"] {
        let said = refused(&[("ENVIRONMENT", environment)]).await;
        assert!(said.contains("EIDER_ALLOW_ANONYMOUS"), "{environment}: {said}");
    }
}

async fn all_bad_settings_are_named_at_once_and_no_secret_is_shown() {
    let secret = "a-secret-that-is-long-enough";
    let said = refused(&[
        ("EIDER_LISTEN", "nowhere"),
        ("LOG_LEVEL", "loud"),
        ("EIDER_COLOUR", "blue"),
        ("EIDER_FRONT_DOOR_SECRETS", secret),
        ("STORAGE_MINIO_SECRET_KEY", secret),
        ("DB_POSTGRES_PASSWORD", secret),
    ])
    .await;
    for name in ["EIDER_LISTEN", "LOG_LEVEL", "EIDER_COLOUR"] {
        assert!(said.contains(name), "{name} is not named: {said}");
    }
    assert!(!said.contains(secret), "{said}");
}

async fn a_port_that_is_taken_is_one_sentence() {
    let app = App::own(&[]).await;
    let address = app.url.trim_start_matches("http://");
    let said = refused(&[("EIDER_LISTEN", address)]).await;
    let sentences: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    assert_eq!(sentences.len(), 1, "{said}");
    assert!(said.contains(address), "the address is not named: {said}");
    assert!(!said.contains("panicked") && !said.contains("os error"), "{said}");
    app.get("/health").await.is(200);
}

async fn an_argument_that_is_unknown_shows_how_to_call_it() {
    let output = Lake::unmade().run(&["serve-me"]).await;
    assert!(!output.status.success());
    assert!(said(&output).contains("migrate"), "{}", said(&output));
}

async fn an_encryption_that_is_not_the_lakes_refuses_the_start() {
    let lake = Lake::new().await;
    let name = unique("plain");
    lake.serve(&[]).await.create(&name, numbered_columns()).await;
    let Err(said) = lake.try_serve(&[("DB_DUCKLAKE_ENCRYPTED", "true")]).await else {
        panic!("a lake without encryption is served as one with it");
    };
    assert!(said.contains("DB_DUCKLAKE_ENCRYPTED"), "{said}");
    lake.serve(&[]).await.get(&path_of(&name)).await.is(200);
}

async fn a_second_server_on_the_same_home_is_refused() {
    let app = App::own(&[]).await;
    let started = app.lake().try_serve(&[]).await;
    let Err(said) = started else { panic!("two servers share {}", app.lake().home().display()) };
    assert!(!said.contains("panicked"), "{said}");
    app.create(&unique("still"), numbered_columns()).await;
}

/// From its process to its first 200, on stores that hold something: what `./dev up` waits for.
async fn a_second_start_takes_less_than_three_seconds() {
    let (lake, name) = (Lake::new().await, unique("kept"));
    let first = lake.serve(&[]).await;
    first.create(&name, numbered_columns()).await;
    // Some in files, some in the catalog.
    for count in [50_000, 3] {
        first.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, count)])).await.is(200);
    }
    drop(first);
    let mut times = Vec::new();
    for _ in 0..3 {
        let started = Instant::now();
        // It serves when it has said its address, and /health is asked once.
        let app = lake.serve(&[]).await;
        app.get("/health").await.is(200);
        times.push(started.elapsed());
        assert_eq!(app.table(&name).await["row_count"], 50_003);
    }
    println!("started in {times:?}");
    let middle = median(times);
    assert!(middle < Duration::from_secs(3), "a second start takes {middle:?}");
}

async fn a_catalog_without_tls_is_down_where_tls_is_required() {
    let lake = Lake::new().await;
    for (mode, status) in [("require", 503), ("verify-full", 503), ("prefer", 200)] {
        let app = lake.serve(&[("DB_POSTGRES_SSLMODE", mode)]).await;
        // It is no problem, whatever its status.
        let answer = app.request(reqwest::Method::GET, "/health").send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{mode}");
        let health = answer.text().await.expect("a body");
        let health: serde_json::Value = serde_json::from_str(&health).expect("JSON");
        if status == 503 {
            let catalog = &health["dependencies"]["catalog"];
            let detail = catalog["detail"].as_str().unwrap_or_default();
            assert_eq!(catalog["status"], "down", "{health}");
            assert!(detail.contains("TLS") && detail.contains("DB_POSTGRES_SSLMODE"), "{health}");
            assert_eq!(health["dependencies"]["storage"]["status"], "up", "{health}");
            app.get("/tables").await.problem(503, "CATALOG_INSECURE");
        }
    }
    let output = lake.run_with(&[("DB_POSTGRES_SSLMODE", "require")], &["migrate"]).await;
    assert!(!output.status.success() && said(&output).contains("TLS"), "{}", said(&output));
}
