//! The catalog on PostgreSQL.

use config::{PostgresConfig, Role};
use domain::Result;
use service::Catalog;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

use super::{Migrated, failed, roles, steps_after};
use crate::PostgresCatalog;
use crate::postgres::{options, quoted};
use crate::version::MIGRATION;

/// Makes the schema and the roles, has `make_lake` make the lake in them (DuckDB, attached in the
/// migrating role; it is called each time and must take a lake that is there), makes what is ours,
/// grants each role its rights, and reads the catalog in the reading role.
///
/// Twice is once; several at the same moment wait for each other. Passwords must have been read.
/// The migrating role (`config.migrating()`) needs CREATE on the
/// database, and CREATEROLE where the other roles do not exist.
pub async fn migrate_postgres(
    config: &PostgresConfig,
    make_lake: impl AsyncFnOnce() -> Result<()>,
) -> Result<Migrated> {
    let migrate = config.migrating();
    let mut connection = connect(config, migrate).await?;
    lock(&mut connection, &config.metadata_schema).await?;
    warn_of_language(&mut connection).await?;
    make_schema(&mut connection, &config.metadata_schema).await?;
    roles::make(&mut connection, config).await?;
    make_lake().await?;
    let migrated = run(&mut connection, config).await?;
    roles::grant_of_writer(config).await?;
    // Frees the lock too.
    connection.close().await.map_err(failed("the connection did not close"))?;
    PostgresCatalog::new(config)?.status().await?;
    Ok(migrated)
}

/// A connection in this role, whose name the error holds.
pub(super) async fn connect(config: &PostgresConfig, role: &Role) -> Result<PgConnection> {
    let what = format!(
        "the role `{}` cannot connect to the database `{}` at {}:{}",
        role.user, config.database, config.host, config.port
    );
    options(config, role)?.connect().await.map_err(failed(what))
}

/// Until the connection ends: DuckLake's own making of a lake does not bear a twin.
async fn lock(connection: &mut PgConnection, schema: &str) -> Result<()> {
    sqlx::query("SELECT pg_advisory_lock(hashtextextended('eider migrate ' || $1, 0))")
        .bind(schema)
        .execute(connection)
        .await
        .map_err(failed("the lock of migrations cannot be had"))
        .map(drop)
}

/// DuckLake knows a commit that is worth another try by the server's English words (FACTS 5).
async fn warn_of_language(connection: &mut PgConnection) -> Result<()> {
    let language: String = sqlx::query_scalar("SHOW lc_messages")
        .fetch_one(connection)
        .await
        .map_err(failed("lc_messages cannot be read"))?;
    let english = ["", "C", "POSIX"].contains(&language.as_str())
        || language.starts_with("en")
        || language.starts_with("C.");
    if !english {
        tracing::warn!(
            lc_messages = language,
            "set lc_messages to C: DuckLake does not retry else"
        );
    }
    Ok(())
}

async fn make_schema(connection: &mut PgConnection, schema: &str) -> Result<()> {
    let what = format!("the schema `{schema}` cannot be made");
    // CREATE SCHEMA IF NOT EXISTS asks for the right to create also where it exists.
    let exists: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)")
            .bind(schema)
            .fetch_one(&mut *connection)
            .await
            .map_err(failed(&what))?;
    if exists {
        return Ok(());
    }
    let sql = format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(schema));
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map_err(failed(what)).map(drop)
}

/// What is ours, and the rights, in one transaction.
async fn run(connection: &mut PgConnection, config: &PostgresConfig) -> Result<Migrated> {
    let mut transaction = connection.begin().await.map_err(failed("it could not begin"))?;
    // What the functions keep as their search_path (SET … FROM CURRENT): temporary tables last.
    let path = format!("SET LOCAL search_path = {}, pg_temp", quoted(&config.metadata_schema));
    sqlx::raw_sql(AssertSqlSafe(format!(
        "{path}; CREATE TABLE IF NOT EXISTS eider_migration \
         (number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
    )))
    .execute(&mut *transaction)
    .await
    .map_err(failed("eider_migration cannot be made"))?;
    let from: Option<i32> = sqlx::query_scalar("SELECT max(number) FROM eider_migration")
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed("eider_migration cannot be read"))?;
    let from = from.and_then(|number| u32::try_from(number).ok());
    for step in steps_after(from)? {
        sqlx::raw_sql(step.postgres)
            .execute(&mut *transaction)
            .await
            .map_err(failed(format!("at step {}", step.name)))?;
        sqlx::query("INSERT INTO eider_migration (number, name) VALUES ($1, $2)")
            .bind(step.number as i32)
            .bind(step.name)
            .execute(&mut *transaction)
            .await
            .map_err(failed(format!("at step {}", step.name)))?;
    }
    roles::grant(&mut transaction, config).await?;
    transaction.commit().await.map_err(failed("it could not be committed"))?;
    Ok(Migrated { from, to: MIGRATION })
}
