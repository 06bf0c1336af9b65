//! The layers around a whole router: request id, log line, time limit, panics, problems.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Extension, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Router, extract::MatchedPath};
use domain::{Code, Error, RequestId};
use futures::FutureExt;
use http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use tracing::Instrument;

use crate::failure::{causes, problem_response};
use crate::options::{PlainOptions, complete_allow, of_the_server, pass_plain};
use crate::packed::packed;
use crate::{Edge, Failure, RequestContext, ambient, cors};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Marks an answer that another process of ours has finished: it has its id, and its line in the log.
#[derive(Debug, Clone, Copy)]
pub struct Finished;

/// How often a request whose body is still coming is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Puts everything around `router` that every route has.
pub fn finish(router: Router, edge: Arc<Edge>) -> Router {
    let cors = cors::layer(&edge.server.cors_allow_origins);
    let finished = router
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn(answer))
        // Around what is said of a panic or of lateness too: a page must be able to read that.
        .layer(cors)
        .layer(from_fn(pass_plain))
        .layer(from_fn_with_state(edge, observe));
    // A router adds `Allow` and takes the body from HEAD after its layers, so this is around it.
    Router::new().fallback_service(finished).layer(from_fn(complete_allow))
}

async fn not_found(options: Option<Extension<PlainOptions>>, uri: Uri) -> Response {
    if let Some(answer) = options.and_then(|_| of_the_server(&uri)) {
        return answer;
    }
    let error = Error::new(
        Code::NotFound,
        "ROUTE_NOT_FOUND",
        format!("There is nothing at {}; GET /openapi.json lists every route.", uri.path()),
    );
    Failure(error).into_response()
}

/// Also what answers OPTIONS: the router adds `Allow` to either.
async fn method_not_allowed(
    options: Option<Extension<PlainOptions>>,
    method: Method,
    uri: Uri,
) -> Response {
    if options.is_some() {
        return StatusCode::NO_CONTENT.into_response();
    }
    let error = Error::new(
        Code::MethodNotAllowed,
        "METHOD_NOT_ALLOWED",
        format!("{method} is not for {}; the Allow header lists what is.", uri.path()),
    );
    Failure(error).into_response()
}

/// The outermost layer: everything that happens to a request is seen here.
async fn observe(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let counted = edge.in_flight.enter();
    let id = request_id(request.headers());
    let context = RequestContext::new(id.clone(), &request, edge.clone());
    request.extensions_mut().insert(context.clone());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().map(|m| m.as_str().to_owned());

    let span = tracing::info_span!("request", request_id = id.as_str());
    let mut response = next.run(request).instrument(span).await;
    let error = response.extensions_mut().remove::<Arc<Error>>();
    if let Some(error) = &error {
        let problem = problem_response(error, id.as_str(), &path, edge.server.debug);
        response = with_headers_of(problem, &response);
    }
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    time(&context, &mut response);
    if response.extensions_mut().remove::<Finished>().is_some() {
        return counted.with(response);
    }
    log(&method, route.as_deref(), &context, &response, error.as_deref());
    counted.with(response)
}

/// The id that the caller gave, else a new one.
pub fn request_id(headers: &http::HeaderMap) -> RequestId {
    let given = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok());
    given.and_then(RequestId::parse).unwrap_or_else(|| ambient::new_id().into())
}

/// The handler's answer, as the client takes it; or what is said of one that panicked or took too long.
async fn answer(request: Request, next: Next) -> Response {
    let context = match RequestContext::of(request.extensions()) {
        Ok(context) => context,
        Err(failure) => return failure.into_response(),
    };
    let handled = async { packed(context.accepted, next.run(request).await).await };
    let handled = AssertUnwindSafe(handled).catch_unwind();
    tokio::select! {
        handled = handled => handled.unwrap_or_else(|panic| panicked(&*panic)),
        () = expired(&context) => Failure(too_late()).into_response(),
    }
}

async fn expired(context: &RequestContext) {
    loop {
        match context.answer_by() {
            Some(at) if Instant::now() >= at => return,
            Some(at) => tokio::time::sleep_until(at.into()).await,
            None => tokio::time::sleep(LOOK).await,
        }
    }
}

fn too_late() -> Error {
    let mut error = Error::new(
        Code::Timeout,
        "REQUEST_TIMEOUT",
        "The answer was not ready in time. A write may still be done: send it again with the same \
         Idempotency-Key to learn how it ended. For longer work send smaller pieces.",
    );
    error.retry_after = Some(Duration::from_secs(1));
    error
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Response {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without text".to_owned());
    Failure(Error::internal(text)).into_response()
}

/// Keeps what a layer below said beside the error, as `Allow` and CORS do.
fn with_headers_of(mut problem: Response, bare: &Response) -> Response {
    for (name, value) in bare.headers() {
        if name != http::header::CONTENT_LENGTH && name != http::header::CONTENT_TYPE {
            problem.headers_mut().append(name, value.clone());
        }
    }
    problem
}

/// What `FEATURE_ENABLE_PERFORMANCE_TRACKING` switches on: a browser shows it beside the request.
fn time(context: &RequestContext, response: &mut Response) {
    if !context.edge.server.features.performance_tracking {
        return;
    }
    let milliseconds = context.started.elapsed().as_secs_f64() * 1000.0;
    if let Ok(value) = HeaderValue::from_str(&format!("total;dur={milliseconds:.3}")) {
        response.headers_mut().insert(SERVER_TIMING, value);
    }
}

/// One line a request. The path itself is data of the caller's: only the route is logged.
fn log(
    method: &Method,
    route: Option<&str>,
    context: &RequestContext,
    response: &Response,
    error: Option<&Error>,
) {
    let status = response.status().as_u16();
    let elapsed_ms = context.started.elapsed().as_millis() as u64;
    let request_id = context.id.as_str();
    let route = route.unwrap_or("-");
    let error_code = error.map_or("-", |error| error.error_code);
    match status {
        500.. => {
            let causes = error.map(|error| causes(error).join(": ")).unwrap_or_default();
            tracing::error!(%method, route, status, elapsed_ms, request_id, error_code, causes, "request");
        }
        // Without causes: these are the caller's words, and the caller was told.
        400.. => {
            tracing::info!(%method, route, status, elapsed_ms, request_id, error_code, "request");
        }
        _ => tracing::info!(%method, route, status, elapsed_ms, request_id, "request"),
    }
}

#[cfg(test)]
mod tests;
