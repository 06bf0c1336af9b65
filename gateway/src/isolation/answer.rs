//! An answer on its way from a query process to the client.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use domain::Error;
use http::HeaderValue;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::Connection;
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;

use super::pool::Seat;
use super::proxy::{self, Lost};

/// The connection to a process. It moves only while it is polled; with it the process sees its client go.
pub(super) type Wire = Connection<TokioIo<UnixStream>, Full<Bytes>>;

/// The body of an answer, with the connection that it comes by and the place that it takes.
pub(super) struct Coming {
    pub(super) body: Incoming,
    /// Until it has ended.
    pub(super) wire: Option<Wire>,
    pub(super) request_id: Option<HeaderValue>,
    pub(super) seat: Seat,
}

impl Coming {
    /// Why it broke off.
    pub(super) async fn broken(&self, number: u64) -> Error {
        match proxy::lost(self.seat.ended().await, number) {
            Lost::Said(error) => error,
            // It had begun, so no other process can go on with it.
            Lost::Innocent => proxy::process_lost(),
        }
    }
}

impl Body for Coming {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = &mut *self;
        move_wire(&mut this.wire, context);
        let frame = Pin::new(&mut this.body).poll_frame(context);
        if let Poll::Ready(Some(Err(_))) = &frame {
            tracing::warn!(request_id = ?this.request_id, "an answer breaks off with its process or its query");
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Lets the connection work. How it ends, the body or the answer to the request tell too.
pub(super) fn move_wire(wire: &mut Option<Wire>, context: &mut Context<'_>) {
    if let Some(moving) = wire
        && Pin::new(moving).poll(context).is_ready()
    {
        *wire = None;
    }
}
