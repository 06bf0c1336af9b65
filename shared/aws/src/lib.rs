//! S3, credentials and secrets by the AWS SDK: the only crate that names it.

mod credentials;
mod object_store;
mod secrets;

pub use credentials::credentials;
pub use object_store::S3ObjectStore;
pub use secrets::read_passwords;
