//! Credentials of the object store, which on Lambda are temporary.

use std::fmt;

use async_trait::async_trait;
use domain::{Result, Timestamp};

/// Where the engine gets the credentials for the lake's data from.
#[async_trait]
pub trait ObjectCredentials: Send + Sync {
    /// Credentials that are valid now; cheap when nothing changed.
    async fn current(&self) -> Result<S3Credentials>;
}

/// A key pair, with a token where it is temporary.
#[derive(Clone, PartialEq, Eq)]
pub struct S3Credentials {
    /// The access key's id.
    pub access_key: String,
    /// The secret key.
    pub secret_key: String,
    /// The session's token.
    pub session_token: Option<String>,
    /// When they end; `None` is never.
    pub expires_at: Option<Timestamp>,
}

impl fmt::Debug for S3Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Credentials")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
