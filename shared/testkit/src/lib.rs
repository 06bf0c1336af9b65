//! An authenticator with grants, rows in memory, faults of DynamoDB, and the conformance suites of the ports.
//!
//! Only ever a dev-dependency. A suite is one function that takes the ports and panics with a
//! sentence where they do not keep what `service::port` promises; it runs on every implementation.

mod authenticator;
pub mod conformance;
mod dynamodb_faults;
mod rows;

pub use authenticator::GrantingAuthenticator;
pub use dynamodb_faults::{DynamoDbFaults, Fault};
pub use rows::{MemoryRows, numbers};
