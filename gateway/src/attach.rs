//! `attach.sql`: how any DuckDB attaches the embedded lake.

use std::fs;
use std::io::Write;

use config::{Config, SqliteConfig};

use crate::parts::Stores;

/// Writes the statements beside the catalog, for this user's eyes only: they hold the keys.
pub(crate) fn write(config: &Config, stores: &Stores, sqlite: &SqliteConfig) -> anyhow::Result<()> {
    let path = config.server.home.join("attach.sql");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(statements(stores, sqlite)?.as_bytes())?;
    Ok(())
}

fn statements(stores: &Stores, sqlite: &SqliteConfig) -> anyhow::Result<String> {
    let catalog = fs::canonicalize(&sqlite.path)?;
    let endpoint = stores.s3.endpoint.as_deref().unwrap_or_default();
    let keys = stores.s3.keys.as_ref();
    let (key, secret) = keys.map_or(("", ""), |k| (k.access_key.as_str(), k.secret_key.reveal()));
    let data_path = stores.s3.data_path();
    Ok(format!(
        "-- duckdb 1.5.5; INSTALL ducklake; INSTALL httpfs; INSTALL sqlite; first where they are missing\n\
         CREATE OR REPLACE SECRET eider (TYPE s3, KEY_ID '{key}', SECRET '{secret}', REGION 'us-east-1', \
         ENDPOINT '{endpoint}', URL_STYLE 'path', USE_SSL false, SCOPE '{data_path}');\n\
         ATTACH 'ducklake:sqlite:{catalog}' AS lake (DATA_PATH '{data_path}');\n",
        catalog = catalog.display().to_string().replace('\'', "''"),
    ))
}
