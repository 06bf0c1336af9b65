//! S3, DynamoDB, credentials and secrets by the AWS SDK: the only crate that names it.

mod credentials;
mod dynamodb;
mod object_store;
mod sdk;
mod secrets;

pub use credentials::credentials;
pub use dynamodb::{DynamoDbItems, items};
pub use object_store::S3ObjectStore;
pub use secrets::read_passwords;
