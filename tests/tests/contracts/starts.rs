//! A function's log begins with the stores that it uses, as `eider-server` prints them.

use std::io::Write;
use std::sync::{Arc, Mutex};

use config::Config;

/// What was logged, as lines of text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("a lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A configuration of a function, whose servers are nowhere.
pub(crate) fn of_a_function() -> Config {
    let variables = [
        ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1"),
        ("DB_POSTGRES_HOST", "127.0.0.1"),
        ("DB_POSTGRES_DB", "eider"),
        ("DB_POSTGRES_USER", "eider_writer"),
        ("DB_POSTGRES_PASSWORD", "of no database"),
        ("STORAGE_MINIO_ENDPOINT", "127.0.0.1:2"),
        ("STORAGE_MINIO_ACCESS_KEY", "access"),
        ("STORAGE_MINIO_SECRET_KEY", "of no store"),
        ("STATE_DYNAMODB_TABLE", "eider"),
        ("STATE_DYNAMODB_ENDPOINT", "127.0.0.1:3"),
        ("STATE_DYNAMODB_ACCESS_KEY", "access"),
        ("STATE_DYNAMODB_SECRET_KEY", "of no state"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Config::from_variables(variables).expect("a configuration")
}

#[tokio::test]
async fn each_function_says_which_stores_it_uses() {
    let config = of_a_function();
    for name in ["events", "jobs", "rows", "system", "tables"] {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        let listening = tracing::subscriber::set_default(subscriber);
        let composed = match name {
            "events" => events::compose(&config).await,
            "jobs" => jobs::compose(&config).await,
            "rows" => rows::compose(&config).await,
            "system" => system::compose(&config).await,
            _ => tables::compose(&config).await,
        };
        drop(composed.expect("a router"));
        drop(listening);
        let said = String::from_utf8(log.0.lock().expect("a lock").clone()).expect("text");
        assert!(said.contains(&config.to_string()), "{name}: {said}");
        assert!(!said.contains("of no "), "{name}: {said}");
    }
}
