//! `attach.sql`: how any DuckDB attaches the lake of an embedded catalog.

use std::fs;
use std::io::Write;

use config::{Config, S3Config, SqliteConfig, StorageConfig};

use crate::parts::Stores;

/// Writes the statements beside the catalog, for this user's eyes only: they hold the keys of the embedded
/// store. Those of another are its owner's, and stay where they are.
pub(crate) fn write(config: &Config, stores: &Stores, sqlite: &SqliteConfig) -> anyhow::Result<()> {
    let path = config.server.home.join("attach.sql");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let catalog = fs::canonicalize(&sqlite.path)?.display().to_string();
    let is_embedded = matches!(config.storage, StorageConfig::Embedded(_));
    options.open(path)?.write_all(statements(&catalog, &stores.s3, is_embedded).as_bytes())?;
    Ok(())
}

fn statements(catalog: &str, s3: &S3Config, is_embedded: bool) -> String {
    let secret = match &s3.keys {
        Some(keys) if is_embedded => {
            secret(s3, &with_keys(&keys.access_key, keys.secret_key.reveal()))
        }
        Some(_) => format!(
            "-- with keys of yours, and without the dashes:\n-- {}",
            secret(s3, &with_keys("<access key>", "<secret key>"))
        ),
        None => format!(
            "-- with the credentials that AWS's SDK finds, and without the dashes (INSTALL aws; first):\n-- {}",
            secret(s3, "PROVIDER credential_chain")
        ),
    };
    let lake = literal(&format!("ducklake:sqlite:{catalog}"));
    let data_path = literal(&s3.data_path());
    format!(
        "-- duckdb 1.5.5; INSTALL ducklake; INSTALL httpfs; INSTALL sqlite; first where they are missing\n\
         {secret}\nATTACH {lake} AS lake (DATA_PATH {data_path});\n"
    )
}

fn with_keys(access_key: &str, secret_key: &str) -> String {
    format!("KEY_ID {}, SECRET {}", literal(access_key), literal(secret_key))
}

/// The statement that tells DuckDB where the store is; as in the engine, a store that is not AWS has its
/// buckets in the path.
fn secret(s3: &S3Config, credentials: &str) -> String {
    let place = s3.endpoint.as_ref().map_or(String::new(), |endpoint| {
        format!(", ENDPOINT {}, URL_STYLE 'path'", literal(endpoint))
    });
    format!(
        "CREATE OR REPLACE SECRET eider (TYPE s3, {credentials}, REGION {}{place}, USE_SSL {}, SCOPE {});",
        literal(&s3.region),
        s3.secure,
        literal(&s3.data_path()),
    )
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use config::{AwsKeys, Secret};

    use super::*;

    fn store(endpoint: Option<&str>, has_keys: bool) -> S3Config {
        let keys =
            || AwsKeys { access_key: "key".into(), secret_key: Secret::new("a long secret") };
        S3Config {
            endpoint: endpoint.map(str::to_owned),
            secure: endpoint.is_none(),
            keys: has_keys.then(keys),
            region: "eu-central-1".into(),
            bucket: "lake".into(),
        }
    }

    /// The lines that DuckDB runs.
    fn run(sql: &str) -> Vec<&str> {
        sql.lines().filter(|line| !line.starts_with("--")).collect()
    }

    #[test]
    fn the_embedded_store_is_attached_as_it_stands_there() {
        let sql = statements("/home/o'neil/c.sqlite", &store(Some("127.0.0.1:9000"), true), true);
        assert_eq!(
            run(&sql),
            [
                "CREATE OR REPLACE SECRET eider (TYPE s3, KEY_ID 'key', SECRET 'a long secret', \
                 REGION 'eu-central-1', ENDPOINT '127.0.0.1:9000', URL_STYLE 'path', USE_SSL false, \
                 SCOPE 's3://lake/lake/');",
                "ATTACH 'ducklake:sqlite:/home/o''neil/c.sqlite' AS lake (DATA_PATH 's3://lake/lake/');",
            ]
        );
    }

    #[test]
    fn the_keys_of_another_store_are_not_written() {
        let sql = statements("c.sqlite", &store(Some("minio:9000"), true), false);
        assert!(!sql.contains("a long secret") && !sql.contains("'key'"), "{sql}");
        assert!(sql.contains("KEY_ID '<access key>', SECRET '<secret key>'"), "{sql}");
        assert!(sql.contains("ENDPOINT 'minio:9000', URL_STYLE 'path', USE_SSL false"), "{sql}");
        assert_eq!(run(&sql).len(), 1, "only the ATTACH: {sql}");
    }

    #[test]
    fn s3_itself_has_neither_endpoint_nor_path_style() {
        let sql = statements("c.sqlite", &store(None, false), false);
        assert!(
            sql.contains("PROVIDER credential_chain, REGION 'eu-central-1', USE_SSL true"),
            "{sql}"
        );
        assert!(!sql.contains("ENDPOINT") && !sql.contains("URL_STYLE"), "{sql}");
        assert_eq!(run(&sql).len(), 1, "only the ATTACH: {sql}");
    }
}
