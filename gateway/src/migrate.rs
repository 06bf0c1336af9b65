//! `eider-server migrate`: the lake, and what is ours in its catalog, at this version.

use config::{CatalogConfig, Config, SqliteConfig, StateStore};

use crate::parts::Stores;

/// Makes or moves everything; twice is once. Prints what it did.
#[expect(clippy::print_stdout, reason = "a command of a person, who is told what it did")]
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    let stores = Stores::open(config).await?;
    let objects = aws::S3ObjectStore::new(&stores.s3).await;
    if objects.ensure_bucket().await? {
        println!("made the bucket {}", stores.s3.bucket);
    }
    if let StateStore::DynamoDb(table) = &config.state
        && aws::DynamoDbItems::new(table).await.ensure_table().await?
    {
        println!("made the table {}", table.table);
    }
    let migrated = match &stores.catalog {
        CatalogConfig::Sqlite(sqlite) => embedded(config, &stores, sqlite).await?,
        CatalogConfig::Postgres(postgres) => {
            let settings = stores.engine_settings(config).await?;
            catalog::migrate_postgres(postgres, async || engine::make_lake(settings).await).await?
        }
    };
    println!("{migrated}");
    Ok(())
}

/// The embedded catalog migrates at each start. Two SQLite libraries never have the file open at
/// once: ours sets WAL and closes, DuckDB makes the lake and closes, ours makes the ledger and closes.
pub(crate) async fn embedded(
    config: &Config,
    stores: &Stores,
    sqlite: &SqliteConfig,
) -> anyhow::Result<catalog::Migrated> {
    catalog::prepare_sqlite(&sqlite.path).await?;
    engine::make_lake(stores.engine_settings(config).await?).await?;
    Ok(catalog::migrate_sqlite(&sqlite.path).await?)
}
