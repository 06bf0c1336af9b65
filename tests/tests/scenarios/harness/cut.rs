//! A proxy before PostgreSQL that loses the answer to a commit: the server has done it, and the client
//! never hears.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::scenario::RUNTIME;

/// What only a commit of DuckLake says, before its COMMIT.
const SNAPSHOT: &[u8] = b"ducklake_snapshot_changes VALUES";
/// PostgreSQL's simple query with just that, as DuckDB sends it.
const COMMIT: &[u8] = b"COMMIT\0";

/// The proxy. It loses nothing until it is told to.
pub(crate) struct Cut {
    pub(crate) port: u16,
    to_lose: Arc<AtomicU32>,
}

impl Cut {
    /// Before the PostgreSQL at this port.
    pub(crate) async fn before(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let own = listener.local_addr().expect("bound").port();
        let to_lose = Arc::new(AtomicU32::new(0));
        let left = Arc::clone(&to_lose);
        RUNTIME.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await {
                    RUNTIME.spawn(forward(client, server, Arc::clone(&left)));
                }
            }
        });
        Self { port: own, to_lose }
    }

    /// The answers to the next so many commits are lost.
    pub(crate) fn lose(&self, commits: u32) {
        self.to_lose.store(commits, Ordering::SeqCst);
    }

    /// How many have yet to be lost.
    pub(crate) fn left(&self) -> u32 {
        self.to_lose.load(Ordering::SeqCst)
    }
}

/// Forwards both ways until one ends, or an answer is to be lost: then both connections go.
async fn forward(mut client: TcpStream, mut server: TcpStream, to_lose: Arc<AtomicU32>) {
    let (mut sent, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    // What was sent in this transaction, without what is long past.
    let mut said: Vec<u8> = Vec::new();
    loop {
        tokio::select! {
            read = client.read(&mut sent) => {
                let Ok(1..) = read else { return };
                let piece = &sent[..read.unwrap_or(0)];
                said.extend_from_slice(piece);
                if server.write_all(piece).await.is_err() {
                    return;
                }
                if said.ends_with(COMMIT) {
                    if holds(&said, SNAPSHOT) && take(&to_lose) {
                        // Its answer is here, so it is done; no one else hears of it.
                        server.readable().await.ok();
                        return;
                    }
                    said.clear();
                }
            }
            read = server.read(&mut answered) => {
                let Ok(1..) = read else { return };
                if client.write_all(&answered[..read.unwrap_or(0)]).await.is_err() {
                    return;
                }
            }
        }
    }
}

fn take(to_lose: &AtomicU32) -> bool {
    let less = |left: u32| left.checked_sub(1);
    to_lose.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok()
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
