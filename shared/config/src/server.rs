//! Who is served, where, under which limits.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use domain::{TableLimits, limits};

use crate::{FeaturesConfig, QueriesConfig, Secret, features, reader::Reader};

/// How strict the start is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// A laptop or a test: anonymous and embedded are fine.
    Development,
    /// As production, with data that may go.
    Staging,
    /// The real thing.
    Production,
}

/// Where this process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// A process of its own behind a socket.
    Server,
    /// The Lambda runtime, or an emulator of it, with so many bytes of memory.
    Lambda {
        /// The function's memory.
        memory_bytes: u64,
    },
}

/// How much is logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// `LOG_LEVEL`: trace, debug, info, warn or error.
    pub level: String,
}

/// Who is served, where, under which limits.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// `ENVIRONMENT`.
    pub environment: Environment,
    /// Lambda or a process of its own: `AWS_LAMBDA_RUNTIME_API` tells.
    pub platform: Platform,
    /// `LOG_LEVEL`.
    pub log: LogConfig,
    /// `DEBUG`: full error chains in answers.
    pub debug: bool,
    /// `EIDER_LISTEN`: where `eider-server` listens.
    pub listen: SocketAddr,
    /// `EIDER_HOME`: where embedded stores live.
    pub home: PathBuf,
    /// `EIDER_ALLOW_ANONYMOUS`: callers need not say who they are.
    pub allow_anonymous: bool,
    /// `EIDER_FRONT_DOOR_SECRETS`: one of these must come with each request, if there are any.
    pub front_door_secrets: Vec<Secret>,
    /// `CORS_ALLOW_ORIGINS`.
    pub cors_allow_origins: Vec<String>,
    /// `EIDER_MAX_BODY_BYTES`: larger bodies are 413.
    pub max_body_bytes: u64,
    /// `EIDER_MAX_UNPACKED_BYTES`: what a body with a `Content-Encoding` may come to.
    pub max_unpacked_bytes: u64,
    /// `EIDER_MAX_COLUMNS`, `EIDER_MAX_NAME_CHARACTERS`: what new tables and columns keep to.
    pub table_limits: TableLimits,
    /// `EIDER_MAX_JSON_ROWS`: rows of a JSON document, which its reader holds whole.
    pub max_json_rows: u64,
    /// `EIDER_SPOOL_MEMORY_BYTES`: bodies take so much memory together; those with no room left wait in files.
    pub spool_memory_bytes: usize,
    /// `EIDER_REQUEST_TIMEOUT_SECONDS`: from the request's last byte to the answer's first.
    pub request_timeout: Duration,
    /// `EIDER_STREAM_TIMEOUT_SECONDS`: from the request to the last byte of an answer of rows.
    pub stream_timeout: Duration,
    /// `EIDER_BODY_SILENCE_SECONDS`: a client that sends nothing for so long gets 408.
    pub body_silence: Duration,
    /// `EIDER_ANSWER_SILENCE_SECONDS`: a client that takes nothing of its answer for so long is cut off.
    pub answer_silence: Duration,
    /// `EIDER_QUERY_*`: where callers' reads run.
    pub queries: QueriesConfig,
    /// `FEATURE_ENABLE_*`.
    pub features: FeaturesConfig,
}

/// 6 MB of an invocation, less what base64 adds.
const LAMBDA_BODY_BYTES: u64 = 4_500_000;
/// A Parquet body is unpacked into /tmp, which has 512 MB unless told.
const LAMBDA_UNPACKED_BYTES: u64 = 256 << 20;
/// HTTP APIs give up after 30 s; our own answer comes before, and `web` stops the work 1.5 s before that.
const LAMBDA_REQUEST_SECONDS: u64 = 28;

/// 15 minutes of an invocation, less one to end in order.
const LAMBDA_STREAM_SECONDS: u64 = 14 * 60;

/// A gigabyte or so.
const JSON_ROWS: u64 = 10_000_000;

const LEVELS: [&str; 5] = ["trace", "debug", "info", "warn", "error"];

pub(crate) fn read(reader: &mut Reader) -> ServerConfig {
    let environment = read_environment(reader);
    let platform = read_platform(reader);
    let on_lambda = matches!(platform, Platform::Lambda { .. });
    let development = environment == Environment::Development;
    let debug = reader.flag("DEBUG", false);
    if debug && environment == Environment::Production {
        reader.problem("DEBUG", "shows internals in answers; it is refused in production.");
    }
    let body = if on_lambda { LAMBDA_BODY_BYTES } else { 1 << 30 };
    let unpacked = if on_lambda { LAMBDA_UNPACKED_BYTES } else { 4 << 30 };
    let stream = if on_lambda { LAMBDA_STREAM_SECONDS } else { 3600 };
    let timeout = if on_lambda { LAMBDA_REQUEST_SECONDS } else { 300 };
    ServerConfig {
        environment,
        platform,
        log: read_log(reader),
        debug,
        listen: reader.parsed(
            "EIDER_LISTEN",
            SocketAddr::from(([127, 0, 0, 1], 8000)),
            "an address with a port, as in 127.0.0.1:8000",
        ),
        home: reader.text_or("EIDER_HOME", ".eider").into(),
        allow_anonymous: read_anonymous(reader, development),
        front_door_secrets: read_front_door(reader, !development),
        cors_allow_origins: read_origins(reader, development),
        max_body_bytes: reader.parsed("EIDER_MAX_BODY_BYTES", body, "a number of bytes"),
        max_unpacked_bytes: reader.parsed(
            "EIDER_MAX_UNPACKED_BYTES",
            unpacked,
            "a number of bytes",
        ),
        table_limits: TableLimits {
            columns: read_count(reader, "EIDER_MAX_COLUMNS", limits::COLUMNS),
            name_characters: read_count(
                reader,
                "EIDER_MAX_NAME_CHARACTERS",
                limits::NAME_CHARACTERS,
            ),
        },
        max_json_rows: read_json_rows(reader),
        spool_memory_bytes: reader.parsed(
            "EIDER_SPOOL_MEMORY_BYTES",
            64 << 20,
            "a number of bytes",
        ),
        request_timeout: read_seconds(reader, "EIDER_REQUEST_TIMEOUT_SECONDS", timeout),
        stream_timeout: read_seconds(reader, "EIDER_STREAM_TIMEOUT_SECONDS", stream),
        body_silence: read_seconds(reader, "EIDER_BODY_SILENCE_SECONDS", 10),
        answer_silence: read_seconds(reader, "EIDER_ANSWER_SILENCE_SECONDS", 30),
        // Known once the catalog is.
        queries: QueriesConfig::INLINE,
        features: features::read(reader),
    }
}

