//! The adapters of this function: the stores, only to ask whether they are up.

use std::sync::Arc;

use axum::Router;
use catalog::PostgresCatalog;
use config::{CatalogConfig, Config, StorageConfig};
use web::{Anonymous, Edge};

use crate::Adapters;

/// The router of this function alone.
pub async fn compose(config: &Config) -> anyhow::Result<Router> {
    let stores = aws::read_passwords(&config.catalog).await?;
    let (CatalogConfig::Postgres(postgres), StorageConfig::S3(s3)) = (&stores, &config.storage)
    else {
        anyhow::bail!("a function keeps nothing of its own; eider-server serves embedded stores");
    };
    let adapters = Adapters {
        catalog: Arc::new(PostgresCatalog::new(postgres)?),
        objects: Arc::new(aws::S3ObjectStore::new(s3).await),
        items: aws::items(&config.state).await?,
        catalog_extension: domain::POSTGRES_EXTENSION,
        config: Arc::new(config.clone()),
    };
    let edge = Edge::new(Arc::new(Anonymous), config.server.clone(), &config.engine.temporary_dir);
    tracing::info!("{config}");
    Ok(web::finish(crate::router(adapters).into(), Arc::new(edge)))
}
