//! The function `jobs`: reads the configuration, composes its adapters, serves its routes.

use config::Config;
use startup::{Answers, serve_router, start_tracing};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::from_environment()?;
    start_tracing(&config.server.log);
    let router = jobs::compose(&config).await?;
    serve_router(router, &config.server, Answers::Buffered).await
}
