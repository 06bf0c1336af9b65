//! One subscriber for the process: JSON lines off a terminal, readable ones on it, all on stderr.

use std::io::IsTerminal;

use config::LogConfig;
use tracing_subscriber::EnvFilter;

/// Starts logging. Libraries speak from `warn` on, our own crates from `LOG_LEVEL` on.
pub fn start_tracing(config: &LogConfig) {
    let level = &config.level;
    let quiet = ["aws", "hyper", "h2", "rustls", "s3s", "sqlx", "tower", "lambda_runtime"];
    let directives: Vec<String> = quiet
        .iter()
        .filter(|_| level != "trace")
        .map(|target| format!("{target}=warn"))
        .chain([level.clone()])
        .collect();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(directives.join(",")))
        .with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        builder.compact().init();
    } else {
        builder.json().flatten_event(true).with_current_span(false).init();
    }
}
