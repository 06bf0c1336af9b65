//! What the settings alone tell: nothing here has failed, but someone should have meant it.

use std::net::IpAddr;

use api::{CheckStatus, ConfigCheck, FeatureState};
use config::{
    CatalogConfig, Config, Environment, Platform, ServerConfig, SslMode, StateStore, StorageConfig,
};

use super::{check, judged};
use crate::features;

/// Each of them.
pub(super) fn all(config: &Config) -> Vec<ConfigCheck> {
    vec![
        encryption(config),
        anonymous(&config.server),
        front_door(&config.server),
        catalog_tls(&config.catalog),
        storage_tls(&config.storage),
        state_tls(&config.state),
        cors(&config.server),
        debug(&config.server),
        features_there(config),
    ]
}

/// A warning unless it is well.
fn wanted(name: &str, well: bool, detail: &str, or: &str) -> ConfigCheck {
    judged(name, well, CheckStatus::Warning, detail, or)
}

fn is_development(server: &ServerConfig) -> bool {
    server.environment == Environment::Development
}

/// Either is well: it was decided when the lake was made, and DuckDB compares when it opens the lake.
fn encryption(config: &Config) -> ConfigCheck {
    let detail = if config.catalog.ducklake().encrypted {
        "DB_DUCKLAKE_ENCRYPTED is true: DuckLake encrypts data files. A lake made otherwise is refused \
         when DuckDB opens it."
    } else {
        "DB_DUCKLAKE_ENCRYPTED is false: DuckLake does not encrypt data files. A lake made otherwise is \
         refused when DuckDB opens it."
    };
    check("lake_encryption", CheckStatus::Ok, detail)
}

fn anonymous(server: &ServerConfig) -> ConfigCheck {
    wanted(
        "anonymous_access",
        is_development(server) || !server.allow_anonymous,
        "Anonymous callers are for development only, or not allowed.",
        "Anonymous callers are allowed outside development: whoever reaches Eider may read and write \
         all. Keep it behind something that asks who they are.",
    )
}

fn front_door(server: &ServerConfig) -> ConfigCheck {
    let only_near = server.platform == Platform::Server && server.listen.ip().is_loopback();
    wanted(
        "front_door",
        !server.front_door_secrets.is_empty() || only_near,
        "Requests come through the front door, or from this machine.",
        "EIDER_FRONT_DOOR_SECRETS is not set and Eider is reached from other machines: whoever knows its \
         address is served. Set a secret, or EIDER_LISTEN to an address of 127.0.0.1.",
    )
}

fn catalog_tls(catalog: &CatalogConfig) -> ConfigCheck {
    let well = match catalog {
        CatalogConfig::Sqlite(_) => true,
        CatalogConfig::Postgres(postgres) => {
            is_this_machine(&postgres.host)
                || !matches!(postgres.ssl_mode, SslMode::Disable | SslMode::Prefer)
        }
    };
    wanted(
        "catalog_tls",
        well,
        "What goes to the catalog is encrypted, or stays on this machine.",
        "The catalog is on another machine and DB_POSTGRES_SSLMODE lets rows and passwords pass in the \
         clear: set it to require, or verify-full.",
    )
}

fn storage_tls(storage: &StorageConfig) -> ConfigCheck {
    let well = match storage {
        StorageConfig::Embedded(_) => true,
        StorageConfig::S3(s3) => s3.secure || is_near(s3.endpoint.as_deref().unwrap_or_default()),
    };
    wanted(
        "storage_tls",
        well,
        "What goes to the object store is encrypted, or stays on this machine.",
        "The object store is on another machine and STORAGE_MINIO_SECURE is false: rows pass in the \
         clear. Set it to true.",
    )
}

fn state_tls(store: &StateStore) -> ConfigCheck {
    let well = match store {
        StateStore::Sqlite(_) => true,
        StateStore::DynamoDb(table) => table.endpoint.as_deref().is_none_or(is_near),
    };
    wanted(
        "state_tls",
        well,
        "What goes to the state store is encrypted, or stays on this machine.",
        "STATE_DYNAMODB_ENDPOINT is on another machine and is reached without TLS: use DynamoDB itself.",
    )
}

fn cors(server: &ServerConfig) -> ConfigCheck {
    wanted(
        "cors",
        !server.cors_allow_origins.iter().any(|origin| origin == "*"),
        "Only pages of the origins in CORS_ALLOW_ORIGINS may call.",
        "CORS_ALLOW_ORIGINS is *: any page that a caller opens may call Eider from their browser. Name \
         the origins.",
    )
}

fn debug(server: &ServerConfig) -> ConfigCheck {
    wanted(
        "debug",
        is_development(server) || !server.debug,
        "Errors show their causes in development only, or not at all.",
        "DEBUG is true outside development: errors show the insides of Eider to callers.",
    )
}

fn features_there(config: &Config) -> ConfigCheck {
    let asked = features::all(config).into_iter();
    let missing = asked.filter(|f| f.requested && f.state == FeatureState::NotAvailable);
    let missing: Vec<String> = missing.map(|feature| feature.variable).collect();
    wanted(
        "features",
        missing.is_empty(),
        "Every feature that was asked for is there.",
        &format!(
            "{} was asked for and is not there yet: GET /config/features says why.",
            missing.join(", ")
        ),
    )
}

/// The same of `host:port`.
fn is_near(endpoint: &str) -> bool {
    is_this_machine(endpoint.rsplit_once(':').map_or(endpoint, |(host, _)| host))
}

/// Whether nothing leaves this machine on the way: a loopback address, or a socket's folder.
fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || host.starts_with('/') || address.is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests;
