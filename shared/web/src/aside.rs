//! Work that others must not wait for.

use domain::{Error, Result};

/// Runs work here, or `aside`, on a thread that may block.
pub(crate) async fn run<T: Send + 'static>(
    aside: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    if aside {
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    } else {
        Ok(work())
    }
}
