//! Catalogs of other versions, and migrating again.

use catalog::{FORMAT, MIGRATION, Migrated, PostgresCatalog, SqliteCatalog};
use config::{Password, Secret};
use domain::Code;
use service::Catalog;

use crate::lakes::{Lake, connect, make_on_postgres, postgres_config};
use crate::on_both;

on_both!(
    migrating_again_changes_nothing,
    another_version_is_refused_by_name,
    a_lake_with_a_past_is_taken_over
);

async fn migrate(lake: &Lake) -> domain::Result<Migrated> {
    match lake {
        Lake::Postgres(config) => {
            catalog::migrate_postgres(config, async || make_on_postgres(config).await).await
        }
        Lake::Sqlite(path, _) => {
            catalog::prepare_sqlite(path).await?;
            catalog::migrate_sqlite(path).await
        }
    }
}

async fn own(lake: &Lake, sql: &str) {
    match lake {
        Lake::Postgres(config) => {
            let mut owner = connect(config, config.migrate.as_ref().expect("a role")).await;
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
                .execute(&mut owner)
                .await
                .expect("ran");
        }
        Lake::Sqlite(..) => lake.run(sql).await.expect("ran"),
    }
}

async fn migrating_again_changes_nothing(lake: &Lake) {
    let made = "INSERT INTO ducklake_table VALUES (1, NULL, $, NULL, 0, 't', 't/', true)";
    lake.commit(made, "created_table:\"main\".\"t\"", None).await.expect("made");
    for _ in 0..2 {
        let migrated = migrate(lake).await.expect("migrated");
        assert_eq!(migrated, Migrated { from: Some(MIGRATION), to: MIGRATION });
    }
    assert_eq!(lake.noted(1).await, ["table_created:1"]);
    let status = lake.catalog().status().await.expect("a status");
    assert_eq!(
        (status.format.as_str(), status.migration, status.newest_snapshot.0),
        (FORMAT, MIGRATION, 1)
    );
    if let Lake::Sqlite(path, _) = lake {
        let left: Vec<_> =
            std::fs::read_dir(path.parent().expect("a folder")).expect("read").collect();
        assert_eq!(left.len(), 1, "only the file itself is left: {left:?}");
    }
}

async fn another_version_is_refused_by_name(lake: &Lake) {
    let refused = async |said: &str| {
        let error = lake.catalog().status().await.expect_err(said);
        assert_eq!((error.code, error.error_code), (Code::Unavailable, "CATALOG_VERSION"));
        assert!(error.detail.contains(said), "{}", error.detail);
    };
    own(lake, "INSERT INTO eider_migration VALUES (99, 'of later', '2026-01-01 00:00:00+00')")
        .await;
    refused("at migration 99").await;
    assert!(migrate(lake).await.expect_err("newer").detail.contains("newer Eider"));
    // As the Eider of step 3 left it.
    without_conditions(lake).await;
    own(
        lake,
        "DELETE FROM eider_migration WHERE number > 3; ALTER TABLE eider_write DROP COLUMN answer",
    )
    .await;
    refused(&format!("migration {MIGRATION}")).await;
    assert_eq!(migrate(lake).await.expect("migrated"), Migrated { from: Some(3), to: MIGRATION });
    lake.catalog().status().await.expect("a status");
    own(lake, "DELETE FROM eider_migration").await;
    refused("not migrated").await;
    own(lake, "DROP TABLE eider_migration").await;
    refused("`eider-server migrate`").await;
}

/// What steps 5 and 7 made beside what they made anew.
async fn without_conditions(lake: &Lake) {
    let (function, names) = match lake {
        Lake::Postgres(_) => (
            "DROP FUNCTION eider_last_change; ",
            include_str!("../../migrations/postgres/0007_names.sql"),
        ),
        Lake::Sqlite(..) => ("", include_str!("../../migrations/sqlite/0007_names.sql")),
    };
    let indexes = without_indexes(names);
    own(lake, &format!("{function}{indexes}DROP INDEX eider_view_id; DROP TABLE eider_generation"))
        .await;
}

