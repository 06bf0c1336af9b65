//! How a plain DuckDB comes to a lake.

use std::fs;
use std::path::Path;

use anyhow::Context;

use crate::services::Lake;

/// The extensions that it takes, in their order, and the statements.
pub(crate) struct Attach {
    pub(crate) extensions: [&'static str; 3],
    pub(crate) sql: String,
}

impl Attach {
    /// The lake of `home`, as `lake`, by the file that Eider writes for that.
    pub(crate) fn embedded(home: &Path, read_only: bool) -> anyhow::Result<Self> {
        let file = home.join("attach.sql");
        let mut sql = fs::read_to_string(&file).with_context(|| format!("{}", file.display()))?;
        if read_only {
            sql = sql.replace("(DATA_PATH", "(READ_ONLY, DATA_PATH");
        }
        Ok(Self { extensions: ["httpfs", "sqlite_scanner", "ducklake"], sql })
    }

    /// A lake on PostgreSQL and MinIO, as `lake`.
    pub(crate) fn services(lake: &Lake, read_only: bool) -> anyhow::Result<Self> {
        let value = |name: &str| lake.variable(name);
        let secret = format!(
            "CREATE SECRET (TYPE s3, KEY_ID '{}', SECRET '{}', ENDPOINT '{}', REGION '{}', \
             URL_STYLE 'path', USE_SSL false)",
            value("STORAGE_MINIO_ACCESS_KEY")?,
            value("STORAGE_MINIO_SECRET_KEY")?,
            value("STORAGE_MINIO_ENDPOINT")?,
            value("AWS_REGION")?,
        );
        let catalog = format!(
            "host={} port={} dbname={} user={} password={}",
            value("DB_POSTGRES_HOST")?,
            value("DB_POSTGRES_PORT")?,
            value("DB_POSTGRES_DB")?,
            value("DB_POSTGRES_USER")?,
            value("DB_POSTGRES_PASSWORD")?,
        );
        let schema = value("DB_DUCKLAKE_METADATA_SCHEMA")?;
        let read_only = if read_only { ", READ_ONLY" } else { "" };
        let attach = format!(
            "ATTACH 'ducklake:postgres:{catalog}' AS lake (METADATA_SCHEMA '{schema}'{read_only})"
        );
        let extensions = ["httpfs", "postgres_scanner", "ducklake"];
        Ok(Self { extensions, sql: format!("{secret}; {attach}") })
    }
}
