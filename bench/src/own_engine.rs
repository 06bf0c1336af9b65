//! Eider's engine in this process.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use async_trait::async_trait;
use config::{AwsKeys, Config, StorageConfig};
use embedded::StoredKeys;
use engine::{Engine, EngineSettings};
use service::{ObjectCredentials, S3Credentials};

use crate::place::Place;

/// On the lake of a server that runs on `home`.
pub(crate) fn on_server(place: &Place, home: &Path) -> anyhow::Result<Engine> {
    let keys: StoredKeys = serde_json::from_slice(&fs::read(home.join("s3.json"))?)?;
    let variables = [
        ("EIDER_HOME", home.display().to_string()),
        ("STORAGE_MINIO_ENDPOINT", format!("127.0.0.1:{}", keys.port)),
        ("STORAGE_MINIO_ACCESS_KEY", keys.access_key),
        ("STORAGE_MINIO_SECRET_KEY", keys.secret_key),
        ("STORAGE_MINIO_SECURE", "false".to_owned()),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value));
    on(place.variables().into_iter().chain(variables))
}

/// On the stores that the variables name; embedded ones are not for sharing.
pub(crate) fn on(variables: impl IntoIterator<Item = (String, String)>) -> anyhow::Result<Engine> {
    let config = Config::from_variables(variables)?;
    let StorageConfig::S3(s3) = &config.storage else { bail!("the stores are embedded") };
    let keys = s3.keys.clone().context("the stores have no keys")?;
    let (catalog, credentials) = (config.catalog.clone(), Arc::new(Static(keys)));
    Ok(Engine::new(EngineSettings::of(&config, catalog, s3, credentials)))
}

/// Keys that stay. The SDK, which knows other ones, would take longer to link than all the rest.
struct Static(AwsKeys);

#[async_trait]
impl ObjectCredentials for Static {
    async fn current(&self) -> domain::Result<S3Credentials> {
        let access_key = self.0.access_key.clone();
        let secret_key = self.0.secret_key.reveal().to_owned();
        Ok(S3Credentials { access_key, secret_key, session_token: None, expires_at: None })
    }
}
