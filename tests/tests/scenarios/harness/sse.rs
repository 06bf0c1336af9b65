//! A client of server-sent events.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

use super::app::App;

/// A stream that is open.
pub(crate) struct Sse {
    response: reqwest::Response,
    text: String,
    /// What the last block without an event said.
    pub(crate) place: String,
}

/// One frame with data.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frame {
    pub(crate) id: String,
    pub(crate) event: String,
    /// `timestamp`, and what it says.
    pub(crate) timestamp: f64,
    pub(crate) data: Value,
}

/// Longer than a heartbeat takes.
const PATIENCE: Duration = Duration::from_secs(20);

impl Sse {
    /// Opens it, after this event if one is named.
    pub(crate) async fn open(app: &App, path: &str, last: Option<&str>) -> Self {
        let mut request = app.request(Method::GET, path).header("accept", "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.expect("an answer");
        let header =
            |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(header("content-type"), Some("text/event-stream"));
        assert_eq!(header("cache-control"), Some("no-store"));
        assert_eq!(header("content-encoding"), None);
        let mut stream = Self { response, text: String::new(), place: String::new() };
        let opening = stream.block().await.expect("an opening");
        let place = opening.strip_prefix("retry: 1000\nid: ");
        assert!(place.is_some_and(|id| !id.is_empty()), "{path}: {opening}");
        stream
    }

    /// The next frame that is no heartbeat; `None` at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        loop {
            let frame = self.any().await?;
            if frame.event != "heartbeat" {
                return Some(frame);
            }
        }
    }

    /// The next frame, whatever it is.
    pub(crate) async fn any(&mut self) -> Option<Frame> {
        let mut block = self.block().await?;
        while !block.contains("data: ") {
            // It only says where the stream is.
            assert!(block.starts_with("id: "), "{block}");
            self.place = block.trim_start_matches("id: ").to_owned();
            block = self.block().await?;
        }
        let field = |name: &str| {
            let mut values =
                block.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            let value = values.next().unwrap_or_else(|| panic!("no {name}: {block}"));
            assert_eq!(values.next(), None, "{name} twice: {block}");
            value.to_owned()
        };
        let data: Value = serde_json::from_str(&field("data")).expect("JSON");
        let timestamp = data["timestamp"].as_f64().unwrap_or_else(|| panic!("no time: {block}"));
        Some(Frame {
            id: field("id"),
            event: field("event"),
            timestamp,
            data: data["data"].clone(),
        })
    }

    /// So many frames.
    pub(crate) async fn take(&mut self, count: usize) -> Vec<Frame> {
        let mut frames = Vec::new();
        while frames.len() < count {
            let next = self.next().await;
            frames.push(next.unwrap_or_else(|| panic!("the stream ended after {frames:?}")));
        }
        frames
    }

    /// All frames to its end.
    pub(crate) async fn rest(&mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        while let Some(frame) = self.next().await {
            frames.push(frame);
        }
        frames
    }

    /// What stands before the next blank line.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                return Some(block);
            }
            let piece = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
            match piece.expect("nothing was heard of the stream").expect("the stream breaks") {
                Some(piece) => self.text.push_str(std::str::from_utf8(&piece).expect("UTF-8")),
                None => {
                    assert!(self.text.is_empty(), "it ends within a frame: {}", self.text);
                    return None;
                }
            }
        }
    }
}
