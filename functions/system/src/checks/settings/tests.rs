//! What is warned of, and what is not.

use super::*;

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

/// The names of the checks that warn of these settings.
fn warned(settings: &[(&str, &str)]) -> Vec<String> {
    let variables = settings.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    let config = Config::from_variables(variables).expect("a configuration");
    let checks = all(&config).into_iter();
    checks.filter(|check| check.status != CheckStatus::Ok).map(|check| check.name).collect()
}

fn services_and(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let kept = SERVICES.into_iter().filter(|(name, _)| !more.iter().any(|(n, _)| n == name));
    kept.chain(more.iter().copied()).collect()
}

#[test]
fn a_laptop_and_services_on_it_are_well() {
    assert_eq!(warned(&[]), [""; 0]);
    assert_eq!(warned(&SERVICES), [""; 0]);
}

#[test]
fn each_setting_that_opens_something_is_warned_of() {
    for (setting, check) in [
        (("CORS_ALLOW_ORIGINS", "*"), "cors"),
        (("EIDER_LISTEN", "0.0.0.0:8000"), "front_door"),
        (("FEATURE_ENABLE_PROMETHEUS_METRICS", "true"), "features"),
        (("FEATURE_ENABLE_S3_ENCRYPTION", "true"), "features"),
    ] {
        assert_eq!(warned(&[setting]), [check], "{setting:?}");
    }
    let door = ("EIDER_FRONT_DOOR_SECRETS", "0123456789abcdef");
    assert_eq!(warned(&[("EIDER_LISTEN", "0.0.0.0:8000"), door]), [""; 0]);
    let lambda = ("AWS_LAMBDA_RUNTIME_API", "x");
    assert_eq!(warned(&services_and(&[lambda])), ["front_door"]);
    assert_eq!(warned(&services_and(&[lambda, door])), [""; 0]);
}

#[test]
fn what_crosses_a_network_in_the_clear_is_warned_of() {
    let elsewhere =
        [("DB_POSTGRES_HOST", "db.example"), ("STORAGE_MINIO_ENDPOINT", "10.0.0.1:9000")];
    assert_eq!(warned(&services_and(&elsewhere)), ["catalog_tls", "storage_tls"]);
    let state = ("STATE_DYNAMODB_ENDPOINT", "10.0.0.1:8000");
    assert_eq!(warned(&services_and(&[state])), ["state_tls"]);
    let [host, endpoint] = elsewhere;
    let secure =
        [host, endpoint, ("DB_POSTGRES_SSLMODE", "require"), ("STORAGE_MINIO_SECURE", "true")];
    assert_eq!(warned(&services_and(&secure)), [""; 0]);
    let near = [("DB_POSTGRES_HOST", "::1"), ("STORAGE_MINIO_ENDPOINT", "[::1]:9000")];
    assert_eq!(warned(&services_and(&near)), [""; 0]);
}

#[test]
fn production_with_anonymous_callers_is_warned_of() {
    let production = [
        ("ENVIRONMENT", "production"),
        ("EIDER_ALLOW_ANONYMOUS", "true"),
        ("EIDER_FRONT_DOOR_SECRETS", "0123456789abcdef"),
    ];
    assert_eq!(warned(&services_and(&production)), ["anonymous_access"]);
    let [_, anonymous, door] = production;
    let staging = [("ENVIRONMENT", "staging"), anonymous, door, ("DEBUG", "true")];
    assert_eq!(warned(&services_and(&staging)), ["anonymous_access", "debug"]);
}
