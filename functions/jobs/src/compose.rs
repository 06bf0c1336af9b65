//! The adapters of this function: the state store, and the catalog for what runs wrote.

use std::sync::Arc;

use axum::Router;
use catalog::PostgresCatalog;
use config::{CatalogConfig, Config};
use service::jobs::Jobs;
use web::{Anonymous, Edge};

use crate::Adapters;

/// The router of this function alone.
pub async fn compose(config: &Config) -> anyhow::Result<Router> {
    let items = aws::items(&config.state).await?;
    let CatalogConfig::Postgres(postgres) = aws::read_passwords(&config.catalog).await? else {
        anyhow::bail!("a function keeps nothing of its own; eider-server serves embedded stores");
    };
    let adapters = Adapters {
        jobs: Arc::new(Jobs::new(items, config.events.retention)),
        catalog: Arc::new(PostgresCatalog::new(&postgres)?),
    };
    let edge = Edge::new(Arc::new(Anonymous), config.server.clone(), &config.engine.temporary_dir);
    tracing::info!("{config}");
    Ok(web::finish(crate::router(adapters).into(), Arc::new(edge)))
}
