//! `eider-server`

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use config::{CatalogConfig, Config, Isolation};
use engine::Engine;
use service::jobs::Jobs;
use service::stream::FeedHub;
use service::{Authenticator, QueryEngine};
use web::{Anonymous, Edge};

use crate::parts::{Parts, Stores};
use crate::sweep::sweep;
use crate::{attach, isolation, migrate};

/// So long the start waits for the stores.
const WARM_UP: Duration = Duration::from_secs(20);

/// Serves until a signal ends it. The first line on stdout is its address.
pub async fn serve(config: &Config) -> anyhow::Result<()> {
    // Bound before anything else: a second server must not touch the first one's stores.
    let bound = startup::bind(&config.server).await?;
    let stores = open(config).await?;
    let (router, jobs) = compose(config, &stores, Arc::new(Anonymous)).await?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "listening on http://{}", bound.address)?;
    writeln!(stdout, "{config}")?;
    stdout.flush()?;
    tokio::select! {
        ended = bound.serve(router) => ended,
        never = sweep(jobs) => match never {},
    }
}

/// The stores, of which embedded ones are made or moved to this version now.
pub async fn open(config: &Config) -> anyhow::Result<Stores> {
    let stores = Stores::open(config).await?;
    if let CatalogConfig::Sqlite(sqlite) = &stores.catalog {
        migrate::embedded(config, &stores, sqlite).await?;
        attach::write(config, &stores, sqlite)?;
    }
    Ok(stores)
}

/// All routers over `stores`, with every layer around them.
pub async fn router(
    config: &Config,
    stores: &Stores,
    authenticator: Arc<dyn Authenticator>,
) -> anyhow::Result<Router> {
    Ok(compose(config, stores, authenticator).await?.0)
}

/// The same, and the jobs that are to be swept.
async fn compose(
    config: &Config,
    stores: &Stores,
    authenticator: Arc<dyn Authenticator>,
) -> anyhow::Result<(Router, Arc<Jobs>)> {
    let pool = match config.server.queries.isolation {
        Isolation::Process => Some(isolation::Pool::start(config, stores)?),
        Isolation::Inline => None,
    };
    let Parts { catalog, engine, objects, items, jobs } = Parts::new(config, stores).await?;
    warm_up(&engine).await?;
    let lake = engine.lake(catalog.clone());
    let here = engine.queries(catalog.clone());
    let (rows, queries): (Router, Arc<dyn QueryEngine>) = match pool {
        Some(pool) => {
            pool.ready(WARM_UP).await;
            (isolation::router(pool.clone()), Arc::new(isolation::Elsewhere { pool, here }))
        }
        None => {
            let (catalog, queries, jobs) = (catalog.clone(), here.clone(), jobs.clone());
            let adapters = rows::Adapters { catalog, queries, jobs };
            (rows::router(adapters).into(), here)
        }
    };
    let tables = tables::Adapters {
        catalog: catalog.clone(),
        lake,
        objects: objects.clone(),
        sources: config.sources.clone(),
        attached: tables::Attached::of(config),
        queries,
        jobs: jobs.clone(),
    };
    let catalog_extension = match &config.catalog {
        CatalogConfig::Sqlite(_) => domain::SQLITE_EXTENSION,
        CatalogConfig::Postgres(_) => domain::POSTGRES_EXTENSION,
    };
    let swept = jobs.clone();
    let hub = Arc::new(FeedHub::new(items.clone(), jobs.changed(), web::now));
    let max_connection = config.events.max_connection;
    let events = events::Adapters { jobs: jobs.clone(), hub, max_connection };
    let jobs = jobs::router(jobs::Adapters { jobs, catalog: catalog.clone() });
    let config_of_system = Arc::new(config.clone());
    let system =
        system::Adapters { catalog, objects, items, catalog_extension, config: config_of_system };
    let merged = Router::from(tables::router(tables)).merge(rows);
    let merged = merged.merge(jobs).merge(events::router(events)).merge(system::router(system));
    let edge = Edge::new(authenticator, config.server.clone(), stores.temporary_dir());
    Ok((web::finish(merged, Arc::new(edge)), swept))
}

/// Opens DuckDB before the first query needs it. A lake that is encrypted otherwise than configured
/// refuses the start; a dependency that is down, or slow, does not.
pub(crate) async fn warm_up(engine: &Engine) -> anyhow::Result<()> {
    match tokio::time::timeout(WARM_UP, engine.warm_up()).await {
        Ok(Err(error)) if error.error_code == "DB_DUCKLAKE_ENCRYPTED" => Err(error.into()),
        Ok(Err(error)) => {
            tracing::warn!(%error, source = ?error.source, "DuckDB is not open yet");
            Ok(())
        }
        Ok(Ok(())) | Err(_) => Ok(()),
    }
}
