//! A socket of our own: HTTP/1.1 by hyper, with time limits for silent clients and a clean stop.

use std::convert::Infallible;
use std::future::Future;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::time::Duration;

use axum::Router;
use axum::response::Response;
use config::ServerConfig;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

use crate::front_door::FrontDoor;
use crate::linger::Lingering;
use crate::unread;

/// How long a client may take for the head of its request; hyper counts the time in which a
/// connection is kept alive without one, and clients keep theirs for about a minute.
const HEAD_TIME: Duration = Duration::from_secs(75);

/// How long requests in flight have once the server is told to stop.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// A socket that is bound, and not yet served: its address is known.
pub struct Bound {
    listener: TcpListener,
    front_door: FrontDoor,
    answer_silence: Duration,
    /// Where it listens.
    pub address: SocketAddr,
}

/// Binds `EIDER_LISTEN`; a taken port is said in one sentence.
pub async fn bind(config: &ServerConfig) -> anyhow::Result<Bound> {
    let listen = config.listen;
    let listener = TcpListener::bind(listen).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(
            "{listen} is taken; stop what listens there, or set EIDER_LISTEN to another address"
        ),
        _ => anyhow::anyhow!("cannot listen on {listen} (EIDER_LISTEN): {error}"),
    })?;
    let address = listener.local_addr()?;
    let front_door = FrontDoor::of(config);
    Ok(Bound { listener, front_door, answer_silence: config.answer_silence, address })
}

impl Bound {
    /// Serves what comes through the front door, until SIGINT or SIGTERM, then lets requests in flight end.
    pub async fn serve(self, router: Router) -> anyhow::Result<()> {
        self.serve_until(router, stop_signal()).await
    }

    pub(crate) async fn serve_until(
        self,
        router: Router,
        stop: impl Future<Output = ()>,
    ) -> anyhow::Result<()> {
        let graceful = GracefulShutdown::new();
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        let stream = self.with_limits(stream);
                        serve_connection(stream, self.front_door.clone(), router.clone(), &graceful);
                    }
                    // Out of file descriptors, or a client that left: the next one may be fine.
                    Err(error) => {
                        tracing::warn!("a connection was not accepted: {error}");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
                () = &mut stop => break,
            }
        }
        drop(self.listener);
        if tokio::time::timeout(LAST_WORDS, graceful.shutdown()).await.is_err() {
            tracing::warn!(
                "requests were still running {LAST_WORDS:?} after the stop; they are cut"
            );
        }
        Ok(())
    }

    /// A client that takes nothing would keep the query that it asked, and its turn.
    fn with_limits(&self, stream: TcpStream) -> Limited {
        // Small answers must not wait for more of them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!("TCP_NODELAY: {error}");
        }
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.answer_silence));
        Lingering::new(Box::pin(stream))
    }
}

/// A socket whose other end is not waited for without end.
type Limited = Lingering<Pin<Box<TimeoutStream<TcpStream>>>>;

#[expect(clippy::disallowed_methods, reason = "one task a connection, in a process of our own")]
pub(crate) fn serve_connection(
    stream: Lingering<impl AsyncRead + AsyncWrite + Unpin + Send + 'static>,
    front_door: FrontDoor,
    router: Router,
    graceful: &GracefulShutdown,
) {
    let service = service_fn(move |request| {
        let (front_door, router) = (front_door.clone(), router.clone());
        async move { Ok::<_, Infallible>(answer(request, &front_door, router).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(stream), service);
    let watched = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = watched.await {
            tracing::debug!("a connection ended early: {error}");
        }
    });
}

async fn answer(
    request: http::Request<Incoming>,
    front_door: &FrontDoor,
    router: Router,
) -> Response {
    let (request, unread) = unread::watch(request);
    let mut response = match front_door.pass(request) {
        Ok(request) => match router.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        },
        Err(refusal) => refusal,
    };
    unread.close(&mut response);
    response
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let mut terminate =
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(terminate) => terminate,
                Err(error) => {
                    tracing::warn!("SIGTERM is not watched: {error}");
                    interrupt.await.ok();
                    return;
                }
            };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    interrupt.await.ok();
}
