//! A request handed to a query process, and its answer handed back.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use bytes::Bytes;
use domain::{Caller, Code, Error};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri, Version, header};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use web::{Authenticated, Failure, Finished, JsonBytes, RequestContext};

use super::NUMBER;
use super::answer::{Coming, move_wire};
use super::caller;
use super::pool::{Pool, Seat};
use super::process::Ending;

/// Processes that one request may be handed to.
const TRIES: u32 = 2;

/// The routes of `rows`, each of which hands its requests on.
pub(crate) fn router(pool: Arc<Pool>) -> Router {
    let mut router = Router::new();
    for (path, item) in rows::openapi().paths.paths {
        if item.get.is_some() {
            router = router.route(&path, get(forward_get));
        }
        if item.post.is_some() {
            router = router.route(&path, post(forward_post));
        }
    }
    router.with_state(pool)
}

async fn forward_get(
    State(pool): State<Arc<Pool>>,
    Authenticated(caller): Authenticated,
    context: RequestContext,
    head: Parts,
) -> Result<Response, Failure> {
    Ok(forward(&pool, &context, handed_on(head, &caller)?, Bytes::new()).await?)
}

/// The body is waited for here: one that comes slowly takes no place in a process, and one that is whole
/// can be sent again.
async fn forward_post(
    State(pool): State<Arc<Pool>>,
    Authenticated(caller): Authenticated,
    context: RequestContext,
    head: Parts,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Failure> {
    Ok(forward(&pool, &context, handed_on(head, &caller)?, body.unwrap_or_default()).await?)
}

/// With who asks in place of what they said of themselves.
fn handed_on(mut head: Parts, caller: &Caller) -> Result<Parts, Error> {
    head.headers.insert(header::AUTHORIZATION, caller::header(caller)?);
    Ok(head)
}

/// Why there is no answer.
pub(super) enum Lost {
    /// The request is not the reason: it may go to another process.
    Innocent,
    /// It is, or may be.
    Said(Error),
}

async fn forward(
    pool: &Pool,
    context: &RequestContext,
    head: Parts,
    body: Bytes,
) -> Result<Response, Error> {
    let request = |number| request(pool, context, &head, body.clone(), number);
    let (answer, _) = hand_over(pool, request).await?;
    Ok(response(answer))
}

/// Hands a request to a process, and to another if the first one ends of something else. With the answer
/// comes the number that the request was made with.
pub(super) async fn hand_over(
    pool: &Pool,
    request: impl Fn(u64) -> http::Result<Request<Full<Bytes>>>,
) -> Result<(http::Response<Coming>, u64), Error> {
    for _ in 0..TRIES {
        let seat = pool.seat().await.ok_or_else(process_lost)?;
        let number = pool.number();
        let request = request(number).map_err(Error::internal)?;
        match send(request, number, seat).await {
            Ok(answer) => return Ok((answer, number)),
            Err(Lost::Said(error)) => return Err(error),
            Err(Lost::Innocent) => {}
        }
    }
    Err(process_lost())
}

async fn send(
    request: Request<Full<Bytes>>,
    number: u64,
    seat: Seat,
) -> Result<http::Response<Coming>, Lost> {
    let request_id = request.headers().get("x-request-id").cloned();
    let Ok(stream) = UnixStream::connect(&seat.0.socket).await else {
        // It ended before it knew of this request.
        seat.ended().await;
        return Err(Lost::Innocent);
    };
    let (mut sender, wire) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| Lost::Said(Error::internal(error)))?;
    let mut wire = Some(wire);
    let mut sending = pin!(sender.send_request(request));
    let sent = poll_fn(|task| {
        move_wire(&mut wire, task);
        sending.as_mut().poll(task)
    });
    match sent.await {
        Ok(answer) => Ok(answer.map(|body| Coming { body, wire, request_id, seat })),
        Err(error) => {
            let requests = seat.0.requests().load(std::sync::atomic::Ordering::Relaxed);
            tracing::debug!(requests, "no answer of a query process: {error}");
            Err(lost(seat.ended().await, number))
        }
    }
}

