//! What every scenario stands on: a running Eider, requests, bodies of rows.

pub(crate) mod app;
pub(crate) mod cut;
pub(crate) mod http;
pub(crate) mod lake;
pub(crate) mod leftovers;
pub(crate) mod objects;
pub(crate) mod poll;
pub(crate) mod raw;
pub(crate) mod rows;
#[macro_use]
pub(crate) mod scenario;
pub(crate) mod server;
pub(crate) mod services;
pub(crate) mod sse;
pub(crate) mod stack;
pub(crate) mod way;
