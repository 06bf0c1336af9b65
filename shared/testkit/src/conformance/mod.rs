//! What every implementation of a port must keep.

mod authenticator;
mod feeds;
mod items;
mod jobs;
mod lake;
mod objects;
mod row_source;
mod streams;

pub use authenticator::{Headers, authenticator};
pub use feeds::feeds;
pub use items::{broken_items, items};
pub use jobs::jobs;
pub use lake::{LakePorts, lake};
pub use objects::{ObjectStores, object_credentials, object_store};
pub use row_source::{broken_row_source, row_source};
pub use streams::streams;
