//! `GET /config/summary`

use api::{
    CatalogPlace, ConfigLimits, ConfigSummary, EngineLimits, Problem, StatePlace, StoragePlace,
};
use axum::Json;
use axum::extract::State;
use config::{CatalogConfig, Config, EngineConfig, Platform, StateStore, StorageConfig};
use domain::limits;
use service::jobs::STATE_KEY_LIFETIME;
use web::{Edge, Failure, JSON_BYTES, NoParameters, Parameters, RequestContext};

use crate::{Adapters, words};

/// The configuration in effect, without secrets.
#[utoipa::path(
    get, path = "/config/summary", operation_id = "get_config_summary", tag = "System",
    responses(
        (status = 200, description = "Limits, stores, origins; which secrets are set", body = ConfigSummary),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    )
)]
#[tracing::instrument(skip_all)]
pub(crate) async fn get_config_summary(
    State(adapters): State<Adapters>,
    context: RequestContext,
    _: Parameters<NoParameters>,
) -> Result<Json<ConfigSummary>, Failure> {
    let Config { server, catalog, storage, state, events, sources, engine, secrets } =
        &*adapters.config;
    let on_server = server.platform == Platform::Server;
    Ok(Json(ConfigSummary {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        environment: words::environment(server.environment).to_owned(),
        platform: words::platform(server.platform).to_owned(),
        log_level: server.log.level.clone(),
        debug: server.debug,
        allow_anonymous: server.allow_anonymous,
        cors_allow_origins: server.cors_allow_origins.clone(),
        limits: limits_of(&context.edge, catalog),
        idempotency_key_lifetime_seconds: None,
        job_idempotency_key_lifetime_seconds: STATE_KEY_LIFETIME.as_secs(),
        engine: on_server.then(|| engine_limits(engine)),
        catalog: catalog_place(catalog),
        storage: storage_place(storage),
        state: state_place(state),
        event_retention_days: events.retention.as_secs() / (24 * 60 * 60),
        source_prefixes: sources.prefixes.clone(),
        secrets: secrets.clone(),
    }))
}

fn limits_of(edge: &Edge, catalog: &CatalogConfig) -> ConfigLimits {
    let server = &edge.server;
    ConfigLimits {
        max_body_bytes: server.max_body_bytes,
        max_unpacked_bytes: server.max_unpacked_bytes,
        max_json_body_bytes: JSON_BYTES.min(server.max_body_bytes),
        spool_memory_bytes: server.spool_memory_bytes as u64,
        request_timeout_seconds: server.request_timeout.as_secs(),
        query_timeout_seconds: words::seconds(edge.work_time()),
        stream_timeout_seconds: server.stream_timeout.as_secs(),
        body_silence_seconds: server.body_silence.as_secs(),
        answer_silence_seconds: server.answer_silence.as_secs(),
        data_inlining_rows: catalog.ducklake().data_inlining_row_limit,
        max_name_characters: server.table_limits.name_characters,
        max_columns: server.table_limits.columns,
        max_json_rows: server.max_json_rows,
        max_type_depth: limits::TYPE_DEPTH,
        max_comment_characters: limits::COMMENT_CHARACTERS,
        max_sql_bytes: limits::SQL_BYTES,
        max_idempotency_key_characters: limits::IDEMPOTENCY_KEY_CHARACTERS,
        max_request_id_characters: limits::REQUEST_ID_CHARACTERS,
        default_page_items: limits::PAGE_DEFAULT,
        max_page_items: limits::PAGE_MAXIMUM,
    }
}

fn engine_limits(engine: &EngineConfig) -> EngineLimits {
    let EngineConfig { memory_bytes, threads, concurrency, queue, .. } = *engine;
    EngineLimits { memory_bytes, threads, concurrency, queue }
}

fn catalog_place(catalog: &CatalogConfig) -> CatalogPlace {
    match catalog {
        CatalogConfig::Sqlite(_) => CatalogPlace::Sqlite,
        CatalogConfig::Postgres(postgres) => CatalogPlace::Postgres {
            host: postgres.host.clone(),
            port: postgres.port,
            database: postgres.database.clone(),
            metadata_schema: postgres.metadata_schema.clone(),
            ssl_mode: postgres.ssl_mode.to_string(),
        },
    }
}

fn storage_place(storage: &StorageConfig) -> StoragePlace {
    match storage {
        StorageConfig::Embedded(embedded) => {
            StoragePlace::Embedded { bucket: embedded.bucket.clone() }
        }
        StorageConfig::S3(s3) => StoragePlace::S3 {
            endpoint: s3.endpoint.clone(),
            secure: s3.secure,
            region: s3.region.clone(),
            bucket: s3.bucket.clone(),
        },
    }
}

fn state_place(store: &StateStore) -> StatePlace {
    match store {
        StateStore::Sqlite(_) => StatePlace::Sqlite,
        StateStore::DynamoDb(table) => StatePlace::DynamoDb {
            table: table.table.clone(),
            endpoint: table.endpoint.clone(),
            region: table.region.clone(),
        },
    }
}
