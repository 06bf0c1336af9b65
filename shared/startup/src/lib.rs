//! Tracing, and serving one router on Lambda or a socket.
