//! What `eider-server` is asked for on its command line.

use config::Config;

/// How it is asked.
pub const USAGE: &str = "usage: eider-server [migrate]\n\n  (nothing)  serve\n  migrate    make or \
                         move the lake and what is ours in its catalog\n\n.env.example lists every setting.";

/// What it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Serves until a signal ends it.
    Serve,
    /// Makes or moves the lake and what is ours in its catalog.
    Migrate,
}

impl Command {
    /// The command that these arguments mean, if they mean one.
    pub fn of(arguments: &[String]) -> Option<Self> {
        match arguments {
            [] => Some(Self::Serve),
            [word] if word == "migrate" => Some(Self::Migrate),
            _ => None,
        }
    }

    /// Does it.
    pub async fn run(self, config: &Config) -> anyhow::Result<()> {
        match self {
            Self::Serve => crate::serve(config).await,
            Self::Migrate => crate::migrate(config).await,
        }
    }
}
