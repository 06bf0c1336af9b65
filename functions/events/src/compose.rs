//! The adapters of this function: the state store.

use std::sync::Arc;

use axum::Router;
use config::Config;
use service::jobs::Jobs;
use service::stream::FeedHub;
use web::{Anonymous, Edge};

use crate::Adapters;

/// The router of this function alone.
pub async fn compose(config: &Config) -> anyhow::Result<Router> {
    let items = aws::items(&config.state).await?;
    let jobs = Arc::new(Jobs::new(items.clone(), config.events.retention));
    let hub = Arc::new(FeedHub::new(items, jobs.changed(), web::now));
    let adapters = Adapters { jobs, hub, max_connection: config.events.max_connection };
    let edge = Edge::new(Arc::new(Anonymous), config.server.clone(), &config.engine.temporary_dir);
    tracing::info!("{config}");
    Ok(web::finish(crate::router(adapters).into(), Arc::new(edge)))
}
