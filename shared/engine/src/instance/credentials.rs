//! The secret for the object store, kept as fresh as the credentials are.

use std::sync::PoisonError;

use service::S3Credentials;

use super::Instance;
use crate::raw::{Connection, Failure};
use crate::settings::StorageLocation;
use crate::sql::literal;

impl Instance {
    /// Puts these credentials in place if others are: every use of an instance begins so. It works
    /// under `lock_configuration`, and files opened from then on are signed with the new ones.
    pub(crate) fn refresh(&self, credentials: &S3Credentials) -> Result<(), Failure> {
        let mut applied = self.applied.lock().unwrap_or_else(PoisonError::into_inner);
        if applied.as_ref() == Some(credentials) {
            return Ok(());
        }
        apply(&self.connect()?, &self.storage, credentials)?;
        // A transaction that was begun before goes on with the old ones.
        self.sessions.clear();
        *applied = Some(credentials.clone());
        Ok(())
    }
}

/// Makes or replaces the secret.
pub(super) fn apply(
    connection: &Connection,
    storage: &StorageLocation,
    credentials: &S3Credentials,
) -> Result<(), Failure> {
    let StorageLocation::S3 { data_path, endpoint, secure, region } = storage else {
        return Ok(());
    };
    let mut parts = vec![
        "TYPE s3".to_owned(),
        format!("KEY_ID {}", literal(&credentials.access_key)),
        format!("SECRET {}", literal(&credentials.secret_key)),
        format!("REGION {}", literal(region)),
        format!("SCOPE {}", literal(data_path)),
        format!("USE_SSL {secure}"),
    ];
    if let Some(token) = &credentials.session_token {
        parts.push(format!("SESSION_TOKEN {}", literal(token)));
    }
    if let Some(endpoint) = endpoint {
        parts.push(format!("ENDPOINT {}", literal(endpoint)));
        parts.push("URL_STYLE 'path'".to_owned());
    }
    let sql = format!("CREATE OR REPLACE SECRET eider_objects ({})", parts.join(", "));
    connection.execute(&sql).map(drop)
}
