//! Tells whether a request's body was read to its end when its answer begins. Where it was not, the
//! connection cannot carry another request, and RFC 9112, 9.6 has the answer say so: a client that
//! took it back into its pool would lose the next request to our close.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use http::{HeaderValue, Request, Response, header};
use http_body::{Body, Frame, SizeHint};

/// A body that notes when its end was seen.
pub(crate) struct Watched<B> {
    body: B,
    ended: Arc<AtomicBool>,
}

/// What is known of a request's body after it went to a handler.
pub(crate) struct Unread(Arc<AtomicBool>);

/// The request with its body watched.
pub(crate) fn watch<B: Body>(request: Request<B>) -> (Request<Watched<B>>, Unread) {
    let ended = Arc::new(AtomicBool::new(request.body().is_end_stream()));
    let unread = Unread(ended.clone());
    (request.map(|body| Watched { body, ended }), unread)
}

impl Unread {
    /// Says `Connection: close` in an answer that comes before the request was read.
    pub(crate) fn close<B>(self, response: &mut Response<B>) {
        if !self.0.load(Ordering::Relaxed) {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

impl<B: Body + Unpin> Body for Watched<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() || self.body.is_end_stream() {
            self.ended.store(true, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
