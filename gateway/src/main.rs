//! `eider-server`: see the library.

use std::process::ExitCode;

use config::Config;
use startup::start_tracing;

const USAGE: &str = "usage: eider-server [migrate]\n\n  (nothing)  serve\n  migrate    make or \
                     move the lake and what is ours in its catalog\n\n.env.example lists every setting.";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("eider-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if !matches!(arguments.as_slice(), [] | ["migrate"]) {
        eprintln!("{USAGE}");
        return Ok(ExitCode::from(2));
    }
    let config = Config::from_environment()?;
    start_tracing(&config.server.log);
    match arguments.as_slice() {
        [] => gateway::serve(&config).await?,
        _ => gateway::migrate(&config).await?,
    }
    Ok(ExitCode::SUCCESS)
}
