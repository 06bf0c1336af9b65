//! What every service of AWS is reached with: a region, and keys where it is not AWS itself.

use crate::{Secret, reader::Reader};

/// Where servers that speak AWS's protocols say they are, if nothing is set.
pub(crate) const DEFAULT_REGION: &str = "us-east-1";

/// A pair of static keys.
#[derive(Debug, Clone)]
pub struct AwsKeys {
    /// The access key's id.
    pub access_key: String,
    /// The secret.
    pub secret_key: Secret,
}

pub(crate) fn read_region(reader: &mut Reader) -> Option<String> {
    reader.text("AWS_REGION").or_else(|| reader.text("AWS_DEFAULT_REGION"))
}

/// `{prefix}_ACCESS_KEY` and `{prefix}_SECRET_KEY`: both, or neither.
pub(crate) fn read_keys(reader: &mut Reader, prefix: &str) -> Option<AwsKeys> {
    let (access, secret) = (format!("{prefix}_ACCESS_KEY"), format!("{prefix}_SECRET_KEY"));
    match (reader.text(&access), reader.secret(&secret)) {
        (Some(access_key), Some(secret_key)) => Some(AwsKeys { access_key, secret_key }),
        (None, None) => None,
        (Some(_), None) => {
            reader.problem(&secret, format!("is not set; {access} is."));
            None
        }
        (None, Some(_)) => {
            reader.problem(&access, format!("is not set; {secret} is."));
            None
        }
    }
}
