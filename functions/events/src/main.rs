//! The function `events`: reads the configuration, composes its adapters, serves its routes.

use config::Config;
use startup::{Answers, serve_router, start_tracing};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::from_environment()?;
    start_tracing(&config.server.log);
    let router = events::compose(&config).await?;
    serve_router(router, &config.server, Answers::Streaming).await
}
