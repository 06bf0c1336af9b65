//! One migrates, one writes, one reads: on PostgreSQL.

use config::{Password, PostgresConfig, Role, Secret};
use service::Catalog;
use sqlx::{AssertSqlSafe, Connection};

use crate::lakes::{Lake, connect, make_on_postgres, postgres_config};

async fn run(config: &PostgresConfig, role: &Role, sql: &str) -> Result<(), String> {
    let mut connection = connect(config, role).await;
    let ran = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await;
    let ran = ran.map(drop).map_err(|error| error.to_string());
    connection.close().await.expect("closed");
    ran
}

const COMMIT: &str = "BEGIN; INSERT INTO ducklake_snapshot VALUES (1, now(), 1, 1, 1); \
    INSERT INTO ducklake_snapshot_changes VALUES (1, 'inlined_insert:1', 'eider', NULL, \
    '{\"writes\":[{\"key\":\"k\",\"payload\":\"p\",\"kind\":\"append\",\"schema\":\"main\",\"table\":\"t\"}]}'); COMMIT";

#[tokio::test]
async fn each_role_may_do_its_own() {
    let Lake::Postgres(config) = Lake::postgres().await else { panic!("not PostgreSQL") };
    let denied = async |role: &Role, sql: &str| {
        let said = run(&config, role, sql).await.expect_err(sql);
        assert!(
            said.contains("permission denied") || said.contains("must be owner"),
            "{sql}: {said}"
        );
    };
    for sql in [
        "INSERT INTO ducklake_snapshot VALUES (1, now(), 1, 1, 1)",
        "INSERT INTO eider_write (key, payload, kind, schema_name, table_name) VALUES ('a', 'b', 'c', 'd', 'e')",
        "CREATE TABLE mine (a int)",
        "DELETE FROM eider_change",
        "SELECT eider_record_writes()",
    ] {
        denied(&config.reader, sql).await;
    }
    for sql in [
        "DELETE FROM eider_migration",
        "UPDATE eider_change SET kind = 'x'",
        "DELETE FROM eider_write",
        "DROP TABLE eider_write",
        "ALTER TABLE ducklake_snapshot_changes DISABLE TRIGGER ALL",
    ] {
        denied(&config.writer, sql).await;
    }
    run(&config, &config.writer, COMMIT).await.expect("the writer commits");
    let inlined = "CREATE TABLE ducklake_inlined_data_1_1 (row_id bigint)";
    run(&config, &config.writer, inlined).await.expect("and makes inlined tables");
    let read =
        "SELECT * FROM ducklake_inlined_data_1_1, eider_write, eider_change, eider_migration";
    run(&config, &config.reader, read).await.expect("the reader reads them all");
    run(&config, &config.writer, "DROP TABLE ducklake_inlined_data_1_1")
        .await
        .expect("and drops them");
}

/// A role that has rights on DuckLake's tables only, an odd name, and a temporary table in the way.
#[tokio::test]
async fn a_foreign_role_commits_under_the_triggers() {
    let Lake::Postgres(config) = Lake::postgres().await else { panic!("not PostgreSQL") };
    let owner = config.migrate.clone().expect("a role");
    let user = format!("it's \"foreign\" \\ % {}", uuid::Uuid::now_v7().simple());
    let quoted = format!("\"{}\"", user.replace('"', "\"\""));
    let schema = format!("\"{}\"", config.metadata_schema.replace('"', "\"\""));
    let make = format!(
        "CREATE ROLE {quoted} LOGIN PASSWORD 'secret'; GRANT USAGE ON SCHEMA {schema} TO {quoted}; \
         GRANT SELECT, INSERT ON ducklake_snapshot, ducklake_snapshot_changes TO {quoted}"
    );
    run(&config, &owner, &make).await.expect("a role");
    let foreign = Role { user, password: Password::Plain(Secret::new("secret")) };
    let trap = "CREATE TEMP TABLE eider_write (key text); CREATE TEMP TABLE ducklake_table (table_id int);";
    run(&config, &foreign, &format!("{trap} {COMMIT}")).await.expect("it commits");
    let lake = Lake::Postgres(config.clone());
    assert_eq!(lake.noted(1).await, ["data_appended:1"]);
    assert!(lake.catalog().find_write("k").await.expect("asked").is_some());
    run(&config, &owner, &format!("DROP OWNED BY {quoted}; DROP ROLE {quoted}")).await.ok();
}

#[tokio::test]
async fn roles_that_do_not_exist_are_made_with_odd_names_and_passwords() {
    let mut config = postgres_config();
    let own = uuid::Uuid::now_v7().simple().to_string();
    let role = |what: &str| Role {
        user: format!("{what} \"x\" it's % {own}"),
        password: Password::Plain(Secret::new(format!("p'\\\"%$ {own}"))),
    };
    (config.writer, config.reader) = (role("writer"), role("reader"));
    for _ in 0..2 {
        let make = async || make_on_postgres(&config).await;
        catalog::migrate_postgres(&config, make).await.expect("migrated");
    }
    run(&config, &config.writer, COMMIT).await.expect("the writer commits");
    let lake = Lake::Postgres(Box::new(config.clone()));
    assert_eq!(lake.catalog().status().await.expect("the reader reads").newest_snapshot.0, 1);
}

#[tokio::test]
async fn one_role_may_be_all_three_and_twins_may_migrate_at_once() {
    let mut config = postgres_config();
    let only = config.migrate.take().expect("a role");
    (config.writer, config.reader) = (only.clone(), only.clone());
    let migrate =
        async || catalog::migrate_postgres(&config, async || make_on_postgres(&config).await).await;
    let (a, b, c) = tokio::join!(migrate(), migrate(), migrate());
    let mut from = [a, b, c].map(|migrated| migrated.expect("migrated").from);
    from.sort();
    assert_eq!(from, [None, Some(catalog::MIGRATION), Some(catalog::MIGRATION)]);
    run(&config, &only, COMMIT).await.expect("it commits");

    config.reader = postgres_config().reader;
    catalog::migrate_postgres(&config, async || make_on_postgres(&config).await)
        .await
        .expect("two roles");
    let catalog = catalog::PostgresCatalog::new(&config).expect("a pool");
    assert_eq!(catalog.status().await.expect("the reader reads").newest_snapshot.0, 1);
}
