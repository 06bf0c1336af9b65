//! The credentials of the object store: the configured keys, or what the SDK finds (on Lambda the
//! function's own, which end and are renewed).

use std::sync::Arc;

use async_trait::async_trait;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use config::{S3Config, S3Keys};
use domain::{Error, Result, Timestamp};
use service::{ObjectCredentials, S3Credentials};

/// Credentials for `config`.
pub async fn credentials(config: &S3Config) -> Result<Arc<dyn ObjectCredentials>> {
    match &config.keys {
        Some(keys) => Ok(Arc::new(Static(keys.clone()))),
        None => {
            let sdk = aws_config::load_from_env().await;
            let provider = sdk.credentials_provider().ok_or_else(|| {
                Error::unavailable("the AWS credentials", "the SDK has no credentials provider")
            })?;
            Ok(Arc::new(Sdk(provider)))
        }
    }
}

struct Static(S3Keys);

#[async_trait]
impl ObjectCredentials for Static {
    async fn current(&self) -> Result<S3Credentials> {
        Ok(S3Credentials {
            access_key: self.0.access_key.clone(),
            secret_key: self.0.secret_key.reveal().to_owned(),
            session_token: None,
            expires_at: None,
        })
    }
}

struct Sdk(SharedCredentialsProvider);

#[async_trait]
impl ObjectCredentials for Sdk {
    async fn current(&self) -> Result<S3Credentials> {
        let found = self
            .0
            .provide_credentials()
            .await
            .map_err(|error| Error::unavailable("the AWS credentials", error))?;
        Ok(S3Credentials {
            access_key: found.access_key_id().to_owned(),
            secret_key: found.secret_access_key().to_owned(),
            session_token: found.session_token().map(ToOwned::to_owned),
            expires_at: found.expiry().and_then(|at| Timestamp::try_from(at).ok()),
        })
    }
}
