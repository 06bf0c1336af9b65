//! Request bodies: spooled, limited, and not waited for forever.

use axum::extract::{FromRequest, Request};
use domain::{Code, Error, Result};
use formats::compression::Compression;
use http::{HeaderMap, header};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use service::Spool;

use crate::{Failure, Json, RequestContext};

/// A body of rows that is not received yet, and what its head says of it: what can be refused by that
/// is refused before the client has sent it all.
pub struct IncomingBody {
    /// The `Content-Type`, without parameters, in lower case; empty where there was none.
    pub media_type: String,
    /// What `Content-Encoding` says it is packed with.
    pub compression: Option<Compression>,
    body: axum::body::Body,
    context: RequestContext,
}

impl<S: Sync> FromRequest<S> for IncomingBody {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let context = RequestContext::of(request.extensions())?;
        let media_type = media_type(request.headers());
        let compression = compression(request.headers())?;
        Ok(Self { media_type, compression, body: request.into_body(), context })
    }
}

impl IncomingBody {
    /// Receives it whole; with the digest that a write under a key needs.
    pub async fn receive(self, digest: bool) -> Result<Spool> {
        let server = &self.context.edge.server;
        let limits = Limits {
            bytes: server.max_body_bytes,
            digest,
            instead: "Send it in several appends, each with an Idempotency-Key of its own.",
        };
        receive(self.body, &self.context, limits).await
    }

    /// Receives it and reads it as JSON.
    pub async fn json<T: DeserializeOwned>(self) -> Result<Json<T>> {
        if let Some(packed) = self.compression {
            return Err(unsupported(&format!(
                "A JSON body is not taken with {}; send it as it is.",
                packed.content_encoding()
            )));
        }
        Json::receive(self.body, &self.context).await
    }
}

/// How much of a body is taken.
pub(crate) struct Limits {
    /// Bytes at most.
    pub(crate) bytes: u64,
    /// Whether its digest is needed.
    pub(crate) digest: bool,
    /// What to do with a larger one.
    pub(crate) instead: &'static str,
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// One packing at most; a body packed otherwise would be taken for what it is not.
fn compression(headers: &HeaderMap) -> Result<Option<Compression>> {
    let mut given = headers.get_all(header::CONTENT_ENCODING).iter();
    let (Some(value), None) = (given.next(), given.next()) else {
        let several = headers.contains_key(header::CONTENT_ENCODING);
        return if several { Err(unsupported(ENCODINGS)) } else { Ok(None) };
    };
    match value.to_str().map(str::trim) {
        Ok(name) if name.eq_ignore_ascii_case("identity") => Ok(None),
        Ok(name) => {
            Compression::from_content_encoding(name).map(Some).ok_or_else(|| unsupported(ENCODINGS))
        }
        Err(_) => Err(unsupported(ENCODINGS)),
    }
}

const ENCODINGS: &str =
    "Content-Encoding may be gzip or zstd, once; send the body so, or as it is.";

fn unsupported(detail: &str) -> Error {
    Error::new(Code::UnsupportedMedia, "UNSUPPORTED_CONTENT_ENCODING", detail)
}

/// Reads to the end, never waiting longer than the silence allowed.
pub(crate) async fn receive(
    mut body: axum::body::Body,
    context: &RequestContext,
    limits: Limits,
) -> Result<Spool> {
    let server = &context.edge.server;
    let announced = http_body::Body::size_hint(&body).exact();
    if announced.is_some_and(|bytes| bytes > limits.bytes) {
        return Err(too_large(&limits));
    }
    context.pause();
    let mut writer = context.edge.spools.begin(announced, limits.digest)?;
    loop {
        let frame = tokio::time::timeout(server.body_silence, body.frame())
            .await
            .map_err(|_| silent(server.body_silence.as_secs(), writer.length()))?;
        let Some(frame) = frame else { break };
        let frame = frame.map_err(|error| cut_short(writer.length(), error))?;
        if let Ok(piece) = frame.into_data() {
            if writer.length() + piece.len() as u64 > limits.bytes {
                return Err(too_large(&limits));
            }
            writer.push(&piece)?;
        }
    }
    context.resume();
    Ok(writer.finish())
}

fn too_large(limits: &Limits) -> Error {
    Error::new(
        Code::TooLarge,
        "PAYLOAD_TOO_LARGE",
        format!("The body is over the limit of {} bytes. {}", limits.bytes, limits.instead),
    )
}

fn silent(seconds: u64, length: u64) -> Error {
    Error::new(
        Code::RequestTimeout,
        "BODY_TIMEOUT",
        format!(
            "Nothing came for {seconds} s after {length} bytes of the body; nothing was changed. \
             Send the whole body again."
        ),
    )
}

fn cut_short(length: u64, error: axum::Error) -> Error {
    Error::malformed(
        "BODY_CUT_SHORT",
        format!("The body ended early, after {length} bytes; nothing was changed. Send it again."),
    )
    .because(error)
}
