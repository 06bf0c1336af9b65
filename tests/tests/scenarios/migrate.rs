//! `eider-server migrate` makes the lake once; servers refuse one that it has not made.

use std::process::Output;

use crate::harness::app::App;
use crate::harness::http::{ARROW, path_of, unique};
use crate::harness::lake::Lake;
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::services::Services;
use crate::harness::way::Way;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only &[Way::Services], "embedded, the server migrates itself";
        migrating_again_changes_nothing,
        migrations_at_the_same_moment_do_no_harm,
        one_role_may_migrate_write_and_read,
        a_catalog_that_was_not_migrated_is_refused_by_name,
    ]
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn migrating_again_changes_nothing() {
    let app = App::own(&[]).await;
    let name = unique("migrated");
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 1_000)])).await.is(200);
    let before =
        (app.table(&name).await, app.get("/health").await.json()["newest_snapshot"].clone());
    for _ in 0..2 {
        let output = app.lake().run(&["migrate"]).await;
        assert!(output.status.success(), "{}", said(&output));
    }
    let after =
        (app.table(&name).await, app.get("/health").await.json()["newest_snapshot"].clone());
    assert_eq!(before, after);
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 1_000)])).await.is(200);
}

async fn migrations_at_the_same_moment_do_no_harm() {
    let lake = Lake::unmigrated_on(&Services::of_the_run());
    let twins = futures::future::join_all((0..3).map(|_| lake.run(&["migrate"]))).await;
    for output in &twins {
        assert!(output.status.success(), "{}", said(output));
    }
    let app = lake.serve(&[]).await;
    let name = unique("migrated");
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 1)])).await.is(200);
}

async fn one_role_may_migrate_write_and_read() {
    let lake = Lake::unmigrated_on(&Services::of_the_run());
    let of = |name: &str| lake.variables()[&format!("DB_POSTGRES_MIGRATE_{name}")].clone();
    let (user, password) = (of("USER"), of("PASSWORD"));
    let settings = [
        ("DB_POSTGRES_USER", user.as_str()),
        ("DB_POSTGRES_PASSWORD", password.as_str()),
        ("DB_POSTGRES_READER_USER", ""),
        ("DB_POSTGRES_READER_PASSWORD", ""),
        ("DB_POSTGRES_MIGRATE_USER", ""),
        ("DB_POSTGRES_MIGRATE_PASSWORD", ""),
    ];
    for _ in 0..2 {
        let output = lake.run_with(&settings, &["migrate"]).await;
        assert!(output.status.success(), "{}", said(&output));
    }
    let app = lake.serve(&settings).await;
    let name = unique("migrated");
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 3)])).await.is(200);
    let sql = format!("SELECT count(*) AS n FROM {name}");
    let counted = app.post("/query", serde_json::json!({"sql": sql})).await.is(200);
    assert_eq!(counted.json()["rows"][0]["n"], 3);
}

async fn a_catalog_that_was_not_migrated_is_refused_by_name() {
    let lake = Lake::unmigrated_on(&Services::of_the_run());
    let schema = lake.variables()["DB_DUCKLAKE_METADATA_SCHEMA"].clone();
    // A start may see it, or the first request does: either way it is named, and nothing is made.
    let (text, place) = match lake.try_serve(&[]).await {
        Err(said) => (said, "the start"),
        Ok(app) => {
            let answer = app.get("/tables").await;
            assert_eq!(answer.status, 503, "{answer}");
            let query = app.post("/query", serde_json::json!({"sql": "SELECT 1"})).await;
            assert_eq!(query.status, 503, "{query}");
            assert!(query.text().contains("migrate"), "the query does not name it: {query}");
            (answer.text(), "the first request")
        }
    };
    assert!(text.contains("migrate"), "{place} does not name `eider-server migrate`: {text}");
    assert!(
        text.contains(&schema) || place != "the start",
        "{place} does not name {schema}: {text}"
    );
}
