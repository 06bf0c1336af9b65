//! Opens an instance: options, extensions, secrets, the lake, and then the seal, in this order
//! (FACTS 3, 4).

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use config::{CatalogConfig, PostgresConfig};
use domain::{Error, Result};
use service::S3Credentials;

use super::{Instance, credentials};
use crate::query::Sessions;
use crate::raw::{Connection, Database, Failure, memory};
use crate::settings::{EngineSettings, Purpose, StorageLocation, password};
use crate::sql::{LAKE, METADATA, identifier, literal};
use crate::{answer, error, metadata, values};

/// Opens an instance. Blocks for some hundred milliseconds.
pub(crate) fn open(
    settings: &EngineSettings,
    purpose: Purpose,
    objects: Option<&S3Credentials>,
) -> Result<Instance> {
    // Its own: two instances would write to the same files, whose names they count alike.
    std::fs::create_dir_all(&settings.engine.temporary_dir).map_err(Error::internal)?;
    let scratch = tempfile::Builder::new()
        .prefix("duckdb-")
        .tempdir_in(&settings.engine.temporary_dir)
        .map_err(Error::internal)?;
    let attach = attach_statements(settings, purpose)?;
    let made = || -> Result<Instance, Failure> {
        let options = options(settings, purpose, scratch.path());
        let database = Database::open(&options, Some(scratch))?;
        let connection = Connection::open(&database)?;
        load_extensions(&connection, settings)?;
        // The host's otherwise: the same query must answer the same everywhere.
        connection.execute("SET GLOBAL TimeZone = 'UTC'")?;
        connection.execute("SET GLOBAL Calendar = 'gregorian'")?;
        forget_environment(&connection, settings)?;
        if let Some(objects) = objects {
            credentials::apply(&connection, &settings.storage, objects)?;
        }
        for statement in attach {
            connection.execute(&statement)?;
        }
        seal(&connection, settings, purpose)?;
        // SQLite begins its log anew only while no one reads.
        let sessions = Sessions::new(
            Arc::clone(&database),
            settings.keeps_transactions && !settings.is_sqlite(),
            settings.engine.concurrency as usize,
            metadata::views(settings),
        );
        Ok(Instance {
            database,
            storage: settings.storage.clone(),
            applied: Mutex::new(objects.cloned()),
            sessions,
            generation: 0,
        })
    };
    let mut instance = made().map_err(|failure| refused(failure, settings))?;
    check(&instance, settings, purpose)?;
    if purpose != Purpose::Migrate {
        instance.generation = generation(&instance, settings)?;
    }
    Ok(instance)
}

fn options(
    settings: &EngineSettings,
    purpose: Purpose,
    folder: &Path,
) -> Vec<(&'static str, String)> {
    let engine = &settings.engine;
    let folder = folder.display().to_string();
    let mut options = vec![
        ("autoload_known_extensions", "false".to_owned()),
        ("autoinstall_known_extensions", "false".to_owned()),
        ("allow_unsigned_extensions", "false".to_owned()),
        ("allow_community_extensions", "false".to_owned()),
        ("allow_persistent_secrets", "false".to_owned()),
        ("memory_limit", format!("{}B", engine.memory_bytes)),
        ("threads", engine.threads.to_string()),
        ("temp_directory", folder.clone()),
        // Neither exists on Lambda, and nothing of ours is kept there.
        ("home_directory", folder.clone()),
        ("secret_directory", format!("{folder}/secrets")),
        ("extension_directory", engine.extension_dir.display().to_string()),
        ("custom_user_agent", concat!("eider/", env!("CARGO_PKG_VERSION")).to_owned()),
        ("errors_as_json", "true".to_owned()),
    ];
    if purpose == Purpose::Read {
        options.extend(memory::OPTIONS.map(|(name, value)| (name, value.to_owned())));
    }
    options.retain(|(_, value)| !value.is_empty());
    options
}

/// Only what the lake needs; json, icu and parquet are in the library.
fn load_extensions(connection: &Connection, settings: &EngineSettings) -> Result<(), Failure> {
    let catalog = if settings.is_sqlite() { "sqlite_scanner" } else { "postgres_scanner" };
    let objects = matches!(settings.storage, StorageLocation::S3 { .. }).then_some("httpfs");
    for name in objects.into_iter().chain([catalog, "ducklake"]) {
        let path = settings.engine.extension_dir.join(format!("{name}.duckdb_extension"));
        connection.execute(&format!("LOAD {}", literal(&path.display().to_string())))?;
    }
    Ok(())
}

