//! Each authenticator.

use std::sync::Arc;

use testkit::GrantingAuthenticator;
use testkit::conformance::{Headers, authenticator};
use web::Anonymous;

#[tokio::test]
async fn everyone_is_anonymous() {
    let good = vec![None, Some(""), Some("Bearer anything")];
    authenticator(Arc::new(Anonymous), Headers { good, bad: Vec::new() }).await;
}

#[tokio::test]
async fn callers_with_grants_are_told_apart() {
    let good = vec![
        Some("Bearer ada"),
        Some("Bearer bob read:main.flights write:raw"),
        Some("Bearer ada read:main.flights"),
    ];
    let bad = vec![None, Some("Basic YWRh"), Some("Bearer "), Some("Bearer eve own:main.flights")];
    authenticator(Arc::new(GrantingAuthenticator), Headers { good, bad }).await;
}
