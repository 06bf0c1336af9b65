//! Events of a trigger under the Lambda runtime.

use std::future::Future;

use lambda_http::lambda_runtime::{self, LambdaEvent};
use lambda_http::service_fn;
use serde_json::Value;

/// Gives each event to `handle` until the platform ends the sandbox. What it answers is for whoever invoked
/// the function; an event that it fails at is the platform's to give again.
pub async fn serve_trigger<F>(handle: impl Fn(Value) -> F + Send + Sync) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<Value>> + Send,
{
    let handler = |event: LambdaEvent<Value>| {
        let working = handle(event.payload);
        async move {
            working.await.map_err(|error| {
                tracing::error!("the event failed: {error:#}");
                lambda_http::Error::from(error.to_string())
            })
        }
    };
    let ended = lambda_runtime::run(service_fn(handler)).await;
    ended.map_err(|error| anyhow::anyhow!("the Lambda runtime ended: {error}"))
}