/// What takes away the indexes that a step made; a later step may have done so.
fn without_indexes(step: &str) -> String {
    step.lines()
        .filter_map(|line| line.strip_prefix("CREATE INDEX "))
        .filter_map(|line| line.split(' ').next())
        .map(|index| format!("DROP INDEX IF EXISTS {index}; "))
        .collect()
}

/// What is ours is taken away and made again: the past is read from DuckLake's snapshots.
async fn a_lake_with_a_past_is_taken_over(lake: &Lake) {
    let made = "INSERT INTO ducklake_table VALUES (1, NULL, $, NULL, 0, 't', 't/', true)";
    lake.commit(made, "created_table:\"main\".\"t\",inlined_insert:1", None).await.expect("made");
    lake.commit("SELECT 1", "inlined_insert:1,inlined_delete:1", None).await.expect("changed");
    without_conditions(lake).await;
    let drop = match lake {
        Lake::Postgres(_) => {
            "DROP FUNCTION eider_record_writes, eider_note_snapshot, eider_note_changes, eider_changes_of, \
             eider_row_count CASCADE; "
        }
        Lake::Sqlite(..) => {
            "DROP TRIGGER eider_record_writes; DROP TRIGGER eider_note_snapshot; DROP VIEW eider_note; "
        }
    };
    let indexes = without_indexes(include_str!("../../migrations/sqlite/0003_listing.sql"));
    own(lake, &format!("{drop}{indexes}DROP TABLE eider_migration; DROP TABLE eider_write; DROP TABLE eider_change"))
        .await;
    assert_eq!(migrate(lake).await.expect("migrated"), Migrated { from: None, to: MIGRATION });
    assert_eq!(lake.noted(1).await, ["table_created:1", "data_appended:1"]);
    assert_eq!(lake.noted(2).await, ["data_changed:1"]);
}

#[tokio::test]
async fn a_database_without_a_lake_is_not_migrated() {
    let catalog = PostgresCatalog::new(&postgres_config()).expect("a pool");
    let error = catalog.status().await.expect_err("no lake");
    assert_eq!(error.error_code, "CATALOG_VERSION", "{error:?}");
}

#[tokio::test]
async fn a_server_that_is_down_is_unavailable_and_named_in_the_migration() {
    let mut config = postgres_config();
    config.port = 1;
    let error = PostgresCatalog::new(&config).expect("lazy").status().await.expect_err("down");
    assert_eq!((error.code, error.error_code), (Code::Unavailable, "DEPENDENCY_UNAVAILABLE"));
    assert!(error.retry_after.is_some());
    let error = catalog::migrate_postgres(&config, async || Ok(())).await.expect_err("down");
    assert!(error.detail.contains("127.0.0.1:1"), "{}", error.detail);
    config.reader.password = Password::SecretArn("arn:x".to_owned());
    assert!(PostgresCatalog::new(&config).is_err(), "a password must have been read");
}

#[tokio::test]
async fn a_wrong_password_stops_the_migration_by_the_roles_name() {
    let mut config = postgres_config();
    config.writer.password = Password::Plain(Secret::new("wrong ' \\ password"));
    let make = async || make_on_postgres(&config).await;
    // Where the role does not exist yet it is made with this password: make it with the right one first.
    let right = postgres_config();
    catalog::migrate_postgres(&right, async || make_on_postgres(&right).await)
        .await
        .expect("migrated");
    let error = catalog::migrate_postgres(&config, make).await.expect_err("refused");
    assert!(error.detail.contains(&config.writer.user), "{}", error.detail);
    assert!(!format!("{error:?}").contains("wrong ' "), "{error:?}");
}

#[tokio::test]
async fn a_file_that_is_no_lake_is_not_migrated() {
    struct Never;
    #[async_trait::async_trait]
    impl catalog::AskSqlite for Never {
        async fn ask(&self, _: &str, _: &[Option<String>]) -> Result<String, catalog::Failure> {
            Err(catalog::Failure::from_sqlite("Catalog Error: no such table: eider_migration"))
        }
    }
    let error = SqliteCatalog::new(Never);
    let error = error.status().await.expect_err("no lake");
    assert_eq!(error.error_code, "CATALOG_VERSION");
}
