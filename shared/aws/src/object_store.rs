//! The bucket under the lake.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectError;
use config::S3Config;
use domain::{Code, Error, ObjectUri, Result};
use futures::StreamExt;
use service::{ObjectStore, StoredObject};

use crate::sdk;

/// The lake's bucket, through S3's API.
pub struct S3ObjectStore {
    client: Client,
    bucket: String,
    on_aws: bool,
}

impl S3ObjectStore {
    /// A client for the bucket; nothing is asked yet.
    pub async fn new(config: &S3Config) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_timeout(Duration::from_secs(5))
            .build();
        let loader = sdk::loader(&config.region, config.keys.as_ref()).timeout_config(timeouts);
        let mut builder = aws_sdk_s3::config::Builder::from(&loader.load().await);
        if let Some(url) = config.endpoint_url() {
            builder = builder.endpoint_url(url).force_path_style(true);
        }
        Self {
            client: Client::from_conf(builder.build()),
            bucket: config.bucket.clone(),
            on_aws: config.endpoint.is_none(),
        }
    }

    /// Makes the bucket where it is missing. Not on AWS: there buckets have owners and rules, and
    /// the template makes it.
    pub async fn ensure_bucket(&self) -> Result<bool> {
        let missing = match self.client.head_bucket().bucket(&self.bucket).send().await {
            Ok(_) => return Ok(false),
            Err(error) => error,
        };
        let not_found = missing.as_service_error().is_some_and(|error| error.is_not_found());
        if !not_found || self.on_aws {
            return Err(unreachable(&self.bucket, missing));
        }
        let made = self.client.create_bucket().bucket(&self.bucket).send().await;
        made.map(|_| true).or_else(|error| {
            let twin = error.as_service_error().is_some_and(|error| {
                error.is_bucket_already_owned_by_you() || error.is_bucket_already_exists()
            });
            if twin { Ok(false) } else { Err(unreachable(&self.bucket, error)) }
        })
    }
}

#[async_trait]
impl ObjectStore for S3ObjectStore {
    async fn check(&self) -> Result<()> {
        let asked = self.client.head_bucket().bucket(&self.bucket).send().await;
        asked.map(|_| ()).map_err(|error| unreachable(&self.bucket, error))
    }

    async fn open(&self, object: &ObjectUri) -> Result<StoredObject> {
        let asked = self.client.get_object().bucket(&object.bucket).key(&object.key).send().await;
        let found = asked.map_err(|error| not_opened(object, error))?;
        let length = found.content_length().and_then(|length| u64::try_from(length).ok());
        let (content_type, content_encoding) = (
            found.content_type().map(ToOwned::to_owned),
            found.content_encoding().map(ToOwned::to_owned),
        );
        let bytes = futures::stream::unfold(found.body, |mut body| async move {
            let piece = body.next().await?;
            let piece = piece.map_err(|error| Error::unavailable("The object store", error));
            Some((piece, body))
        });
        Ok(StoredObject {
            length: length.unwrap_or_default(),
            content_type,
            content_encoding,
            bytes: bytes.boxed(),
        })
    }
}

/// Whether it is not there, or may not be read, or the store is down.
fn not_opened<R>(object: &ObjectUri, error: SdkError<GetObjectError, R>) -> Error
where
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let service = error.as_service_error();
    let code = service.and_then(|error| error.meta().code()).unwrap_or_default();
    match code {
        "NoSuchKey" | "NoSuchBucket" => Error::new(
            Code::NotFound,
            "SOURCE_NOT_FOUND",
            format!("There is no object {object}; nothing was changed."),
        ),
        "AccessDenied" | "AllAccessDisabled" | "InvalidObjectState" => Error::new(
            Code::Forbidden,
            "SOURCE_DENIED",
            format!("Eider may not read {object}; let its role read it. Nothing was changed."),
        )
        .because(DisplayErrorContext(&error).to_string()),
        _ => unreachable(&object.bucket, error),
    }
}

/// The bucket's name is no secret; what the SDK says of the request goes to the log.
fn unreachable<E, R>(bucket: &str, error: SdkError<E, R>) -> Error
where
    E: std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let chain = DisplayErrorContext(&error).to_string();
    Error::unavailable(&format!("the object store (bucket `{bucket}`)"), chain)
}
