//! An authenticator with grants, rows in memory, and the conformance suites of the ports.
//!
//! Only ever a dev-dependency. A suite is one function that takes the ports and panics with a
//! sentence where they do not keep what `service::port` promises; it runs on every implementation.

mod authenticator;
pub mod conformance;
mod rows;

pub use authenticator::GrantingAuthenticator;
pub use rows::{MemoryRows, numbers};
