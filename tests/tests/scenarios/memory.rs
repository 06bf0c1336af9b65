//! Memory does not grow with the table, the upload or the result.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arrow_array::{ArrayRef, Int64Array, StringArray};
use bytes::Bytes;
use futures::StreamExt;
use reqwest::{Body, Method, RequestBuilder};
use serde_json::json;

use crate::harness::app::App;
use crate::harness::http::{ARROW, CSV, JSON, NDJSON, PARQUET, path_of, send, unique};
use crate::harness::lake::Lake;
use crate::harness::rows::{arrow_of, batch, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::way::{SERVERS, counts};

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only SERVERS, "settings of its own, and the memory of its process";
        an_export_of_millions_of_rows_takes_bounded_memory,
        an_upload_of_millions_of_rows_takes_bounded_memory,
    ]
}

/// What a server may grow by. Today it is about half of that: DuckDB's buffers, its cache of files.
const BOUND: u64 = 250 << 20;

/// What it takes or gives meanwhile: a server that held it, even once, would be far over the bound.
const LARGE: u64 = 600 << 20;

/// Little may be kept by setting, so that what is kept otherwise shows; a soak's bodies are larger.
const SETTINGS: &[(&str, &str)] = &[
    ("EIDER_ENGINE_MEMORY_BYTES", "268435456"),
    ("EIDER_SPOOL_MEMORY_BYTES", "16777216"),
    ("EIDER_MAX_BODY_BYTES", "4294967296"),
];

/// An Arrow stream that is made as it is sent: one batch over and over, since the test's own memory
/// and time are not what is measured.
struct Stream {
    head: Bytes,
    batch: Bytes,
    end: Bytes,
    /// Times that the batch comes.
    times: usize,
}

impl Stream {
    /// Rows of a batch.
    const ROWS: usize = 65_536;

    /// One of so many bytes or a few more. Its text is long and each comes often: large as Arrow,
    /// small in the files of the table, so that the time is not spent on compressing.
    fn new(bytes: u64) -> Self {
        let ids = Int64Array::from_iter_values(0..Self::ROWS as i64);
        let text: StringArray = (0..Self::ROWS).map(|row| Some(long_text(row % 64))).collect();
        let rows = batch([("id", Arc::new(ids) as ArrayRef), ("name", Arc::new(text))]);
        let (once, twice) =
            (arrow_of(std::slice::from_ref(&rows)), arrow_of(&[rows.clone(), rows]));
        let end = once.len() - 8;
        let head = end - (twice.len() - once.len());
        let once = Bytes::from(once);
        let times = counts(1, 3) * (bytes as usize).div_ceil(end - head);
        Self {
            head: once.slice(..head),
            batch: once.slice(head..end),
            end: once.slice(end..),
            times,
        }
    }

    fn rows(&self) -> usize {
        self.times * Self::ROWS
    }

    fn length(&self) -> usize {
        self.head.len() + self.times * self.batch.len() + self.end.len()
    }

    fn body(&self) -> Body {
        let batches = std::iter::repeat_n(self.batch.clone(), self.times);
        let pieces = std::iter::once(self.head.clone()).chain(batches).chain([self.end.clone()]);
        Body::wrap_stream(futures::stream::iter(pieces.map(Ok::<_, std::io::Error>)))
    }
}

fn long_text(number: usize) -> String {
    format!("text {number:02} ").repeat(15)
}

/// The most memory that the server has held; none where there is nothing like Linux to ask.
fn peak(app: &App) -> u64 {
    let peak = app.server().peak_bytes();
    assert!(peak.is_some() || cfg!(not(target_os = "linux")), "its memory cannot be read");
    peak.unwrap_or_default()
}

/// What `work` gives, and how much the server grew by meanwhile, at the most.
async fn growth<T>(app: &App, work: impl Future<Output = T>) -> (T, u64) {
    let before = app.server().resident_bytes().unwrap_or_default();
    let (most, done) = (AtomicU64::new(0), AtomicBool::new(false));
    // The kernel knows the peak; where it does not count it, many looks come close.
    let sampling = async {
        while !done.load(Ordering::Relaxed) {
            most.fetch_max(peak(app), Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let working = async {
        let result = work.await;
        most.fetch_max(peak(app), Ordering::Relaxed);
        done.store(true, Ordering::Relaxed);
        result
    };
    let (result, ()) = futures::future::join(working, sampling).await;
    (result, most.into_inner().saturating_sub(before))
}

/// The bound holds for this many bytes that came or went.
fn assert_bounded(what: &str, bytes: u64, growth: u64) {
    println!("{what}: {bytes} bytes, memory grew by {growth}");
    assert!(bytes > 2 * BOUND, "{what}: {bytes} bytes are too few to tell");
    assert!(growth < BOUND, "{what}: memory grew by {growth} for {bytes} bytes");
}

/// Appends the stream; its length is told before, or it comes in chunks.
async fn append(app: &App, name: &str, stream: &Stream, announced: bool) {
    let mut request = app.request(Method::PUT, &path_of(name)).header("content-type", ARROW);
    if announced {
        request = request.header("content-length", stream.length());
    }
    let answer = send(request.body(stream.body())).await.is(200);
    assert_eq!(answer.json()["rows"], stream.rows(), "{answer}");
}

async fn an_upload_of_millions_of_rows_takes_bounded_memory() {
    let (lake, name, stream) = (Lake::new().await, unique("large"), Stream::new(LARGE));
    lake.serve(SETTINGS).await.create(&name, numbered_columns()).await;
    for announced in [true, false] {
        // A new server each time: its peak is of this alone.
        let app = lake.serve(SETTINGS).await;
        let ((), growth) = growth(&app, append(&app, &name, &stream, announced)).await;
        let what = if announced { "an upload" } else { "an upload in chunks" };
        assert_bounded(what, stream.length() as u64, growth);
    }
}

/// Reads the whole answer, keeps nothing of it, and counts its bytes.
async fn read(request: RequestBuilder) -> u64 {
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    let mut body = response.bytes_stream();
    let mut bytes = 0;
    while let Some(piece) = body.next().await {
        bytes += piece.expect("a whole body").len() as u64;
    }
    bytes
}

async fn an_export_of_millions_of_rows_takes_bounded_memory() {
    let (lake, name) = (Lake::new().await, unique("large"));
    let app = lake.serve(SETTINGS).await;
    app.create(&name, numbered_columns()).await;
    append(&app, &name, &Stream::new(LARGE), false).await;
    drop(app);
    for accept in [ARROW, NDJSON, JSON, CSV, PARQUET] {
        let app = lake.serve(SETTINGS).await;
        let request = match accept {
            PARQUET => numbers(&app, &name),
            _ => app.request(Method::GET, &format!("{}/data", path_of(&name))),
        };
        let (bytes, growth) = growth(&app, read(request.header("accept", accept))).await;
        assert_bounded(accept, bytes, growth);
    }
}

/// A query for what Parquet cannot make smaller: 16 numbers a row, all of them different.
fn numbers(app: &App, name: &str) -> RequestBuilder {
    let numbers: Vec<String> =
        (0..16).map(|n| format!("hash(row_number() OVER (), {n}) AS h{n}")).collect();
    let sql = format!("SELECT {} FROM this", numbers.join(", "));
    let request = app.request(Method::POST, &format!("{}/query", path_of(name)));
    request.header("content-type", JSON).body(json!({"sql": sql}).to_string())
}
