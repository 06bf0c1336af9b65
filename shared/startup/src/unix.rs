//! The same router on a socket of the file system: for another process of ours, on this machine.

use std::path::Path;

use anyhow::Context;
use axum::Router;
use config::ServerConfig;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::UnixListener;

use crate::front_door::FrontDoor;
use crate::linger::Lingering;
use crate::server::serve_connection;

/// Serves what comes to `socket` through the front door, until the process ends. A client that takes
/// nothing is the other process's to cut off: that hangs up here. `listening` is called once it listens.
pub async fn serve_unix(
    socket: &Path,
    router: Router,
    config: &ServerConfig,
    listening: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let listener = UnixListener::bind(socket)
        .with_context(|| format!("cannot listen on {}", socket.display()))?;
    let (front_door, graceful) = (FrontDoor::of(config), GracefulShutdown::new());
    listening()?;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let stream = Lingering::new(stream);
                serve_connection(stream, front_door.clone(), router.clone(), &graceful);
            }
            Err(error) => {
                tracing::warn!("a connection was not accepted: {error}");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
}