/// True in development unless set.
fn read_anonymous(reader: &mut Reader, development: bool) -> bool {
    let allowed = reader.flag("EIDER_ALLOW_ANONYMOUS", development);
    if !allowed {
        reader.problem(
            "EIDER_ALLOW_ANONYMOUS",
            "there is no authenticator yet, so every caller is anonymous; set it to true to accept that.",
        );
    }
    allowed
}

fn read_environment(reader: &mut Reader) -> Environment {
    match reader.text_or("ENVIRONMENT", "development").as_str() {
        "development" => Environment::Development,
        "staging" => Environment::Staging,
        "production" => Environment::Production,
        other => {
            let message = format!("`{other}` is none of development, staging, production.");
            reader.problem("ENVIRONMENT", message);
            Environment::Production
        }
    }
}

fn read_platform(reader: &mut Reader) -> Platform {
    if reader.text("AWS_LAMBDA_RUNTIME_API").is_none() {
        return Platform::Server;
    }
    let megabytes: u64 =
        reader.parsed("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", 1024, "a number of megabytes");
    Platform::Lambda { memory_bytes: megabytes << 20 }
}

fn read_log(reader: &mut Reader) -> LogConfig {
    let level = reader.text_or("LOG_LEVEL", "info").to_ascii_lowercase();
    if !LEVELS.contains(&level.as_str()) {
        reader.problem("LOG_LEVEL", format!("`{level}` is none of {}.", LEVELS.join(", ")));
    }
    LogConfig { level }
}

/// Two may be valid at once, so that they can be rotated.
fn read_front_door(reader: &mut Reader, required: bool) -> Vec<Secret> {
    const NAME: &str = "EIDER_FRONT_DOOR_SECRETS";
    let all = reader.secret(NAME);
    let text = all.as_ref().map_or("", Secret::reveal);
    let secrets: Vec<Secret> =
        text.split(',').map(str::trim).filter(|s| !s.is_empty()).map(Secret::new).collect();
    if secrets.len() > 2 {
        reader
            .problem(NAME, "holds more than two secrets; one is in use, one may be on its way in.");
    }
    if secrets.iter().any(|secret| secret.reveal().len() < 16) {
        reader.problem(NAME, "holds a secret of fewer than 16 characters.");
    }
    if required && secrets.is_empty() {
        reader.problem(
            NAME,
            "is not set; outside development each request must prove that it came through the front \
             door: set what that sends in x-eider-front-door.",
        );
    }
    secrets
}

/// In development the usual local origins; elsewhere none unless told.
fn read_origins(reader: &mut Reader, development: bool) -> Vec<String> {
    let local = "http://localhost:3000,http://127.0.0.1:3000,http://localhost:5173";
    let text = reader.text_or("CORS_ALLOW_ORIGINS", if development { local } else { "" });
    let origins = text.split(',').map(str::trim).filter(|origin| !origin.is_empty());
    let origins: Vec<String> = origins.map(ToOwned::to_owned).collect();
    if let Some(odd) = origins.iter().find(|origin| *origin != "*" && !is_origin(origin)) {
        let message = format!("`{odd}` is not an origin, as in https://app.example.com.");
        reader.problem("CORS_ALLOW_ORIGINS", message);
    }
    origins
}

/// Scheme and host, as a browser sends it: what has a path, or a password, is equal to none.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    host.is_some_and(|host| {
        !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic() && !b"/@?#".contains(&b))
    })
}

fn read_json_rows(reader: &mut Reader) -> u64 {
    let rows = reader.parsed("EIDER_MAX_JSON_ROWS", JSON_ROWS, "a number of rows");
    if rows == 0 {
        reader.problem("EIDER_MAX_JSON_ROWS", "is 0; a JSON answer must have room for a row.");
    }
    rows
}

/// 1 to as many as there can be, which is also the default.
fn read_count(reader: &mut Reader, name: &str, most: usize) -> usize {
    let count: usize = reader.parsed(name, most, "a number");
    if !(1..=most).contains(&count) {
        reader.problem(name, format!("is {count}; it must be 1 to {most}."));
    }
    count.clamp(1, most)
}

/// A day: what is longer is a slip, and past some point no clock holds it.
const MOST_SECONDS: u64 = 24 * 60 * 60;

pub(crate) fn read_seconds(reader: &mut Reader, name: &str, default: u64) -> Duration {
    let seconds: u64 = reader.parsed(name, default, "a number of seconds");
    if !(1..=MOST_SECONDS).contains(&seconds) {
        let message = format!("is {seconds}; it must be 1 to {MOST_SECONDS} seconds (a day).");
        reader.problem(name, message);
    }
    Duration::from_secs(seconds.clamp(1, MOST_SECONDS))
}