/// httpfs copies the process's AWS keys into settings that any SELECT can read.
/// GLOBAL: without it only this one connection forgets them, and every later one signs with them.
fn forget_environment(connection: &Connection, settings: &EngineSettings) -> Result<(), Failure> {
    if matches!(settings.storage, StorageLocation::Local(_)) {
        return Ok(());
    }
    for setting in ["s3_access_key_id", "s3_secret_access_key", "s3_session_token"] {
        connection.execute(&format!("RESET GLOBAL {setting}"))?;
    }
    // Without a secret for a path a request goes unsigned, not signed with the environment's keys.
    connection.execute("SET GLOBAL enable_global_s3_configuration = false")?;
    connection.execute("SET GLOBAL http_timeout = 30").map(drop)
}

/// The secrets of the catalog and the ATTACH.
fn attach_statements(settings: &EngineSettings, purpose: Purpose) -> Result<Vec<String>> {
    let ducklake = settings.ducklake();
    let data_path = literal(&settings.storage.data_path());
    let mut attach = match purpose {
        Purpose::Read => vec!["READ_ONLY".to_owned(), "CREATE_IF_NOT_EXISTS false".to_owned()],
        Purpose::Write => vec!["CREATE_IF_NOT_EXISTS false".to_owned()],
        Purpose::Migrate => vec![
            "CREATE_IF_NOT_EXISTS true".to_owned(),
            format!("ENCRYPTED {}", ducklake.encrypted),
        ],
    };
    match &settings.catalog {
        CatalogConfig::Sqlite(sqlite) => {
            let source = literal(&format!("ducklake:sqlite:{}", sqlite.path.display()));
            attach.push(format!("DATA_PATH {data_path}"));
            Ok(vec![format!("ATTACH {source} AS {LAKE} ({})", attach.join(", "))])
        }
        CatalogConfig::Postgres(postgres) => {
            let mut statements = postgres_secrets(settings, postgres, purpose)?;
            statements.push(format!(
                "SET GLOBAL pg_pool_max_connections = {}",
                settings.engine.postgres_connections
            ));
            statements
                .push(format!("ATTACH 'ducklake:eider_lake' AS {LAKE} ({})", attach.join(", ")));
            Ok(statements)
        }
    }
}

/// By secrets, so that `duckdb_databases()` shows no password.
fn postgres_secrets(
    settings: &EngineSettings,
    postgres: &PostgresConfig,
    purpose: Purpose,
) -> Result<Vec<String>> {
    let role = purpose.role(postgres);
    let timeout = settings.ducklake().connection_timeout.as_secs().max(1);
    // A sandbox that is frozen in the middle must not hold its transaction, nor what waits for it.
    let time = if purpose == Purpose::Read { settings.time.read } else { settings.time.write };
    let idle = (time + Duration::from_secs(30)).as_millis();
    let catalog = format!(
        "CREATE SECRET eider_catalog (TYPE postgres, HOST {}, PORT {}, DATABASE {}, USER {}, PASSWORD {})",
        literal(&postgres.host),
        postgres.port,
        literal(&postgres.database),
        literal(&role.user),
        literal(password(role)?),
    );
    let lake = format!(
        "CREATE SECRET eider_lake (TYPE ducklake, METADATA_PATH {}, METADATA_SCHEMA {}, DATA_PATH {}, \
         METADATA_PARAMETERS MAP {{'TYPE': 'postgres', 'SECRET': 'eider_catalog'}})",
        literal(&format!(
            "connect_timeout={timeout} sslmode={} application_name=eider \
             options='-c idle_in_transaction_session_timeout={idle}'",
            postgres.ssl_mode
        )),
        literal(&postgres.metadata_schema),
        literal(&settings.storage.data_path()),
    );
    Ok(vec![catalog, lake])
}

