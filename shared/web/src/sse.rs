//! Server-sent events, as the WHATWG has them
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use bytes::{BufMut, Bytes, BytesMut};
use domain::{Error, Timestamp};
use futures::Stream;
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;
use service::stream::StreamEvent;

use crate::{Failure, ambient};

/// So many milliseconds after its end a client connects anew.
const RETRY: &str = "retry: 1000\n";

/// Where a client was when its last connection broke: `Last-Event-ID`.
#[derive(Debug)]
pub struct LastEventId(Option<String>);

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

impl<S: Sync> FromRequestParts<S> for LastEventId {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let value = parts.headers.get(LAST_EVENT_ID).map(HeaderValue::to_str).transpose();
        value.map(|id| Self(id.map(ToOwned::to_owned))).map_err(|_| invalid_event_id().into())
    }
}

impl LastEventId {
    /// The id of the header, else that of the query, which a client that connects anew sends as it was.
    pub fn or(self, parameter: Option<String>) -> Option<String> {
        self.0.or(parameter).filter(|id| !id.is_empty())
    }
}

/// An id that no event of the stream has.
pub fn invalid_event_id() -> Error {
    let detail = "The last event id is none of this stream's; send the `id` of an event that came by it, or \
                  `earliest`.";
    Error::malformed("INVALID_EVENT_ID", detail).field("last_event_id", "is none of this stream's")
}

/// What a stream begins with: also who is cut before the first event knows where they were.
pub fn opening(id: &str) -> Bytes {
    Bytes::from(format!("{RETRY}id: {id}\n\n"))
}

/// Where the stream is, and nothing else: no event comes of it.
pub fn place(id: &str) -> Bytes {
    under(id, b"\n")
}

/// An event under its id; all but the id is made once for all who get it.
pub fn frame(id: &str, event: &StreamEvent) -> Bytes {
    let rest = event.frame(|event| rest(&event.name, event.at, &event.data));
    under(id, &rest)
}

/// Something that no log has, at this moment: its id is where the stream is.
pub fn passing(id: &str, name: &str, data: &Value) -> Bytes {
    under(id, &rest(name, ambient::now(), data))
}

fn under(id: &str, rest: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(id.len() + rest.len() + 5);
    frame.put_slice(b"id: ");
    frame.put_slice(id.as_bytes());
    frame.put_u8(b'\n');
    frame.put_slice(rest);
    frame.freeze()
}

/// JSON has no line break of its own, so one line holds it.
fn rest(name: &str, at: Timestamp, data: &Value) -> Bytes {
    let micros = at.as_microsecond();
    let (seconds, fraction) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let frame = format!(
        "event: {name}\ndata: {{\"timestamp\":{seconds}.{fraction:06},\"data\":{data}}}\n\n"
    );
    Bytes::from(frame)
}

/// The answer that streams these frames.
pub fn event_stream(
    frames: impl Stream<Item = Result<Bytes, std::convert::Infallible>> + Send + 'static,
) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // nginx holds answers back unless it is told not to.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, Body::from_stream(frames)).into_response()
}

/// The stream is over for good: by this a client stops connecting anew.
pub fn stream_over() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

#[cfg(test)]
mod tests {
    use service::FeedEvent;

    use super::*;

    #[test]
    fn a_frame_has_id_name_and_one_line_of_data() {
        let body = r#"{"event":"job_status","at":"2026-01-31T12:00:00.25Z","data":{"a":"x\ny"}}"#;
        let event = StreamEvent::read(&FeedEvent { number: 7, body: body.to_owned() });
        let framed = frame("7", &event.expect("an event"));
        let expected = "id: 7\nevent: job_status\ndata: {\"timestamp\":1769860800.250000,\
                        \"data\":{\"a\":\"x\\ny\"}}\n\n";
        assert_eq!(std::str::from_utf8(&framed), Ok(expected));
    }
}
