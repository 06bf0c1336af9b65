//! Who asks, handed on to a query process: that asks nobody else, and only this process knows its secret.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Caller, Error, Result};
use http::HeaderValue;
use serde::{Deserialize, Serialize};
use service::Authenticator;

use super::message::{Granted, granted, grants};

/// A caller, in place of what they had proven themselves with.
#[derive(Serialize, Deserialize)]
struct Handed {
    name: String,
    grants: Option<Vec<Granted>>,
}

/// The `Authorization` that a query process reads.
pub(super) fn header(caller: &Caller) -> Result<HeaderValue> {
    let handed = Handed { name: caller.name.clone(), grants: granted(&caller.grants) };
    let text = serde_json::to_vec(&handed).map_err(Error::internal)?;
    HeaderValue::from_str(&URL_SAFE_NO_PAD.encode(text)).map_err(Error::internal)
}

/// Takes the caller as they were handed on.
pub(super) struct HandedOn;

#[async_trait]
impl Authenticator for HandedOn {
    async fn authenticate(&self, authorization: Option<&str>) -> Result<Caller> {
        let bytes = authorization.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let handed = bytes.and_then(|bytes| serde_json::from_slice::<Handed>(&bytes).ok());
        let Some(Handed { name, grants: granted }) = handed else {
            return Err(Error::internal("a query process was asked by another than its server"));
        };
        Ok(Caller { name, grants: grants(granted)? })
    }
}

#[cfg(test)]
mod tests {
    use domain::{Access, Code, Grants, TableName};

    use super::*;

    #[tokio::test]
    async fn a_caller_arrives_as_they_are_and_nobody_else_does() {
        let table = |text: &str| TableName::parse(text).expect("a name");
        let tables =
            vec![(table("\"ü \"\"x\"\"\".t"), Access::Read), (table("other.u"), Access::Write)];
        for grants in [Grants::All, Grants::Tables(Vec::new()), Grants::Tables(tables)] {
            let caller = Caller { name: "Ådå \"x\"".to_owned(), grants };
            let header = header(&caller).expect("a header");
            let arrived = HandedOn.authenticate(Some(header.to_str().expect("ASCII"))).await;
            assert_eq!(arrived.expect("the caller"), caller);
        }
        for odd in [None, Some(""), Some("Bearer ada read:t"), Some("e30"), Some("bm8")] {
            let error = HandedOn.authenticate(odd).await.expect_err("nobody");
            assert_eq!(error.code, Code::Internal, "{odd:?}");
        }
    }
}
