//! Whether the configuration fits what is around it: one check, one sentence of what was found.

mod settings;

use api::{CheckStatus, ConfigCheck};
use config::{Config, Platform};
use domain::{Extension, LAKE_EXTENSIONS};

use crate::Adapters;
use crate::probe::{Probe, Probes};

/// All of them: those of the settings alone, then those that ask the outside.
pub(crate) async fn all(adapters: &Adapters) -> Vec<ConfigCheck> {
    let probes = Probes::of(adapters).await;
    // A start refuses what does not parse.
    let parsed = "Every variable was read, and none contradicts another.";
    let mut checks = vec![check("configuration", CheckStatus::Ok, parsed)];
    checks.extend([catalog(&probes), catalog_version(&probes), storage(&probes), state(&probes)]);
    checks.extend(extensions(&adapters.config, adapters.catalog_extension));
    checks.extend(settings::all(&adapters.config));
    checks
}

fn check(name: &str, status: CheckStatus, detail: impl Into<String>) -> ConfigCheck {
    ConfigCheck { name: name.to_owned(), status, detail: detail.into() }
}

/// `Ok` if it is well, else what `otherwise` says of it.
fn judged(name: &str, well: bool, otherwise: CheckStatus, detail: &str, or: &str) -> ConfigCheck {
    if well { check(name, CheckStatus::Ok, detail) } else { check(name, otherwise, or) }
}

/// A catalog of another version is one that answers.
const OTHER_VERSION: &str = "CATALOG_VERSION";

fn catalog(probes: &Probes) -> ConfigCheck {
    const NAME: &str = "catalog_reachable";
    match &probes.catalog.answer {
        Err(error) if error.error_code != OTHER_VERSION => {
            check(NAME, CheckStatus::Failed, &error.detail)
        }
        _ => {
            let detail = format!("The catalog answered in {} ms.", probes.catalog.latency_ms());
            check(NAME, CheckStatus::Ok, detail)
        }
    }
}

fn catalog_version(probes: &Probes) -> ConfigCheck {
    const NAME: &str = "catalog_version";
    match &probes.catalog.answer {
        Ok(status) => {
            let detail = format!(
                "The catalog has DuckLake's format {} and our migration {}, which this Eider works with.",
                status.format, status.migration
            );
            check(NAME, CheckStatus::Ok, detail)
        }
        Err(error) if error.error_code == OTHER_VERSION => {
            check(NAME, CheckStatus::Failed, &error.detail)
        }
        Err(_) => {
            check(NAME, CheckStatus::Failed, "It is not known while the catalog does not answer.")
        }
    }
}

fn storage(probes: &Probes) -> ConfigCheck {
    reachable("object_store_reachable", "The lake's bucket", &probes.storage)
}

fn state(probes: &Probes) -> ConfigCheck {
    reachable("state_store_reachable", "The state store", &probes.state)
}

fn reachable(name: &str, what: &str, probe: &Probe<()>) -> ConfigCheck {
    match &probe.answer {
        Ok(()) => {
            let detail = format!("{what} answered in {} ms.", probe.latency_ms());
            check(name, CheckStatus::Ok, detail)
        }
        Err(error) => check(name, CheckStatus::Failed, &error.detail),
    }
}

/// The files that DuckDB loads. On Lambda this function has no DuckDB: its layer is another's.
fn extensions(config: &Config, catalog: Extension) -> Option<ConfigCheck> {
    if config.server.platform != Platform::Server {
        return None;
    }
    // The others are in the library.
    let files = LAKE_EXTENSIONS.into_iter().take(2).chain([catalog]);
    let files = files.map(|extension| format!("{}.duckdb_extension", extension.name));
    let missing: Vec<String> =
        files.filter(|file| !config.engine.extension_dir.join(file).is_file()).collect();
    let or = format!("EIDER_EXTENSION_DIR has no {}: fetch what is missing.", missing.join(", "));
    let detail = "EIDER_EXTENSION_DIR has every extension that DuckDB loads.";
    Some(judged("duckdb_extensions", missing.is_empty(), CheckStatus::Failed, detail, &or))
}
