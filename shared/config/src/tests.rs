//! Each sentence of `.env.example` that a start must hold.

use super::*;

fn read(variables: &[(&str, &str)]) -> Result<Config, Problems> {
    Config::from_variables(variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
}

/// The names of the variables that were refused.
fn refused(variables: &[(&str, &str)]) -> Vec<String> {
    read(variables).err().map_or(Vec::new(), |p| p.0.into_iter().map(|p| p.variable).collect())
}

const SERVICES: [(&str, &str); 9] = [
    ("DB_POSTGRES_HOST", "127.0.0.1"),
    ("DB_POSTGRES_DB", "eider"),
    ("DB_POSTGRES_USER", "eider_writer"),
    ("DB_POSTGRES_PASSWORD", "a long secret"),
    ("STORAGE_MINIO_ENDPOINT", "127.0.0.1:9000"),
    ("STORAGE_MINIO_ACCESS_KEY", "access"),
    ("STORAGE_MINIO_SECRET_KEY", "another long secret"),
    ("STATE_DYNAMODB_TABLE", "eider"),
    ("STATE_DYNAMODB_ENDPOINT", "127.0.0.1:8001"),
];

fn services_and(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    SERVICES.iter().chain(more).copied().collect()
}

#[test]
fn nothing_set_is_the_embedded_server_of_a_laptop() {
    let config = read(&[]).expect("a configuration");
    assert!(matches!(config.catalog, CatalogConfig::Sqlite(_)));
    assert!(matches!(config.storage, StorageConfig::Embedded(_)));
    assert!(matches!(config.state, StateStore::Sqlite(_)));
    assert_eq!(config.events.retention.as_secs(), 7 * 86_400);
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(refused(&[("EIDER_ALLOW_ANONYMOUS", "false")]), ["EIDER_ALLOW_ANONYMOUS"]);
}

#[test]
fn what_is_set_chooses_the_stores() {
    let config = read(&SERVICES).expect("a configuration");
    let CatalogConfig::Postgres(postgres) = config.catalog else { panic!("not PostgreSQL") };
    assert_eq!(postgres.reader.user, "eider_writer");
    assert_eq!(postgres.port, 5432);
    assert!(matches!(config.storage, StorageConfig::S3(_)));
    let StateStore::DynamoDb(state) = config.state else { panic!("not DynamoDB") };
    assert_eq!((&*state.table, &*state.region), ("eider", "us-east-1"));
}

#[test]
fn half_a_configuration_is_refused() {
    assert_eq!(refused(&[("DB_POSTGRES_USER", "x")]), ["DB_POSTGRES_USER"]);
    let state = "STATE_DYNAMODB_TABLE";
    assert_eq!(refused(&SERVICES[..4]), [state, "STORAGE_MINIO_ENDPOINT"]);
    assert_eq!(refused(&SERVICES[..6]), ["STORAGE_MINIO_SECRET_KEY", state]);
    assert_eq!(refused(&SERVICES[..7]), [state], "a shared catalog has a shared state");
    assert_eq!(refused(&SERVICES[8..]), ["STATE_DYNAMODB_ENDPOINT"]);
    assert_eq!(refused(&SERVICES[7..8]), ["AWS_REGION"]);
    let half = ("STATE_DYNAMODB_ACCESS_KEY", "access");
    assert_eq!(refused(&services_and(&[half])), ["STATE_DYNAMODB_SECRET_KEY"]);
    let no_password: Vec<_> =
        SERVICES.into_iter().filter(|(name, _)| *name != "DB_POSTGRES_PASSWORD").collect();
    assert_eq!(refused(&no_password), ["DB_POSTGRES_PASSWORD"]);
}

#[test]
fn a_password_without_its_role_is_refused() {
    for role in ["READER", "MIGRATE"] {
        let password = format!("DB_POSTGRES_{role}_PASSWORD");
        let mut alone = SERVICES.to_vec();
        alone.push((&password, "a third secret"));
        assert_eq!(refused(&alone), [password.as_str()]);
    }
    let reads_only = [
        ("DB_POSTGRES_READER_USER", "eider_reader"),
        ("DB_POSTGRES_READER_PASSWORD", "a third secret"),
    ];
    let mut no_user = services_and(&reads_only);
    no_user.retain(|(name, _)| *name != "DB_POSTGRES_USER");
    assert_eq!(refused(&no_user), ["DB_POSTGRES_PASSWORD"]);
}

#[test]
fn a_password_beside_the_arn_in_its_place_is_refused() {
    let arn = ("DB_POSTGRES_PASSWORD_SECRET_ARN", "arn:one");
    let reader = [
        ("DB_POSTGRES_READER_USER", "eider_reader"),
        ("DB_POSTGRES_READER_PASSWORD", "a third secret"),
    ];
    assert_eq!(refused(&services_and(&[arn])), [arn.0]);
    assert_eq!(refused(&services_and(&[arn, reader[0]])), [arn.0]);
    let mut secret = services_and(&[arn, reader[0], reader[1]]);
    secret.retain(|(name, _)| *name != "DB_POSTGRES_PASSWORD");
    assert_eq!(refused(&secret), [""; 0], "the writer's is the secret, the reader has its own");
    secret.retain(|(name, _)| *name != "DB_POSTGRES_USER");
    assert_eq!(refused(&secret), [arn.0], "nobody would read it");
}

#[test]
fn unknown_and_unreadable_values_are_refused_all_at_once_by_name() {
    let names = refused(&[
        ("EIDER_LISTEN", "8000"),
        ("EIDER_LISTNE", "127.0.0.1:1"),
        ("LOG_LEVEL", "loud"),
        ("EIDER_MAX_BODY_BYTES", "1 GB"),
        ("EIDER_MAX_COLUMNS", "1001"),
        ("EIDER_MAX_NAME_CHARACTERS", "0"),
        ("EIDER_MAX_JSON_ROWS", "0"),
        ("EVENTS_RETENTION_DAYS", "366"),
        ("STATE_DYNAMODB_TABLE", "a table"),
        ("DB_DUCKLAKE_ENCRYPTED", "maybe"),
        ("STORAGE_DEFAULT_BUCKET", "No Bucket"),
        ("ENVIRONMENT", "prod"),
    ]);
    for name in [
        "EIDER_LISTEN",
        "EIDER_LISTNE",
        "LOG_LEVEL",
        "EIDER_MAX_BODY_BYTES",
        "EIDER_MAX_COLUMNS",
        "EIDER_MAX_NAME_CHARACTERS",
        "EIDER_MAX_JSON_ROWS",
        "EVENTS_RETENTION_DAYS",
        "STATE_DYNAMODB_TABLE",
        "DB_DUCKLAKE_ENCRYPTED",
        "STORAGE_DEFAULT_BUCKET",
        "ENVIRONMENT",
    ] {
        assert!(names.iter().any(|n| n == name), "{name} in {names:?}");
    }
}

#[test]
fn production_is_strict() {
    let production = [("ENVIRONMENT", "production"), STRICT[0], STRICT[1]];
    assert_eq!(
        refused(&production),
        ["DB_POSTGRES_HOST", "STORAGE_MINIO_ENDPOINT", "STATE_DYNAMODB_TABLE"]
    );
    assert_eq!(refused(&services_and(&production)), [""; 0]);
    let [environment, anonymous, front_door] = production;
    let debug = ("DEBUG", "true");
    assert_eq!(refused(&services_and(&[environment, anonymous, front_door, debug])), ["DEBUG"]);
    let mut weak = services_and(&production);
    weak[3].1 = "postgres";
    weak[5].1 = "minioadmin";
    weak.extend([
        ("DB_POSTGRES_MIGRATE_USER", "eider_migrate"),
        ("DB_POSTGRES_MIGRATE_PASSWORD", "ducklake"),
    ]);
    assert_eq!(
        refused(&weak),
        ["DB_POSTGRES_PASSWORD", "DB_POSTGRES_MIGRATE_PASSWORD", "STORAGE_MINIO_ACCESS_KEY"]
    );
}

/// What staging and production want said.
const STRICT: [(&str, &str); 2] =
    [("EIDER_ALLOW_ANONYMOUS", "true"), ("EIDER_FRONT_DOOR_SECRETS", "0123456789abcdef")];

/// What is said of the object store where none is named.
fn said_of_storage(variables: &[(&str, &str)]) -> Vec<String> {
    let problems = read(variables).err().map_or(Vec::new(), |problems| problems.0);
    let of_storage = problems.into_iter().filter(|p| p.variable == "STORAGE_MINIO_ENDPOINT");
    of_storage.map(|problem| problem.message).collect()
}

#[test]
fn a_missing_object_store_is_told_by_all_that_s3_itself_needs() {
    let production = [("ENVIRONMENT", "production"), STRICT[0], STRICT[1]];
    for variables in [&production[..], &SERVICES[..4]] {
        let said = said_of_storage(variables).join(" ");
        assert!(said.contains("AWS_REGION and STORAGE_DEFAULT_BUCKET"), "{said}");
    }
    let region = ("AWS_REGION", "eu-central-1");
    let alone: Vec<_> = SERVICES[..4].iter().copied().chain([region]).collect();
    assert_eq!(said_of_storage(&alone).len(), 1, "a region alone is not S3");
    let mut both = [&alone[..], &SERVICES[7..]].concat();
    both.push(("STORAGE_DEFAULT_BUCKET", "lake"));
    assert!(matches!(read(&both).expect("a configuration").storage, StorageConfig::S3(_)));
}

#[test]
fn only_development_has_anonymous_callers_and_no_front_door_unless_told() {
    let lambda = [("AWS_LAMBDA_RUNTIME_API", "x")];
    for ways in [&lambda[..], &[]] {
        for environment in ["staging", "production"] {
            let mut set = services_and(ways);
            set.push(("ENVIRONMENT", environment));
            assert_eq!(refused(&set), STRICT.map(|(name, _)| name));
            set.push(STRICT[0]);
            assert_eq!(refused(&set), [STRICT[1].0]);
            set.push(STRICT[1]);
            assert_eq!(refused(&set), [""; 0]);
        }
    }
}

#[test]
fn a_function_refuses_embedded_stores_and_knows_the_platforms_limits() {
    let lambda = [("AWS_LAMBDA_RUNTIME_API", "x"), ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "2048")];
    assert_eq!(
        refused(&lambda),
        ["DB_POSTGRES_HOST", "STORAGE_MINIO_ENDPOINT", "STATE_DYNAMODB_TABLE"]
    );
    let config = read(&services_and(&lambda)).expect("a configuration");
    assert_eq!(config.server.max_body_bytes, 4_500_000);
    assert_eq!(config.events.max_connection.as_secs(), 300);
    let long = ("EVENTS_MAX_CONNECTION_SECONDS", "841");
    assert_eq!(refused(&services_and(&[lambda[0], long])), [long.0]);
    assert_eq!(refused(&services_and(&[long])), [""; 0]);
    assert_eq!(config.engine.memory_bytes, 1 << 30);
}

