//! The adapters of this function: the catalog, and DuckDB to read with.

use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use catalog::PostgresCatalog;
use config::{CatalogConfig, Config, StorageConfig};
use engine::{Engine, EngineSettings};
use service::jobs::Jobs;
use web::{Anonymous, Edge};

use crate::Adapters;

/// The router of this function alone. DuckDB opens on first need, not here.
pub async fn compose(config: &Config) -> anyhow::Result<Router> {
    let stores = aws::read_passwords(&config.catalog).await?;
    let (CatalogConfig::Postgres(postgres), StorageConfig::S3(s3)) = (&stores, &config.storage)
    else {
        anyhow::bail!("a function keeps nothing of its own; eider-server serves embedded stores");
    };
    let items = aws::items(&config.state).await?;
    let jobs = Arc::new(Jobs::new(items, config.events.retention));
    let spool_dir = &config.engine.temporary_dir;
    std::fs::create_dir_all(spool_dir)
        .with_context(|| format!("cannot make the folder {}", spool_dir.display()))?;
    let catalog = Arc::new(PostgresCatalog::new(postgres)?);
    let credentials = aws::credentials(s3).await?;
    let engine = Engine::new(EngineSettings::of(config, stores, s3, credentials))
        .on_stuck(startup::STUCK, startup::end_stuck);
    let queries = engine.queries(catalog.clone());
    let adapters = Adapters { catalog, queries, jobs };
    let authenticator = Arc::new(Anonymous);
    let edge = Edge::new(authenticator, config.server.clone(), spool_dir);
    tracing::info!("{config}");
    Ok(web::finish(crate::router(adapters).into(), Arc::new(edge)))
}
