//! What a path takes: `Allow`, and `OPTIONS`, which every path has though no handler does; `OPTIONS *` asks
//! for all of them.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode, Uri, header};

/// Marks an OPTIONS that is no preflight.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlainOptions;

/// What some path or other takes; `OPTIONS` is added as to any.
const ALL: &str = "GET,HEAD,POST,PUT,PATCH,DELETE";

/// The answer to `OPTIONS *`, which asks for the server as a whole; `None` for any other target.
pub(crate) fn of_the_server(uri: &Uri) -> Option<Response> {
    let whole = uri.path() == "*";
    whole.then(|| (StatusCode::NO_CONTENT, [(header::ALLOW, ALL)]).into_response())
}

/// Around the layer of CORS, which takes every OPTIONS for a preflight and answers it itself: one that
/// asks for no method goes on to the router under the mark alone.
pub(crate) async fn pass_plain(mut request: Request, next: Next) -> Response {
    let is_preflight = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() == Method::OPTIONS && !is_preflight {
        request.extensions_mut().insert(PlainOptions);
        *request.method_mut() = Method::GET;
    }
    next.run(request).await
}

/// Around the router, which says `Allow` by its handlers: OPTIONS belongs to it too.
pub(crate) async fn complete_allow(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let allow = response.headers().get(header::ALLOW).and_then(|value| value.to_str().ok());
    let complete = allow.map(|allow| HeaderValue::from_str(&format!("{allow},OPTIONS")));
    if let Some(Ok(complete)) = complete {
        response.headers_mut().insert(header::ALLOW, complete);
    }
    response
}
