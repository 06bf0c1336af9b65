//! The least of Lambda that a function needs to run: its runtime API, over which this process hands
//! it one event at a time and sees when it asks and answers.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

use crate::place::Place;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);
const ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/// What the function did.
enum Did {
    /// It asked for an event: it is ready.
    Asked(Instant),
    /// It answered, whole.
    Answered(Instant, Bytes),
}

/// A running function.
pub(crate) struct Function<'p> {
    place: &'p Place,
    child: Child,
    api: JoinHandle<()>,
    events: mpsc::Sender<String>,
    did: mpsc::Receiver<Did>,
    /// From its start to its first question for an event.
    pub(crate) init: Duration,
}

struct Api {
    events: Mutex<mpsc::Receiver<String>>,
    did: mpsc::Sender<Did>,
}

impl<'p> Function<'p> {
    /// Starts it and waits until it is ready.
    pub(crate) fn start(
        place: &'p Place,
        name: &str,
        megabytes: u32,
        variables: &[(String, String)],
    ) -> anyhow::Result<Self> {
        let binary = place.binary(name)?;
        let (events, receive) = mpsc::channel(1);
        let (tell, did) = mpsc::channel(4);
        let api = Arc::new(Api { events: Mutex::new(receive), did: tell });
        let listener = place.runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?.to_string();
        let api = place.runtime.spawn(async move {
            // It ends when the task is aborted.
            axum::serve(listener, router(api)).await.ok();
        });
        let started = Instant::now();
        let child = Command::new(binary)
            .env_clear()
            .envs(variables.iter().cloned())
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", megabytes.to_string())
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "bench")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
            .stdin(Stdio::null())
            .spawn()?;
        let mut function = Self { place, child, api, events, did, init: Duration::ZERO };
        let Did::Asked(at) = function.wait()? else { anyhow::bail!("{name} answers unasked") };
        function.init = at - started;
        Ok(function)
    }

    /// Hands it an event; answers how long it took to the end of a good answer.
    pub(crate) fn invoke(&mut self, event: &serde_json::Value) -> anyhow::Result<Duration> {
        let started = Instant::now();
        self.place.runtime.block_on(self.events.send(event.to_string()))?;
        let Did::Answered(at, body) = self.wait()? else { anyhow::bail!("it asks for another") };
        let text = String::from_utf8_lossy(&body);
        ensure!(text.contains(r#""statusCode":20"#), "the function answered {text}");
        let Did::Asked(_) = self.wait()? else { anyhow::bail!("it answers twice") };
        Ok(at - started)
    }

    fn wait(&mut self) -> anyhow::Result<Did> {
        let next = async { tokio::time::timeout(PATIENCE, self.did.recv()).await };
        let next = self.place.runtime.block_on(next);
        next.context("the function does nothing for a minute")?.context("the runtime API ended")
    }
}

impl Drop for Function<'_> {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        self.api.abort();
    }
}

fn router(api: Arc<Api>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(answered))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(answered))
        .route("/2018-06-01/runtime/init/error", post(answered))
        .with_state(api)
}

#[expect(clippy::disallowed_methods, reason = "a runtime API says when an invocation must end")]
async fn next(State(api): State<Arc<Api>>) -> impl IntoResponse {
    api.did.send(Did::Asked(Instant::now())).await.ok();
    let event = api.events.lock().await.recv().await.unwrap_or_default();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let deadline = now.unwrap_or_default() + PATIENCE;
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:bench";
    let headers = [
        ("lambda-runtime-aws-request-id", ID.to_owned()),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        ("lambda-runtime-invoked-function-arn", arn.to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, event)
}

/// Buffered answers and streamed ones alike: the body holds what matters here.
async fn answered(State(api): State<Arc<Api>>, body: Bytes) -> StatusCode {
    api.did.send(Did::Answered(Instant::now(), body)).await.ok();
    StatusCode::ACCEPTED
}