/// From here on nothing can be configured, and no file be opened but the lake's (and, where we
/// write, spooled bodies).
fn seal(
    connection: &Connection,
    settings: &EngineSettings,
    purpose: Purpose,
) -> Result<(), Failure> {
    if purpose != Purpose::Read {
        // Many writers on one catalog: patient, in short steps (FACTS 5, 11).
        connection.execute("SET GLOBAL ducklake_max_retry_count = 20")?;
        connection.execute("SET GLOBAL ducklake_retry_wait_ms = 20")?;
        connection.execute("SET GLOBAL ducklake_retry_backoff = 1.3")?;
        // Not in ATTACH, which an attempt could not overrule; as set_option it crashes once the lake holds a
        // view (FACTS 5).
        let rows = settings.ducklake().data_inlining_row_limit;
        connection
            .execute(&format!("SET GLOBAL ducklake_default_data_inlining_row_limit = {rows}"))?;
    }
    // What a connection of ours may still choose: see `query::run`, `write::attempt` and `write::inlining`.
    // No caller can: what is no SELECT does not pass the guard.
    let choices = match purpose {
        Purpose::Read => "'streaming_buffer_size'",
        Purpose::Write => "'ducklake_max_retry_count', 'ducklake_default_data_inlining_row_limit'",
        Purpose::Migrate => "",
    };
    connection.execute(&format!("SET GLOBAL allowed_configs = [{choices}]"))?;
    if purpose == Purpose::Write {
        // In memory, for the clean-up after a failed append.
        let kind = literal(settings.storage.log_type());
        connection.execute(&format!("CALL enable_logging({kind}, storage => 'memory')"))?;
    }
    let mut folders = vec![literal(&settings.storage.data_path())];
    if purpose == Purpose::Write {
        folders.push(literal(&settings.spool_dir()));
    }
    connection.execute(&format!("SET GLOBAL allowed_directories = [{}]", folders.join(", ")))?;
    connection.execute("SET GLOBAL enable_external_access = false")?;
    connection.execute("SET GLOBAL lock_configuration = true").map(drop)
}

/// DuckLake itself refuses an ENCRYPTED that is not the lake's; only a migration says it.
fn refused(failure: Failure, settings: &EngineSettings) -> Error {
    if failure.says("Failed to set encryption") {
        return answer::other_encryption(settings.ducklake().encrypted).because(failure);
    }
    error::opening(failure)
}

/// What the catalog is must be what this build and its configuration are made for.
fn check(instance: &Instance, settings: &EngineSettings, purpose: Purpose) -> Result<()> {
    let home = format!("{METADATA}.{}", identifier(settings.metadata_schema()));
    let value = |key: &str| {
        format!(
            "(SELECT value FROM {home}.ducklake_metadata WHERE key = '{key}' AND scope IS NULL)"
        )
    };
    // A migration makes the other table only after this.
    let migration = match purpose {
        Purpose::Migrate => "NULL::VARCHAR".to_owned(),
        _ => format!("(SELECT max(number)::VARCHAR FROM {home}.eider_migration)"),
    };
    let sql = format!("SELECT {}, {}, {migration}", value("encrypted"), value("version"));
    let connection = instance.connect().map_err(error::opening)?;
    let rows = values::texts(&connection, &sql).map_err(error::opening)?;
    let [encrypted, format, migration] = rows.first().map(Vec::as_slice).unwrap_or_default() else {
        return Err(Error::internal("the catalog's version is not one row of three values"));
    };
    if purpose != Purpose::Migrate {
        let migration = migration.as_deref().and_then(|number| number.parse().ok());
        catalog::check_version(migration, format.as_deref())?;
    }
    let wanted = settings.ducklake().encrypted;
    if encrypted.as_deref() != Some(&wanted.to_string()) {
        return Err(answer::other_encryption(wanted));
    }
    Ok(())
}

/// How often the lake's clients were told to connect anew.
fn generation(instance: &Instance, settings: &EngineSettings) -> Result<u64> {
    let home = format!("{METADATA}.{}", identifier(settings.metadata_schema()));
    let sql = format!("SELECT max(generation)::BIGINT FROM {home}.eider_generation");
    let connection = instance.connect().map_err(error::opening)?;
    let generation = values::number(&connection, &sql).map_err(error::opening)?;
    Ok(generation.and_then(|number| u64::try_from(number).ok()).unwrap_or_default())
}
