//! Closing a connection whose client still sends: an answer that came early (413, 404, 415) is lost in
//! a reset if the socket is closed with unread bytes in it. As nginx's `lingering_close` does it.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// So long a client may be silent before it is taken to have stopped.
const SILENCE: Duration = Duration::from_millis(500);

/// So long it may go on at most.
const MOST: Duration = Duration::from_secs(10);

/// A stream whose shutdown ends our half, then reads and drops what the client still sends.
pub(crate) struct Lingering<S> {
    stream: S,
    closing: Option<Closing>,
}

struct Closing {
    silent: Pin<Box<Sleep>>,
    end: Instant,
}

impl<S> Lingering<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, closing: None }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Lingering<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        pin!(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        pin!(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        pin!(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        pin!(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, closing } = &mut *self;
        let closing = match closing {
            Some(closing) => closing,
            None => {
                ready!(Pin::new(&mut *stream).poll_shutdown(context))?;
                closing.insert(Closing {
                    silent: Box::pin(sleep(SILENCE)),
                    end: Instant::now() + MOST,
                })
            }
        };
        let mut scratch = [0; 16 * 1024];
        loop {
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(&mut *stream).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    closing.silent =
                        Box::pin(sleep_until(closing.end.min(Instant::now() + SILENCE)));
                    if Instant::now() >= closing.end {
                        return Poll::Ready(Ok(()));
                    }
                }
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                Poll::Pending => return closing.silent.as_mut().poll(context).map(Ok),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// A server that answers at once and reads nothing, and its client.
    async fn answered_early() -> TcpStream {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let client =
            TcpStream::connect(listener.local_addr().expect("bound")).await.expect("there");
        let (stream, _) = listener.accept().await.expect("accepted");
        let server = async move {
            let mut stream = Lingering::new(stream);
            stream.write_all(b"too large").await.expect("written");
            stream.shutdown().await.expect("closed");
        };
        #[expect(clippy::disallowed_methods, reason = "a server of the test")]
        tokio::spawn(server);
        client
    }

    #[tokio::test]
    async fn a_client_that_still_sends_reads_its_answer() {
        let mut client = answered_early().await;
        client.write_all(&vec![7; 32 << 20]).await.expect("all of it is taken");
        let mut said = String::new();
        client.read_to_string(&mut said).await.expect("no reset");
        assert_eq!(said, "too large");
    }

    #[tokio::test]
    async fn a_client_that_is_silent_is_not_waited_for() {
        let mut client = answered_early().await;
        let mut said = String::new();
        client.read_to_string(&mut said).await.expect("no reset");
        // Once the server has gone a write is refused; the client never closed its half.
        let refused = async {
            while client.write_all(b"?").await.is_ok() {
                sleep(SILENCE * 2).await
            }
        };
        tokio::time::timeout(MOST / 2, refused).await.expect("the server has closed");
    }
}
