//! What is packed, what stays as it is, and what a client has when a body breaks off.

use std::io::{Cursor, Read};

use axum::response::IntoResponse;
use formats::compression::decode;
use tokio::sync::mpsc;

use super::*;

fn accepting(text: &str) -> Accepted {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT_ENCODING, text.parse().expect("a header"));
    Accepted::of(&headers)
}

fn of_type(content_type: &'static str, body: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, content_type)], body.into()).into_response()
}

fn text(bytes: usize) -> String {
    let rows = (0_u64..).flat_map(|n| format!("row {n}\n").into_bytes());
    rows.take(bytes).map(char::from).collect()
}

fn coding(response: &Response) -> Option<&str> {
    response.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().expect("ASCII"))
}

fn varies(response: &Response) -> Vec<&str> {
    response.headers().get_all(header::VARY).iter().map(|v| v.to_str().expect("ASCII")).collect()
}

/// What unpacks of these bytes, and whether they have their end.
fn unpacked(packed: &[u8], compression: Compression) -> (String, bool) {
    let mut reader = decode(Box::new(Cursor::new(packed.to_vec())), compression, u64::MAX);
    let mut text = Vec::new();
    let is_whole = reader.read_to_end(&mut text).is_ok();
    (String::from_utf8(text).expect("text"), is_whole)
}

async fn whole(response: Response) -> Bytes {
    axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body")
}

#[tokio::test]
async fn text_is_packed_and_keeps_its_content() {
    for (name, compression) in [("gzip", Compression::Gzip), ("zstd", Compression::Zstd)] {
        for bytes in [1024, 64 << 10, (64 << 10) + 1, 3 << 20] {
            let plain = text(bytes);
            let answer =
                packed(accepting(name), of_type("text/csv; charset=utf-8", plain.clone())).await;
            assert_eq!((coding(&answer), varies(&answer)), (Some(name), vec!["accept-encoding"]));
            let length = answer.body().size_hint().exact();
            assert_eq!(length.is_some(), bytes <= 64 << 10, "{bytes}");
            let came = whole(answer).await;
            assert!(came.len() < bytes / 2, "{name} makes {} of {bytes}", came.len());
            assert_eq!(unpacked(&came, compression), (plain, true));
        }
    }
}

#[tokio::test]
async fn what_is_no_gain_or_would_do_harm_stays_as_it_is() {
    let problem = (StatusCode::NOT_FOUND, of_type("application/json", text(5000))).into_response();
    let with = |name: http::HeaderName, value: &'static str| {
        let mut response = of_type("application/json", text(5000));
        response.headers_mut().insert(name, HeaderValue::from_static(value));
        response
    };
    let mut finished = of_type("application/json", text(5000));
    finished.extensions_mut().insert(Finished);
    for (why, response) in [
        ("it is short", of_type("application/json", text(1023))),
        ("it is empty", of_type("application/json", Body::empty())),
        ("it is a problem", problem),
        ("each event must be out at once", of_type("text/event-stream", text(5000))),
        ("its kind is packed", of_type("image/png", text(5000))),
        ("it has no kind", Body::from(text(5000)).into_response()),
        ("it is packed", with(header::CONTENT_ENCODING, "br")),
        ("it is a part", with(header::CONTENT_RANGE, "bytes 0-4999/9000")),
        ("its validator is strong", with(header::ETAG, "\"7\"")),
        ("another process has finished it", finished),
    ] {
        let before = format!("{:?}", response.headers());
        let answer = packed(accepting("gzip, zstd"), response).await;
        assert_eq!(format!("{:?}", answer.headers()), before, "{why}");
    }
}

#[tokio::test]
async fn arrow_and_parquet_are_packed_for_who_would_not_have_them_plain() {
    for kind in ["application/vnd.apache.arrow.stream", "application/vnd.apache.parquet"] {
        for (header, name) in [("gzip, zstd", None), ("gzip, identity;q=0.1", Some("gzip"))] {
            let answer = packed(accepting(header), of_type(kind, text(5000))).await;
            assert_eq!((coding(&answer), varies(&answer)), (name, vec!["accept-encoding"]));
        }
    }
}

#[tokio::test]
async fn a_weak_validator_stays_and_vary_is_said_once() {
    let mut response = of_type("application/json", text(5000));
    response.headers_mut().insert(header::ETAG, HeaderValue::from_static("W/\"7-json\""));
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from_static("5000"));
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("accept, Accept-Encoding"));
    let answer = packed(accepting("gzip"), response).await;
    assert_eq!(varies(&answer), ["accept, Accept-Encoding"]);
    assert_eq!(answer.headers()[header::ETAG], "W/\"7-json\"");
    assert!(!answer.headers().contains_key(header::CONTENT_LENGTH), "it has another length now");
}

/// A body whose pieces are sent by hand, packed.
async fn by_hand(
    name: &str,
) -> (mpsc::UnboundedSender<Result<Bytes, std::io::Error>>, BodyDataStream) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let pieces = futures::stream::unfold(receiver, |mut receiver| async {
        Some((receiver.recv().await?, receiver))
    });
    let answer = of_type("application/x-ndjson", Body::from_stream(pieces));
    (sender, packed(accepting(name), answer).await.into_body().into_data_stream())
}

#[tokio::test]
async fn what_there_is_is_out_before_the_rest_is_waited_for() {
    for (name, compression) in [("gzip", Compression::Gzip), ("zstd", Compression::Zstd)] {
        let (sender, mut body) = by_hand(name).await;
        sender.send(Ok("{\"n\":1}\n".into())).expect("it is read");
        let mut all = Vec::new();
        while let Some(Some(piece)) = body.next().now_or_never() {
            all.extend(piece.expect("no error"));
        }
        assert_eq!(unpacked(&all, compression), ("{\"n\":1}\n".to_owned(), false));
        sender.send(Ok("{\"n\":2}\n".into())).expect("it is read");
        drop(sender);
        while let Some(piece) = body.next().await {
            all.extend(piece.expect("no error"));
        }
        assert_eq!(unpacked(&all, compression), ("{\"n\":1}\n{\"n\":2}\n".to_owned(), true));
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_says_all_it_has_and_has_no_end() {
    for (name, compression) in [("gzip", Compression::Gzip), ("zstd", Compression::Zstd)] {
        let (sender, mut body) = by_hand(name).await;
        sender.send(Ok("{\"error\":1}\n".into())).expect("it is read");
        sender.send(Err(std::io::Error::other("the store is gone"))).expect("it is read");
        let (mut all, mut failures) = (Vec::new(), 0);
        while let Some(piece) = body.next().await {
            match piece {
                Ok(piece) => all.extend(piece),
                Err(error) => {
                    assert!(error.to_string().contains("the store is gone"));
                    failures += 1;
                }
            }
        }
        assert_eq!(failures, 1);
        assert_eq!(unpacked(&all, compression), ("{\"error\":1}\n".to_owned(), false));
    }
}
