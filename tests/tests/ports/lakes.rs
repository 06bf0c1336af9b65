//! Lakes of a test's own.

use std::sync::Arc;

use std::path::Path;

use config::Config;
use gateway::{Parts, Stores};
use tempfile::TempDir;
use testkit::conformance::LakePorts;

/// A lake, migrated, with its folder.
pub(crate) struct OwnLake {
    pub(crate) config: Config,
    pub(crate) stores: Stores,
    _home: TempDir,
}

impl OwnLake {
    pub(crate) async fn ports(&self) -> LakePorts {
        let parts = Parts::new(&self.config, &self.stores).await.expect("the adapters");
        LakePorts {
            lake: parts.engine.lake(parts.catalog.clone()),
            queries: parts.engine.queries(Arc::clone(&parts.catalog)),
            catalog: parts.catalog,
        }
    }
}

/// Embedded stores in a folder of their own.
pub(crate) async fn embedded() -> OwnLake {
    open(Vec::new()).await
}

/// PostgreSQL and MinIO, in a schema and a bucket of their own.
pub(crate) async fn services() -> OwnLake {
    let folder = std::env::var("EIDER_TEST_SERVICES")
        .expect("this test needs PostgreSQL and MinIO: run `./dev test unit`");
    let file = std::fs::read_to_string(Path::new(&folder).join("env")).expect("the services' env");
    let own = uuid::Uuid::now_v7().simple().to_string();
    let mut variables: Vec<(String, String)> = file
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    variables.push(("DB_DUCKLAKE_METADATA_SCHEMA".to_owned(), format!("ports_{own}")));
    variables.push(("STORAGE_DEFAULT_BUCKET".to_owned(), format!("ports-{own}")));
    open(variables).await
}

async fn open(mut variables: Vec<(String, String)>) -> OwnLake {
    let home = tempfile::tempdir().expect("a folder");
    variables.push(("EIDER_HOME".to_owned(), home.path().display().to_string()));
    let extensions = std::env::var("EIDER_EXTENSION_DIR").expect("cargo sets EIDER_EXTENSION_DIR");
    variables.push(("EIDER_EXTENSION_DIR".to_owned(), extensions));
    let config = Config::from_variables(variables).expect("a configuration");
    let services = matches!(config.catalog, config::CatalogConfig::Postgres(_));
    if services {
        gateway::migrate(&config).await.expect("migrated");
    }
    let stores = gateway::open(&config).await.expect("the stores");
    OwnLake { config, stores, _home: home }
}
