//! Items in a file of SQLite: one table, one writer.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use domain::{Error, Result, Timestamp};
use service::{Item, ItemKey, ItemRange, ItemWrite, Items, Transacted, check_transaction};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{Row, SqliteConnection};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS items (
    partition TEXT NOT NULL,
    sort TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (partition, sort)
) WITHOUT ROWID, STRICT";

/// What is alive at `?3`.
const FIND: &str = "SELECT partition, sort, version, body, expires_at FROM items
    WHERE partition = ?1 AND sort = ?2 AND (expires_at IS NULL OR expires_at > ?3)";

const RANGE: &str = "SELECT partition, sort, version, body, expires_at FROM items
    WHERE partition = ?1 AND (expires_at IS NULL OR expires_at > ?2)
    AND (?3 IS NULL OR sort > ?3) AND (?4 IS NULL OR sort < ?4)";

const PUT: &str = "INSERT OR REPLACE INTO items (partition, sort, version, body, expires_at)
    VALUES (?1, ?2, ?3, ?4, ?5)";

const DELETE: &str = "DELETE FROM items WHERE partition = ?1 AND sort = ?2";

/// So long a writer waits for another process that has the file, as `eider-server migrate` may.
const PATIENCE: Duration = Duration::from_secs(5);

/// The port on SQLite.
pub struct SqliteItems {
    readers: SqlitePool,
    /// Of one connection, for which writers queue in order.
    writer: SqlitePool,
}

impl SqliteItems {
    /// Opens the file, or makes it; what has expired at that time is deleted.
    pub async fn open(path: &Path, at: Timestamp) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What is acknowledged is on the disk.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE);
        let pool = |connections| {
            SqlitePoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE)
        };
        let writer = pool(1).connect_with(options.clone()).await.map_err(failed)?;
        sqlx::query(TABLE).execute(&writer).await.map_err(failed)?;
        let expired = sqlx::query("DELETE FROM items WHERE expires_at <= ?1").bind(at.as_second());
        expired.execute(&writer).await.map_err(failed)?;
        let readers = pool(4).connect_lazy_with(options.read_only(true));
        Ok(Self { readers, writer })
    }
}

#[async_trait]
impl Items for SqliteItems {
    async fn get(&self, keys: &[ItemKey], at: Timestamp) -> Result<Vec<Option<Item>>> {
        let mut reader = self.readers.begin().await.map_err(failed)?;
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            found.push(find(&mut reader, key, at).await?);
        }
        Ok(found)
    }

    async fn range(&self, range: &ItemRange, at: Timestamp) -> Result<Vec<Item>> {
        let order = if range.descending { "DESC" } else { "ASC" };
        let sql = sqlx::AssertSqlSafe(format!("{RANGE} ORDER BY sort {order} LIMIT ?5"));
        let limit = i64::try_from(range.limit).unwrap_or(i64::MAX);
        let query = sqlx::query(sql).bind(&range.partition).bind(at.as_second());
        let query = query.bind(&range.after).bind(&range.before).bind(limit);
        let rows = query.fetch_all(&self.readers).await.map_err(failed)?;
        rows.iter().map(item).collect()
    }

    async fn transact(&self, writes: &[ItemWrite], at: Timestamp) -> Result<Transacted> {
        check_transaction(writes)?;
        let mut writer = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        let mut refused = Vec::new();
        for (position, write) in writes.iter().enumerate() {
            let there = find(&mut writer, write.key(), at).await?;
            if !write.expected().holds(there.as_ref()) {
                refused.push((position, there));
            }
        }
        if !refused.is_empty() {
            return Ok(Transacted::Refused(refused));
        }
        for write in writes {
            make(&mut writer, write).await?;
        }
        writer.commit().await.map_err(failed)?;
        Ok(Transacted::Done)
    }

    async fn check(&self) -> Result<()> {
        let asked = sqlx::query("SELECT 1 FROM items LIMIT 1").fetch_optional(&self.readers);
        asked.await.map(drop).map_err(failed)
    }
}

async fn find(
    connection: &mut SqliteConnection,
    key: &ItemKey,
    at: Timestamp,
) -> Result<Option<Item>> {
    let query = sqlx::query(FIND).bind(&key.partition).bind(&key.sort).bind(at.as_second());
    query.fetch_optional(connection).await.map_err(failed)?.as_ref().map(item).transpose()
}

async fn make(connection: &mut SqliteConnection, write: &ItemWrite) -> Result<()> {
    let query = match write {
        ItemWrite::Check(..) => return Ok(()),
        ItemWrite::Delete(key, _) => sqlx::query(DELETE).bind(&key.partition).bind(&key.sort),
        ItemWrite::Put(item, _) => {
            let version = i64::try_from(item.version).map_err(Error::internal)?;
            let query = sqlx::query(PUT).bind(&item.key.partition).bind(&item.key.sort);
            let end = item.expires_at.map(Timestamp::as_second);
            query.bind(version).bind(&item.body).bind(end)
        }
    };
    query.execute(connection).await.map(drop).map_err(failed)
}

fn item(row: &SqliteRow) -> Result<Item> {
    let read = || {
        let key = ItemKey::new(row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?);
        let end: Option<i64> = row.try_get(4)?;
        Ok::<_, sqlx::Error>((key, row.try_get::<i64, _>(2)?, row.try_get(3)?, end))
    };
    let (key, version, body, end) = read().map_err(failed)?;
    let version = u64::try_from(version).map_err(Error::internal)?;
    let expires_at = end.map(Timestamp::from_second).transpose().map_err(Error::internal)?;
    Ok(Item { key, version, body, expires_at })
}

fn failed(error: sqlx::Error) -> Error {
    Error::unavailable("the state store", error)
}
