//! `eider-server`: see the library.
#![expect(clippy::print_stderr, reason = "a person started it, and no log is open yet")]

use std::process::ExitCode;

use config::Config;
use gateway::{Command, USAGE};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(command) = Command::of(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    if let Err(error) = run(command).await {
        eprintln!("eider-server: {error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

async fn run(command: Command) -> anyhow::Result<()> {
    let config = Config::from_environment()?;
    startup::start_tracing(&config.server.log);
    startup::deepen_stacks();
    command.run(&config).await
}