#[test]
fn a_secret_cannot_be_printed() {
    let config = read(&services_and(&[("EIDER_FRONT_DOOR_SECRETS", "0123456789abcdef")]));
    let printed = format!("{config:?}");
    for secret in ["a long secret", "another long secret", "0123456789abcdef"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[test]
fn the_stores_are_told_in_one_line_without_secrets() {
    let said = |variables: &[(&str, &str)]| read(variables).expect("a configuration").to_string();
    let embedded = "catalog: SQLite in h/catalog.sqlite; objects: embedded in h/objects; state: SQLite in \
                    h/state.sqlite";
    assert_eq!(said(&[("EIDER_HOME", "h")]), embedded);
    let services = "catalog: PostgreSQL at 127.0.0.1:5432; objects: bucket eider at 127.0.0.1:9000; state: \
                    table eider at 127.0.0.1:8001";
    assert_eq!(said(&SERVICES), services);
    let aws = [("AWS_REGION", "eu-central-1"), ("STORAGE_DEFAULT_BUCKET", "lake")];
    let aws: Vec<_> = SERVICES[..4].iter().chain(&SERVICES[7..8]).chain(&aws).copied().collect();
    let places = "objects: bucket lake of S3 in eu-central-1; state: table eider of DynamoDB in eu-central-1";
    assert!(said(&aws).ends_with(places), "{}", said(&aws));
}

#[test]
fn a_time_that_no_clock_holds_is_refused_by_name() {
    let times = [
        "EIDER_REQUEST_TIMEOUT_SECONDS",
        "EIDER_STREAM_TIMEOUT_SECONDS",
        "EIDER_BODY_SILENCE_SECONDS",
        "DB_DUCKLAKE_CONNECTION_TIMEOUT",
    ];
    for name in times {
        for seconds in ["0", "86401", "10000000000000000000", "99999999999999999999"] {
            assert_eq!(refused(&[(name, seconds)]), [name], "{seconds}");
        }
        assert_eq!(refused(&[(name, "86400")]), [""; 0]);
    }
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_utf_8_is_refused_where_it_is_ours_and_ignored_elsewhere() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    let broken = || OsString::from_vec(vec![b'a', 0xff]);
    let others = [("OTHER".into(), broken()), (broken(), "x".into()), (broken(), broken())];
    assert!(Config::read(Reader::of_the_system(others)).is_ok());
    let ours = ["STORAGE_DEFAULT_BUCKET", "EIDER_HOME", "EIDER_HOUSE"];
    let set = ours.map(|name| (name.into(), broken()));
    let problems = Config::read(Reader::of_the_system(set)).expect_err("a refusal").0;
    for name in ours {
        assert!(problems.iter().any(|problem| problem.variable == name), "{name}: {problems:?}");
    }
}

#[test]
fn a_connection_is_encrypted_where_others_may_listen() {
    let mode = |more: &[(&'static str, &'static str)]| match read(&services_and(more))
        .expect("a configuration")
        .catalog
    {
        CatalogConfig::Postgres(postgres) => postgres.ssl_mode,
        CatalogConfig::Sqlite(_) => panic!("not PostgreSQL"),
    };
    assert_eq!(mode(&[]), SslMode::Prefer);
    for environment in ["staging", "production"] {
        let strict = [("ENVIRONMENT", environment), STRICT[0], STRICT[1]];
        assert_eq!(mode(&strict), SslMode::Require);
        let [environment, anonymous, front_door] = strict;
        let prefer = ("DB_POSTGRES_SSLMODE", "prefer");
        assert_eq!(mode(&[environment, anonymous, front_door, prefer]), SslMode::Prefer);
    }
    for known in SslMode::ALL {
        assert_eq!(mode(&[("DB_POSTGRES_SSLMODE", known.as_str())]), known);
    }
    for odd in ["on", "Require", "verify_full", "allow"] {
        assert_eq!(
            refused(&services_and(&[("DB_POSTGRES_SSLMODE", odd)])),
            ["DB_POSTGRES_SSLMODE"]
        );
    }
    assert_eq!(refused(&[("DB_POSTGRES_SSLMODE", "require")]), ["DB_POSTGRES_SSLMODE"]);
}

#[test]
fn a_feature_is_off_until_it_is_asked_for_in_so_many_words() {
    let off = read(&[]).expect("a configuration").server.features;
    assert!(!off.memory_monitoring && !off.performance_tracking);
    assert!(!off.prometheus_metrics && !off.s3_encryption);
    let on = read(&[("FEATURE_ENABLE_PERFORMANCE_TRACKING", "TRUE")]).expect("a configuration");
    assert!(on.server.features.performance_tracking);
    for name in ["MEMORY_MONITORING", "PERFORMANCE_TRACKING", "PROMETHEUS_METRICS", "S3_ENCRYPTION"]
    {
        let name = format!("FEATURE_ENABLE_{name}");
        assert_eq!(refused(&[(&name, "enabled")]), [name.as_str()]);
    }
}

#[test]
fn whether_a_secret_is_set_is_known_without_it() {
    let secrets = read(&SERVICES).expect("a configuration").secrets;
    assert!(secrets["DB_POSTGRES_PASSWORD"] && secrets["STORAGE_MINIO_SECRET_KEY"]);
    assert!(!secrets["DB_POSTGRES_PASSWORD_SECRET_ARN"] && !secrets["EIDER_FRONT_DOOR_SECRETS"]);
    let door = read(&[("EIDER_FRONT_DOOR_SECRETS", "0123456789abcdef")]).expect("a configuration");
    assert!(door.secrets["EIDER_FRONT_DOOR_SECRETS"]);
}

#[test]
fn a_place_with_a_password_in_it_is_refused_since_places_are_shown() {
    let origins = ["https://me:secret@app.example", "https://app.example/", "https://", "http://ä"];
    for origin in origins {
        assert_eq!(refused(&[("CORS_ALLOW_ORIGINS", origin)]), ["CORS_ALLOW_ORIGINS"], "{origin}");
    }
    for (at, odd) in [
        (0, "me:secret@db"),
        (4, "me:secret@store:9000"),
        (4, "http://store:9000"),
        (8, "http://state:8000"),
    ] {
        let mut services = SERVICES;
        services[at].1 = odd;
        assert_eq!(refused(&services), [SERVICES[at].0], "{odd}");
    }
}
