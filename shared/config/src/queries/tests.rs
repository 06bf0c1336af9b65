//! Where queries run follows from what is set, and a process for them is told what it needs alone.

use super::*;
use crate::Problems;

const SERVICES: [(&str, &str); 13] = [
    ("DB_POSTGRES_HOST", "127.0.0.1"),
    ("DB_POSTGRES_DB", "eider"),
    ("DB_POSTGRES_USER", "eider_writer"),
    ("DB_POSTGRES_PASSWORD", "of the writer"),
    ("DB_POSTGRES_READER_USER", "eider_reader"),
    ("DB_POSTGRES_READER_PASSWORD", "of the reader"),
    ("STORAGE_MINIO_ENDPOINT", "127.0.0.1:9000"),
    ("STORAGE_MINIO_ACCESS_KEY", "access"),
    ("STORAGE_MINIO_SECRET_KEY", "of the store"),
    ("STATE_DYNAMODB_TABLE", "eider"),
    ("STATE_DYNAMODB_ENDPOINT", "127.0.0.1:8001"),
    ("STATE_DYNAMODB_ACCESS_KEY", "access"),
    ("STATE_DYNAMODB_SECRET_KEY", "of the state"),
];

const STRICT: [(&str, &str); 3] = [
    ("ENVIRONMENT", "production"),
    ("EIDER_ALLOW_ANONYMOUS", "true"),
    ("EIDER_FRONT_DOOR_SECRETS", "0123456789abcdef"),
];

fn read(parts: &[&[(&str, &str)]]) -> Result<Config, Problems> {
    let variables = parts.iter().flat_map(|part| part.iter());
    Config::from_variables(variables.map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
}

fn isolation(parts: &[&[(&str, &str)]]) -> Isolation {
    read(parts).expect("a configuration").server.queries.isolation
}

fn refused(parts: &[&[(&str, &str)]]) -> Vec<String> {
    read(parts).err().map_or(Vec::new(), |p| p.0.into_iter().map(|p| p.variable).collect())
}

#[test]
fn queries_have_processes_where_it_is_strict_and_the_catalog_is_shared() {
    let process: [_; 1] = [(ISOLATION, "process")];
    let lambda = [("AWS_LAMBDA_RUNTIME_API", "x")];
    assert_eq!(isolation(&[]), Isolation::Inline);
    assert_eq!(isolation(&[&SERVICES]), Isolation::Inline);
    assert_eq!(isolation(&[&SERVICES, &process]), Isolation::Process);
    assert_eq!(isolation(&[&SERVICES, &STRICT]), Isolation::Process);
    assert_eq!(isolation(&[&SERVICES, &STRICT, &[(ISOLATION, "inline")]]), Isolation::Inline);
    assert_eq!(isolation(&[&SERVICES, &lambda, &process]), Isolation::Inline);
    assert_eq!(refused(&[&process]), [ISOLATION], "the embedded catalog has one process");
    assert_eq!(refused(&[&SERVICES, &[(ISOLATION, "thread")]]), [ISOLATION]);
}

#[test]
fn what_a_process_may_hold_is_more_than_duckdb_has_in_it() {
    let process: [_; 1] = [(ISOLATION, "process")];
    for count in ["0", "65", "two"] {
        assert_eq!(refused(&[&SERVICES, &process, &[(PROCESSES, count)]]), [PROCESSES]);
    }
    let little = [(MEMORY, "1342177280")];
    assert_eq!(refused(&[&SERVICES, &process, &little]), [MEMORY]);
    let engine = [("EIDER_ENGINE_MEMORY_BYTES", "134217728")];
    let config = read(&[&SERVICES, &process, &little, &engine]).expect("a configuration");
    assert_eq!(config.server.queries.memory_bytes, 1_342_177_280);
    let config = read(&[&SERVICES, &process]).expect("a configuration");
    assert_eq!(config.server.queries.memory_bytes, (1 << 30) + (512 << 20) + (640 << 20));
}

#[test]
fn a_process_is_told_what_it_needs_and_can_read_it() {
    let process = [(ISOLATION, "process"), (PROCESSES, "3"), ("EIDER_HOME", "h")];
    let queue = [("EIDER_ENGINE_QUEUE", "10")];
    let others = [("PATH", "/bin"), ("EDITOR", "vi"), ("AWS_SECRET_ACCESS_KEY", "of the shell")];
    let migrate = [("DB_POSTGRES_MIGRATE_USER", "m"), ("DB_POSTGRES_MIGRATE_PASSWORD", "of m")];
    let all = [&SERVICES[..], &STRICT, &process, &queue, &others, &migrate].concat();
    let config = read(&[&all]).expect("a configuration");
    let CatalogConfig::Postgres(postgres) = &config.catalog else { panic!("not PostgreSQL") };
    let inherited = all.iter().map(|(name, value)| (name.into(), value.into()));
    let told = config.handed_on(inherited, postgres, &Secret::new("a secret of ours"));
    let told = told.into_iter().map(|(name, value)| {
        (name.into_string().expect("text"), value.into_string().expect("text"))
    });
    let told: BTreeMap<String, String> = told.collect();
    for value in ["of the writer", "of m", "0123456789abcdef", "vi", "of the shell"] {
        assert!(!told.values().any(|told| told == value), "{value}: {told:?}");
    }
    assert_eq!(told["PATH"], "/bin");
    let child = Config::from_variables(told).expect("a configuration");
    assert_eq!(child.server.queries.isolation, Isolation::Inline);
    assert_eq!(child.server.front_door_secrets, [Secret::new("a secret of ours")]);
    assert_eq!((child.engine.memory_bytes, child.engine.concurrency), ((1 << 30) / 3, 2));
    assert_eq!(child.engine.queue, 4, "its share");
    let CatalogConfig::Postgres(postgres) = child.catalog else { panic!("not PostgreSQL") };
    for role in [postgres.reader, postgres.writer] {
        let Password::Plain(password) = role.password else { panic!("an ARN") };
        assert_eq!((role.user.as_str(), password.reveal()), ("eider_reader", "of the reader"));
    }
}
