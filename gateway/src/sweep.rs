//! The sweep of a server: what the function `worker` does each minute.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use service::jobs::Jobs;

/// A sweep asks the state store eight questions, and little more while nothing is due.
const EVERY: Duration = Duration::from_secs(10);

/// Aborts runs of which nothing is heard any more, for as long as the server serves.
pub(crate) async fn sweep(jobs: Arc<Jobs>) -> Infallible {
    loop {
        tokio::time::sleep(EVERY).await;
        match jobs.sweep(web::now(), Instant::now() + EVERY).await {
            Ok(swept) if swept.aborted > 0 => {
                tracing::info!(swept.aborted, "silent runs were aborted")
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(source = ?error.source, "the sweep failed: {error}"),
        }
    }
}
