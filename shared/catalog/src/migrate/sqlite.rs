//! The embedded catalog. Order (FACTS 14): ours sets WAL and closes; DuckDB makes the lake and
//! closes; ours makes the ledger and closes; DuckDB opens again.

use std::path::Path;
use std::time::Duration;

use domain::{Error, Result};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::{Migrated, failed, steps_after};
use crate::version::MIGRATION;

/// How long another process may hold the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// Makes the folder and the file where they are missing, and sets WAL, without which one reader and
/// one writer lock each other out for ever (FACTS 12). Nothing else may have the file open.
pub async fn prepare_sqlite(path: &Path) -> Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let what = format!("the folder {} cannot be made", folder.display());
        std::fs::create_dir_all(folder).map_err(|error| failed(what)(error.into()))?;
    }
    let what = format!("{} cannot be opened", path.display());
    let options = options(path).create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    close(options.connect().await.map_err(failed(what))?).await
}

/// Makes what is ours in a catalog that holds a lake. Twice is once. Nothing else may have the file
/// open; it is closed when this returns.
pub async fn migrate_sqlite(path: &Path) -> Result<Migrated> {
    let what = format!("{} cannot be opened", path.display());
    let mut connection = options(path).connect().await.map_err(failed(what))?;
    let migrated = run(&mut connection).await;
    close(connection).await?;
    migrated
}

async fn run(connection: &mut SqliteConnection) -> Result<Migrated> {
    let begun = connection.begin_with("BEGIN IMMEDIATE").await;
    let mut transaction = begun.map_err(failed("the catalog is locked"))?;
    sqlx::raw_sql(
        "CREATE TABLE IF NOT EXISTS eider_migration \
         (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)",
    )
    .execute(&mut *transaction)
    .await
    .map_err(failed("eider_migration cannot be made"))?;
    let from: Option<u32> = sqlx::query_scalar("SELECT max(number) FROM eider_migration")
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed("eider_migration cannot be read"))?;
    for step in steps_after(from)? {
        sqlx::raw_sql(step.sqlite)
            .execute(&mut *transaction)
            .await
            .map_err(failed(format!("at step {}", step.name)))?;
        sqlx::query(
            "INSERT INTO eider_migration VALUES (?, ?, strftime('%Y-%m-%d %H:%M:%f+00', 'now'))",
        )
        .bind(step.number)
        .bind(step.name)
        .execute(&mut *transaction)
        .await
        .map_err(failed(format!("at step {}", step.name)))?;
    }
    transaction.commit().await.map_err(failed("it could not be committed"))?;
    Ok(Migrated { from, to: MIGRATION })
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .busy_timeout(PATIENCE)
        .disable_statement_logging()
}

/// The last one to close writes the WAL back and removes it.
async fn close(connection: SqliteConnection) -> Result<()> {
    connection.close().await.map_err(Error::internal)
}
