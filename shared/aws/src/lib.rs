//! S3, credentials and secrets by the AWS SDK.
