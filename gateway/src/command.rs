//! What `eider-server` is asked for on its command line.

use std::path::PathBuf;

use config::Config;

use crate::isolation;

/// How it is asked.
pub const USAGE: &str = "usage: eider-server [migrate]\n\n  (nothing)  serve\n  migrate    make or \
                         move the lake and what is ours in its catalog\n\n.env.example lists every setting.";

/// The word by which it starts more of itself; no person says it.
pub(crate) const QUERY_WORKER: &str = "query-worker";

/// What it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Serves until a signal ends it.
    Serve,
    /// Makes or moves the lake and what is ours in its catalog.
    Migrate,
    /// Runs callers' reads for the server that started it, on this socket.
    QueryWorker(PathBuf),
}

impl Command {
    /// The command that these arguments mean, if they mean one.
    pub fn of(arguments: &[String]) -> Option<Self> {
        match arguments {
            [] => Some(Self::Serve),
            [word] if word == "migrate" => Some(Self::Migrate),
            [word, socket] if word == QUERY_WORKER => Some(Self::QueryWorker(socket.into())),
            _ => None,
        }
    }

    /// Does it.
    pub async fn run(self, config: &Config) -> anyhow::Result<()> {
        match self {
            Self::Serve => crate::serve(config).await,
            Self::Migrate => crate::migrate(config).await,
            Self::QueryWorker(socket) => isolation::serve(config, &socket).await,
        }
    }
}
