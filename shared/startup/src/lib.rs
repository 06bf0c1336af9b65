//! Start-up, shared by every function and the server: tracing, and serving one router on Lambda or a
//! socket.
//!
//! The same router runs in three places. [`serve_router`] looks at the configuration: under the
//! Lambda runtime (or an emulator of it) it answers invocations, buffered or streaming; otherwise it
//! listens on a socket. [`serve_trigger`] gives the events of a trigger to one handler.

mod front_door;
mod lambda;
mod linger;
mod path;
mod server;
#[cfg(test)]
mod socket_tests;
mod stacks;
mod stuck;
mod tracing_setup;
mod trigger;
#[cfg(unix)]
mod unix;
mod unread;

pub use lambda::Answers;
pub use server::{Bound, bind};
pub use stacks::deepen_stacks;
pub use stuck::{STUCK, end_now, end_stuck};
pub use tracing_setup::start_tracing;
pub use trigger::serve_trigger;
#[cfg(unix)]
pub use unix::serve_unix;

use axum::Router;
use config::{Platform, ServerConfig};

/// Serves `router` until the platform or a signal ends it.
pub async fn serve_router(
    router: Router,
    config: &ServerConfig,
    answers: Answers,
) -> anyhow::Result<()> {
    deepen_stacks();
    match config.platform {
        Platform::Lambda { .. } => lambda::serve(router, config, answers).await,
        Platform::Server => bind(config).await?.serve(router).await,
    }
}
