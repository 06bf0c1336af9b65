//! The adapters of this function: the state store.

use std::sync::Arc;

use axum::Router;
use config::{Config, StateStore};
use service::Feeds;
use service::jobs::Jobs;
use web::{Anonymous, Edge};

use crate::Adapters;

/// The router of this function alone.
pub async fn compose(config: &Config) -> anyhow::Result<Router> {
    let StateStore::DynamoDb(table) = &config.state.store else {
        anyhow::bail!("a function keeps nothing of its own; eider-server serves embedded stores");
    };
    let items = Arc::new(aws::DynamoDbItems::new(table).await);
    let feeds = Arc::new(Feeds::new(items.clone(), config.state.event_retention));
    let adapters = Adapters { jobs: Arc::new(Jobs::new(items, feeds)) };
    let edge = Edge::new(Arc::new(Anonymous), config.server.clone(), &config.engine.temporary_dir);
    tracing::info!("{config}");
    Ok(web::finish(crate::router(adapters).into(), Arc::new(edge)))
}
