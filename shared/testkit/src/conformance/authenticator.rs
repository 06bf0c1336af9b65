//! Who is calling.

use std::sync::Arc;

use domain::Code;
use service::Authenticator;

/// Headers that an authenticator takes, and such that it does not.
pub struct Headers {
    /// Each is someone.
    pub good: Vec<Option<&'static str>>,
    /// Each is refused.
    pub bad: Vec<Option<&'static str>>,
}

/// A header is the same caller each time, whoever asked between; what is no good is
/// `Unauthenticated`, and the refusal does not say its token again.
pub async fn authenticator(authenticator: Arc<dyn Authenticator>, headers: Headers) {
    let mut callers = Vec::new();
    for good in &headers.good {
        let caller = authenticator.authenticate(*good).await.expect("someone");
        assert!(!caller.name.is_empty(), "{good:?} has no name");
        callers.push(caller);
    }
    for bad in headers.bad {
        let error = authenticator.authenticate(bad).await.expect_err("no one");
        assert_eq!(error.code, Code::Unauthenticated, "{bad:?}: {error}");
        let told = format!("{error} {error:?}");
        let token = bad.and_then(|header| header.split_once(' ')).map_or("", |(_, token)| token);
        assert!(token.is_empty() || !told.contains(token), "it says {bad:?} again");
    }
    for (good, before) in headers.good.iter().zip(callers) {
        let again = authenticator.authenticate(*good).await.expect("someone");
        assert_eq!(format!("{again:?}"), format!("{before:?}"), "{good:?}");
    }
}
