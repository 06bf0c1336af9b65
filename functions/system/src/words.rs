//! Settings in the words of the wire.

use std::time::Duration;

use config::{Environment, Platform};

pub(crate) fn platform(platform: Platform) -> &'static str {
    match platform {
        Platform::Server => "server",
        Platform::Lambda { .. } => "lambda",
    }
}

pub(crate) fn environment(environment: Environment) -> &'static str {
    match environment {
        Environment::Development => "development",
        Environment::Staging => "staging",
        Environment::Production => "production",
    }
}

/// Seconds, to the millisecond.
pub(crate) fn seconds(duration: Duration) -> f64 {
    duration.as_millis() as f64 / 1000.0
}
