//! Answers packed as they go out, for clients that take them so. One that is not packed where a client
//! wishes it is still its answer: nothing is refused here, for a write may be done by now.

use axum::body::{Body, BodyDataStream};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::{Error, Result};
use formats::Packer;
use formats::compression::Compression;
use futures::{FutureExt, Stream, StreamExt};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body::Body as _;

use crate::accepted::{Accepted, Content};
use crate::aside::run;
use crate::{Failure, Finished};

/// A shorter answer fits in a packet or two as it is.
const SHORT: u64 = 1024;

/// An answer that is there and no longer than this is packed at once, and keeps a length.
const AT_ONCE: u64 = 64 << 10;

/// A longer piece is packed aside: others would wait for it.
const LONG_PIECE: usize = 64 << 10;

/// The answer, packed if the client wishes that and it is of a kind that is.
pub(crate) async fn packed(accepted: Accepted, mut response: Response) -> Response {
    let length = response.body().size_hint().exact();
    let Some(content) = content(&response).filter(|_| length.is_none_or(|bytes| bytes >= SHORT))
    else {
        return response;
    };
    vary(response.headers_mut());
    let Some(compression) = accepted.choose(content) else { return response };
    match pack(compression, length, response).await {
        Ok(packed) => packed,
        Err(error) => Failure(error).into_response(),
    }
}

/// What there is to pack; `None` where an answer stays as it is: a problem, a part, what is packed, what
/// another process has finished, and what has a strong validator, which stands for its very bytes.
fn content(response: &Response) -> Option<Content> {
    let headers = response.headers();
    let stays = [header::CONTENT_ENCODING, header::CONTENT_RANGE];
    let is_strong = headers.get(header::ETAG).is_some_and(|tag| !tag.as_bytes().starts_with(b"W/"));
    if !matches!(response.status(), StatusCode::OK | StatusCode::CREATED | StatusCode::ACCEPTED)
        || stays.iter().any(|name| headers.contains_key(name))
        || response.extensions().get::<Finished>().is_some()
        || is_strong
    {
        return None;
    }
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?.split(';').next()?.trim();
    match kind {
        // Each event of a stream must be out at once.
        "text/event-stream" => None,
        "application/json" | "application/x-ndjson" | "image/svg+xml" => Some(Content::Text),
        text if text.starts_with("text/") => Some(Content::Text),
        "application/vnd.apache.arrow.stream" | "application/vnd.apache.parquet" => {
            Some(Content::Binary)
        }
        _ => None,
    }
}

/// Says that another client may get it otherwise.
fn vary(headers: &mut HeaderMap) {
    let said = headers.get_all(header::VARY).iter();
    let mut said = said.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    if !said.any(|name| name.trim().eq_ignore_ascii_case("accept-encoding")) {
        headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
}

async fn pack(
    compression: Compression,
    length: Option<u64>,
    response: Response,
) -> Result<Response> {
    let (mut head, body) = response.into_parts();
    let name = HeaderValue::from_static(compression.content_encoding());
    head.headers.insert(header::CONTENT_ENCODING, name);
    head.headers.remove(header::CONTENT_LENGTH);
    let packing = Packing {
        body: body.into_data_stream(),
        packer: Some(Packer::new(compression)?),
        holds: false,
        failure: None,
    };
    let mut body = Body::from_stream(packing.into_stream());
    if length.is_some_and(|bytes| bytes <= AT_ONCE) {
        let whole = axum::body::to_bytes(body, usize::MAX).await;
        body = Body::from(whole.map_err(Error::internal)?);
    }
    Ok(Response::from_parts(head, body))
}

/// A body that is packed as it comes.
struct Packing {
    body: BodyDataStream,
    /// `None` once the end was packed, or the body broke off.
    packer: Option<Packer>,
    /// Whether it may keep something back that was taken in.
    holds: bool,
    /// What the body broke off with, to be told after what came before it.
    failure: Option<axum::Error>,
}

impl Packing {
    fn into_stream(self) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send + 'static {
        futures::stream::try_unfold(self, |mut packing| async move {
            while let Some(piece) = packing.next().await? {
                if !piece.is_empty() {
                    return Ok(Some((piece, packing)));
                }
            }
            Ok(None)
        })
    }

    /// What is ready next, which may be nothing yet; `None` at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, axum::Error> {
        let Some(mut packer) = self.packer.take() else {
            return self.failure.take().map_or(Ok(None), Err);
        };
        let piece = match self.body.next().now_or_never() {
            // The client has all that there is before the rest is waited for.
            None if self.holds => {
                self.holds = false;
                let piece = packer.flush();
                self.packer = Some(packer);
                piece
            }
            None => {
                let came = self.body.next().await;
                self.take_in(packer, came).await
            }
            Some(came) => self.take_in(packer, came).await,
        };
        piece.map(Some).map_err(axum::Error::new)
    }

    async fn take_in(
        &mut self,
        mut packer: Packer,
        came: Option<Result<Bytes, axum::Error>>,
    ) -> Result<Bytes> {
        match came {
            Some(Ok(bytes)) => {
                self.holds = true;
                let (packer, piece) = run(bytes.len() > LONG_PIECE, move || {
                    let piece = packer.pack(&bytes);
                    (packer, piece)
                })
                .await?;
                self.packer = Some(packer);
                piece
            }
            Some(Err(error)) => {
                self.failure = Some(error);
                packer.flush()
            }
            None => packer.finish(),
        }
    }
}

#[cfg(test)]
mod tests;
