//! The state store: DynamoDB.

use crate::S3Keys;

/// A table of DynamoDB.
#[derive(Debug, Clone)]
pub struct DynamoDbConfig {
    /// The table's name.
    pub table: String,
    /// DynamoDB Local as `host:port`; `None` is AWS.
    pub endpoint: Option<String>,
    /// Static keys; `None` takes what the AWS SDK finds.
    pub keys: Option<S3Keys>,
    /// `AWS_REGION`
    pub region: String,
}
