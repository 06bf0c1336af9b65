//! The router under the Lambda runtime: invocations in, buffered or streamed answers out.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use config::{Secret, ServerConfig};
use futures::{Stream, StreamExt};
use lambda_http::{Request, RequestExt, service_fn};
use tower::ServiceExt;

use crate::{front_door, path};

/// How a function answers: decided by the function, since the runtime has one way for all routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// One response, whole: behind the HTTP API.
    Buffered,
    /// As they are made: behind a function URL.
    Streaming,
}

/// Answers invocations until the platform ends the sandbox.
pub(crate) async fn serve(
    router: Router,
    config: &ServerConfig,
    answers: Answers,
) -> anyhow::Result<()> {
    let secrets: Arc<[Secret]> = config.front_door_secrets.clone().into();
    let debug = config.debug;
    let handler = move |request: Request| {
        let (router, secrets) = (router.clone(), secrets.clone());
        async move { Ok::<_, std::convert::Infallible>(answer(request, router, &secrets, debug).await) }
    };
    let ended = match answers {
        Answers::Buffered => lambda_http::run(service_fn(handler)).await,
        Answers::Streaming => {
            let handler = move |request: Request| {
                let answer = handler(request);
                async move { answer.await.map(never_failing) }
            };
            lambda_http::run_with_streaming_response(service_fn(handler)).await
        }
    };
    ended.map_err(|error| anyhow::anyhow!("the Lambda runtime ended: {error}"))
}

async fn answer(request: Request, router: Router, secrets: &[Secret], debug: bool) -> Response {
    let raw_path = request.raw_http_path().to_owned();
    match front_door::check(request.headers(), secrets) {
        Ok(through) => {
            let request = rebuild(request, &raw_path, through);
            match router.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        }
        Err(error) => {
            let id = web::request_id(request.headers());
            front_door::refused(&error, id.as_str(), &raw_path, debug)
        }
    }
}

/// The request as axum would have had it from a socket: the path as the client sent it, the query
/// from the parameters that lambda_http parsed.
fn rebuild(request: Request, raw_path: &str, through: bool) -> http::Request<Body> {
    let path = front_door::sent_path(request.headers(), through, raw_path);
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in request.query_string_parameters_ref().into_iter().flat_map(|q| q.iter()) {
        query.append_pair(name, value);
    }
    let query = query.finish();
    let (mut parts, body) = request.into_parts();
    parts.uri = path::target(&path, (!query.is_empty()).then_some(&query));
    parts.headers.remove(front_door::SECRET);
    parts.headers.remove(front_door::PATH);
    let body = match body {
        lambda_http::Body::Empty => Body::empty(),
        lambda_http::Body::Text(text) => Body::from(text),
        lambda_http::Body::Binary(bytes) => Body::from(bytes),
        // A kind that a later lambda_http may add carries nothing that we know.
        _ => Body::empty(),
    };
    http::Request::from_parts(parts, body)
}

/// The runtime writes the text of a failed body into the body. Ours just ends: the end mark of its
/// format is missing, which is how the client sees it (invariant 4).
fn never_failing(response: Response) -> Response {
    response.map(|body| Body::from_stream(until_failure(body.into_data_stream())))
}

fn until_failure<E: std::fmt::Display>(
    stream: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
) -> impl Stream<Item = Result<Bytes, std::convert::Infallible>> + Send + 'static {
    stream.scan((), |(), piece| {
        let kept = piece.map_err(|error| tracing::error!("the answer was cut: {error}")).ok();
        futures::future::ready(kept.map(Ok))
    })
}

#[cfg(test)]
mod requests_tests;
#[cfg(test)]
mod streams_tests;
