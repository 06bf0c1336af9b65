//! The object store under the lake, and the credentials that the engine reaches it with.

use std::sync::Arc;

use domain::{Code, ObjectUri, Timestamp};
use futures::TryStreamExt;
use service::{ObjectCredentials, ObjectStore};

/// One kind of object store in each of its states.
pub struct ObjectStores {
    /// With the lake's bucket and keys that are good.
    pub ready: Arc<dyn ObjectStore>,
    /// An object that is in it, and what it holds.
    pub object: (ObjectUri, Vec<u8>),
    /// States in which it is no good, by name.
    pub broken: Vec<(&'static str, Arc<dyn ObjectStore>)>,
    /// What no error may tell.
    pub secrets: Vec<String>,
}

/// A store that is ready says so each time; one that is not is `Unavailable`, which tells a caller
/// what is down and no secret.
pub async fn object_store(stores: ObjectStores) {
    for _ in 0..2 {
        stores.ready.check().await.expect("it is ready");
    }
    let (object, held) = &stores.object;
    let opened = stores.ready.open(object).await.expect("it is there");
    assert_eq!(opened.length, held.len() as u64);
    let pieces: Vec<_> = opened.bytes.try_collect().await.expect("every piece");
    assert_eq!(pieces.concat(), *held);
    let other = ObjectUri { key: format!("{}.not", object.key), ..object.clone() };
    let missing = stores.ready.open(&other).await.err().expect("there is none");
    assert_eq!((missing.code, missing.error_code), (Code::NotFound, "SOURCE_NOT_FOUND"));
    for (state, store) in stores.broken {
        if state != "no bucket" {
            let error = store.open(object).await.err().expect(state);
            assert!(matches!(error.code, Code::Unavailable | Code::Forbidden), "{state}: {error}");
        }
        let error = store.check().await.expect_err(state);
        assert_eq!(error.code, Code::Unavailable, "{state}: {error}");
        assert!(error.detail.contains("object store"), "{state}: {error}");
        for secret in &stores.secrets {
            let told = format!("{error} {error:?}");
            assert!(!told.contains(secret.as_str()), "{state}: a secret is told");
        }
    }
}

/// Credentials are whole, good now, the same for everyone who asks at one moment, and are not printed.
pub async fn object_credentials(credentials: Arc<dyn ObjectCredentials>) {
    let asked = (0..8).map(|_| credentials.current());
    let found = futures::future::try_join_all(asked).await.expect("credentials");
    for one in &found {
        assert!(!one.access_key.is_empty() && !one.secret_key.is_empty());
        assert!(one.session_token.as_deref() != Some(""), "no token is `None`");
        #[expect(clippy::disallowed_methods, reason = "they end by the clock, whoever asks")]
        let now = Timestamp::now();
        assert!(one.expires_at.is_none_or(|end| end > now), "they ended at {:?}", one.expires_at);
        let printed = format!("{one:?}");
        assert!(!printed.contains(&one.secret_key), "the secret is printed");
        assert!(
            one.session_token.iter().all(|token| !printed.contains(token)),
            "the token is printed"
        );
        assert!(*one == found[0], "two answers of one moment differ");
    }
}
