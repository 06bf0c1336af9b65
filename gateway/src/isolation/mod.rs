//! Callers' reads in processes of their own, which may die without harm to others (invariant 6).
//!
//! This process starts some more of itself (`eider-server query-worker`), each with the finished router of
//! `rows` on a socket of the file system, and hands each request for one of its routes to the least busy
//! one. What it asks for itself, to make a table of it, goes there too. Why so: docs/adr/0006.

mod answer;
mod caller;
mod elsewhere;
mod inner;
mod message;
mod pool;
mod process;
mod proxy;
mod running;
mod worker;

pub(crate) use elsewhere::Elsewhere;
pub(crate) use pool::Pool;
pub(crate) use proxy::router;
pub(crate) use worker::serve;

/// By this number, which is this process's own, a query process tells whose query it is that went on too
/// long.
const NUMBER: &str = "x-eider-number";

/// What a query process says on its standard output, a line each.
const READY: &str = "ready";
/// Followed by the numbers of those whose time was over, with commas: it ends itself.
const STUCK: &str = "stuck";
