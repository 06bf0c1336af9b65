//! The credentials of the object store: the configured keys, or what the SDK finds (on Lambda the
//! function's own, which end and are renewed).

use std::sync::Arc;

use async_trait::async_trait;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use config::{AwsKeys, S3Config};
use domain::{Error, Result, Timestamp};
use jiff::SignedDuration;
use service::{ObjectCredentials, S3Credentials};
use tokio::sync::Mutex;

/// Credentials for `config`.
pub async fn credentials(config: &S3Config) -> Result<Arc<dyn ObjectCredentials>> {
    match &config.keys {
        Some(keys) => Ok(Arc::new(Static(keys.clone()))),
        None => {
            let sdk = aws_config::load_from_env().await;
            let provider = sdk.credentials_provider().ok_or_else(|| {
                Error::unavailable("the AWS credentials", "the SDK has no credentials provider")
            })?;
            Ok(Arc::new(Sdk::new(provider)))
        }
    }
}

struct Static(AwsKeys);

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

/// What the SDK finds, asked again in time: a container's or a profile's provider makes a request for
/// each answer.
struct Sdk {
    provider: SharedCredentialsProvider,
    last: Mutex<Option<S3Credentials>>,
}

/// So long before their end credentials are renewed, as the SDK's own clients do it.
const EARLY: SignedDuration = SignedDuration::from_mins(5);

impl Sdk {
    fn new(provider: SharedCredentialsProvider) -> Self {
        Self { provider, last: Mutex::new(None) }
    }

    async fn ask(&self) -> Result<S3Credentials> {
        let found = self
            .provider
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

/// How long they are still good.
#[expect(clippy::disallowed_methods, reason = "they end by the clock, whoever asks")]
fn left(known: &S3Credentials) -> Option<SignedDuration> {
    Some(known.expires_at?.duration_since(Timestamp::now()))
}

#[async_trait]
impl ObjectCredentials for Sdk {
    async fn current(&self) -> Result<S3Credentials> {
        let mut last = self.last.lock().await;
        let left = last.as_ref().and_then(left);
        if let (Some(known), Some(left)) = (&*last, left)
            && left > EARLY
        {
            return Ok(known.clone());
        }
        match self.ask().await {
            Ok(found) => Ok(last.insert(found).clone()),
            // The old ones do for the moment.
            Err(error) => match (&*last, left) {
                (Some(known), Some(left)) if left > SignedDuration::ZERO => Ok(known.clone()),
                _ => Err(error),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, SystemTime};

    use aws_credential_types::Credentials;
    use aws_credential_types::provider::error::CredentialsError;
    use aws_credential_types::provider::future;

    use super::*;

    /// Numbers its answers; each lives as long as told, and after `good` of them it is down.
    #[derive(Debug)]
    struct Fake {
        asked: Arc<AtomicUsize>,
        lives: Option<Duration>,
        good: usize,
    }

    impl ProvideCredentials for Fake {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let nth = self.asked.fetch_add(1, Ordering::SeqCst);
            #[expect(clippy::disallowed_methods, reason = "what is tested asks the clock too")]
            let end = self.lives.map(|lives| SystemTime::now() + lives);
            future::ProvideCredentials::ready(if nth < self.good {
                Ok(Credentials::new(format!("key-{nth}"), "secret", None, end, "fake"))
            } else {
                Err(CredentialsError::not_loaded("down"))
            })
        }
    }

    async fn keys(lives: Option<u64>, good: usize) -> (Vec<Option<String>>, usize) {
        let asked = Arc::new(AtomicUsize::new(0));
        let lives = lives.map(Duration::from_secs);
        let fake = Fake { asked: Arc::clone(&asked), lives, good };
        let sdk = Sdk::new(SharedCredentialsProvider::new(fake));
        let mut keys = Vec::new();
        for _ in 0..3 {
            keys.push(sdk.current().await.ok().map(|found| found.access_key));
        }
        (keys, asked.load(Ordering::SeqCst))
    }

    fn named<const N: usize>(names: [&str; N]) -> Vec<Option<String>> {
        names.iter().map(|name| Some((*name).to_owned())).collect()
    }

    #[tokio::test]
    async fn they_are_kept_until_five_minutes_before_their_end() {
        assert_eq!(keys(Some(3600), 9).await, (named(["key-0", "key-0", "key-0"]), 1));
        assert_eq!(keys(Some(299), 9).await, (named(["key-0", "key-1", "key-2"]), 3));
    }

    #[tokio::test]
    async fn what_the_sdk_finds_keeps_its_port() {
        let lives = Some(Duration::from_secs(3600));
        let fake = Fake { asked: Arc::default(), lives, good: 1 };
        let sdk = Sdk::new(SharedCredentialsProvider::new(fake));
        testkit::conformance::object_credentials(Arc::new(sdk)).await;
    }

    #[tokio::test]
    async fn without_an_end_they_are_asked_for_each_time() {
        assert_eq!(keys(None, 9).await, (named(["key-0", "key-1", "key-2"]), 3));
        assert_eq!(keys(None, 1).await, (vec![Some("key-0".to_owned()), None, None], 3));
    }

    #[tokio::test]
    async fn a_provider_that_is_down_does_no_harm_while_the_old_ones_live() {
        assert_eq!(keys(Some(200), 1).await, (named(["key-0", "key-0", "key-0"]), 3));
        assert_eq!(keys(Some(200), 0).await, (vec![None, None, None], 3));
    }
}