/// What is said to a request whose process ended for this reason.
pub(super) fn lost(ending: Option<Ending>, number: u64) -> Lost {
    match ending {
        Some(Ending::Stuck(late)) if late.contains(&number) => Lost::Said(timed_out()),
        Some(Ending::Stuck(_) | Ending::Retired) => Lost::Innocent,
        Some(Ending::TooLarge(1)) => Lost::Said(too_large()),
        // Of several, who can tell; and what crashed one process would crash another.
        Some(Ending::TooLarge(_) | Ending::Lost) | None => Lost::Said(process_lost()),
    }
}

pub(super) fn timed_out() -> Error {
    Error::new(
        Code::Timeout,
        "QUERY_TIMEOUT",
        "The query did not end within its time and was stopped with its process; ask for less.",
    )
}

fn too_large() -> Error {
    Error::invalid(
        "QUERY_TOO_LARGE",
        "The query needs more memory than a process for queries may hold; ask for less at once.",
    )
}

pub(super) fn process_lost() -> Error {
    let mut error = Error::new(
        Code::Unavailable,
        "QUERY_PROCESS_LOST",
        "The process that ran the query ended, perhaps because of another query. Ask again in a moment.",
    );
    error.retry_after = Some(Duration::from_secs(1));
    error
}

/// The request as it came, without what is of its connection alone; and with what the process must know.
fn request(
    pool: &Pool,
    context: &RequestContext,
    head: &Parts,
    body: Bytes,
    number: u64,
) -> http::Result<Request<Full<Bytes>>> {
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::builder()
        .method(&head.method)
        .uri(path.parse::<Uri>()?)
        // Of an answer over HTTP/1.0 no one sees that it is cut: the process must know.
        .version(if head.version == Version::HTTP_10 { head.version } else { Version::HTTP_11 })
        .body(Full::new(body))?;
    let mut headers = end_to_end(&head.headers);
    for name in [header::CONTENT_LENGTH, header::EXPECT, HeaderName::from_static("x-eider-path")] {
        headers.remove(name);
    }
    headers.insert("x-request-id", HeaderValue::from_str(context.id.as_str())?);
    headers.insert("x-eider-front-door", pool.front_door.clone());
    headers.insert(NUMBER, HeaderValue::from(number));
    *request.headers_mut() = headers;
    Ok(request)
}

/// The answer as the process gave it, for the layers of this one.
fn response(answer: http::Response<Coming>) -> Response {
    let (mut head, body) = answer.into_parts();
    head.headers = end_to_end(&head.headers);
    // What is said to pages of other origins is said here.
    let vary: Vec<_> = head.headers.get_all(header::VARY).iter().cloned().collect();
    head.headers.remove(header::VARY);
    for value in vary.into_iter().filter(|value| !value.as_bytes().starts_with(b"origin")) {
        head.headers.append(header::VARY, value);
    }
    head.headers.remove(header::ACCESS_CONTROL_EXPOSE_HEADERS);
    head.version = Version::HTTP_11;
    head.extensions.insert(Finished);
    Response::from_parts(head, Body::new(body))
}

/// Without those that are of one connection alone (RFC 9110, 7.6.1).
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let named = headers.get_all(header::CONNECTION).iter();
    let named = named.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let named: Vec<HeaderName> = named.filter_map(|name| name.trim().parse().ok()).collect();
    let mut left = headers.clone();
    let own = [
        header::CONNECTION,
        HeaderName::from_static("keep-alive"),
        header::PROXY_AUTHENTICATE,
        header::PROXY_AUTHORIZATION,
        HeaderName::from_static("proxy-connection"),
        header::TE,
        header::TRAILER,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
    ];
    for name in named.into_iter().chain(own) {
        left.remove(name);
    }
    left
}

#[cfg(test)]
mod tests;
