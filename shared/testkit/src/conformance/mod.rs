//! What every implementation of a port must keep.

mod lake;

pub use lake::{LakePorts, lake};
