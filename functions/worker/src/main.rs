//! The function `worker`: reads the configuration, composes its adapters, does what its triggers ask.

use std::sync::Arc;

use config::Config;
use domain::Timestamp;
use service::jobs::Jobs;
use startup::{serve_trigger, start_tracing};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::from_environment()?;
    start_tracing(&config.server.log);
    let items = aws::items(&config.state).await?;
    let jobs = Arc::new(Jobs::new(items, config.events.retention));
    tracing::info!("{config}");
    serve_trigger(move |event| {
        let jobs = Arc::clone(&jobs);
        async move { worker::work(&jobs, event, now()).await }
    })
    .await
}

#[expect(clippy::disallowed_methods, reason = "the composition root asks the clock")]
fn now() -> Timestamp {
    Timestamp::now()
}
