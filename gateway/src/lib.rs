//! All routers in one process: the embedded default, the container image, and what tests start.
//!
//! `eider-server` serves; `eider-server migrate` makes or moves the lake and what is ours in its
//! catalog. Both read the same configuration.

mod attach;
mod command;
mod home;
mod isolation;
mod migrate;
mod openapi;
mod parts;
mod scratch;
mod serve;
mod sweep;

pub use command::{Command, USAGE};
pub use migrate::migrate;
pub use openapi::openapi;
pub use parts::{Parts, Stores};
pub use serve::{open, router, serve};
