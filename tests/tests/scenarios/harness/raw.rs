//! HTTP as no library would write it: odd paths, bodies that stop.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::app::App;

/// A connection, written to by hand.
pub(crate) struct Raw(TcpStream);

/// A status and everything after it.
#[derive(Debug)]
pub(crate) struct RawAnswer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Raw {
    pub(crate) async fn connect(app: &App) -> Self {
        let address = app.url.trim_start_matches("http://");
        Self(TcpStream::connect(address).await.unwrap_or_else(|e| panic!("{address}: {e}")))
    }

    /// The head of a request; `headers` are whole lines without their ends.
    pub(crate) async fn begin(&mut self, method: &str, path: &str, headers: &[String]) {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: eider\r\nConnection: close\r\n");
        for header in headers {
            head.push_str(header);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        self.send(head.as_bytes()).await;
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("written");
    }

    /// Sends it, or as much as the server takes before it hangs up.
    pub(crate) async fn try_send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.ok();
    }

    /// Nothing more will be sent.
    pub(crate) async fn end_sending(&mut self) {
        self.0.shutdown().await.ok();
    }

    /// Waits until the answer has begun, and reads no more of it.
    pub(crate) async fn begun(&mut self) {
        let mut first = [0; 12];
        let read = self.0.read_exact(&mut first);
        let read = tokio::time::timeout(Duration::from_secs(30), read).await;
        read.expect("no answer in time").expect("no answer");
        assert_eq!(&first, b"HTTP/1.1 200");
    }

    /// Reads until the server closes; `None` if it does not answer within `limit`.
    pub(crate) async fn answer(&mut self, limit: Duration) -> Option<RawAnswer> {
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(limit, self.0.read_to_end(&mut bytes)).await;
        if read.is_err() && bytes.is_empty() {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok())?;
        Some(RawAnswer { status, text })
    }
}

/// One request without a body, by its path as it is.
pub(crate) async fn get_raw(app: &App, path: &str) -> RawAnswer {
    let mut raw = Raw::connect(app).await;
    raw.begin("GET", path, &[]).await;
    let answer = raw.answer(Duration::from_secs(30)).await;
    answer.unwrap_or_else(|| panic!("GET {path} was not answered"))
}
