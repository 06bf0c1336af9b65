//! eider-server: all routers in one process.
