//! What may be switched on, and what becomes of it: nothing is said to be on that does nothing.

use api::{Feature, FeatureState};
use config::Config;

use crate::memory;

/// Each of them.
pub(crate) fn all(config: &Config) -> Vec<Feature> {
    let mut all = flags(config);
    all.extend(own(config));
    all
}

/// The flags of the system that Eider replaces.
fn flags(config: &Config) -> Vec<Feature> {
    let asked = config.server.features;
    let memory_is_told = memory::is_told();
    let memory = if memory_is_told {
        "When on, GET /status has `memory`: what the process that answers holds."
    } else {
        "This kernel does not tell what a process holds; Linux does."
    };
    vec![
        flag("memory_monitoring", asked.memory_monitoring, memory_is_told, memory),
        flag(
            "performance_tracking",
            asked.performance_tracking,
            true,
            "When on, each answer has Server-Timing: milliseconds until its head.",
        ),
        flag(
            "prometheus_metrics",
            asked.prometheus_metrics,
            false,
            "There is no GET /metrics yet.",
        ),
        flag(
            "s3_encryption",
            asked.s3_encryption,
            false,
            "There are no datasets yet: it is for their objects. The bucket's own default holds for the \
             lake's files, and DB_DUCKLAKE_ENCRYPTED.",
        ),
    ]
}

fn flag(name: &str, requested: bool, is_there: bool, detail: &str) -> Feature {
    let variable = format!("FEATURE_ENABLE_{}", name.to_ascii_uppercase());
    let state = if is_there { switched(requested) } else { FeatureState::NotAvailable };
    Feature { name: name.to_owned(), variable, requested, state, detail: detail.to_owned() }
}

/// What Eider has of its own.
fn own(config: &Config) -> Vec<Feature> {
    let server = &config.server;
    let one = |name: &str, variable: &str, is_on: bool, detail: &str| Feature {
        name: name.to_owned(),
        variable: variable.to_owned(),
        requested: is_on,
        state: switched(is_on),
        detail: detail.to_owned(),
    };
    vec![
        one(
            "anonymous_access",
            "EIDER_ALLOW_ANONYMOUS",
            server.allow_anonymous,
            "When on, callers need not say who they are.",
        ),
        one("debug", "DEBUG", server.debug, "When on, errors show the chain of their causes."),
        one(
            "front_door",
            "EIDER_FRONT_DOOR_SECRETS",
            !server.front_door_secrets.is_empty(),
            "When on, only requests that came through the front door are answered.",
        ),
        one(
            "cors",
            "CORS_ALLOW_ORIGINS",
            !server.cors_allow_origins.is_empty(),
            "When on, pages of the origins named may call.",
        ),
        one(
            "ducklake_encrypted",
            "DB_DUCKLAKE_ENCRYPTED",
            config.catalog.ducklake().encrypted,
            "When on, the lake's data files are encrypted, each with a key that the catalog keeps.",
        ),
    ]
}

fn switched(is_on: bool) -> FeatureState {
    if is_on { FeatureState::On } else { FeatureState::Off }
}
