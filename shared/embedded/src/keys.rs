//! The address and generated keys of the embedded S3 server, kept so that attached clients stay
//! attached when it is started again.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

/// What `s3.json` keeps.
#[derive(Clone, Serialize, Deserialize)]
pub struct StoredKeys {
    /// The port of the last start; 0 before the first.
    pub port: u16,
    /// The access key's id.
    pub access_key: String,
    /// The secret key.
    pub secret_key: String,
}

impl StoredKeys {
    #[expect(clippy::disallowed_methods, reason = "keys are made once, where they are kept")]
    /// Reads the file, or makes new keys where there is none.
    pub(crate) fn load_or_generate(path: &Path) -> anyhow::Result<Self> {
        if !path.exists() {
            let (first, second) = (uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
            return Ok(Self {
                port: 0,
                access_key: format!("eider{}", &first.simple().to_string()[..12]).to_uppercase(),
                secret_key: format!("{}{}", second.simple(), first.simple()),
            });
        }
        let text = fs::read_to_string(path).with_context(|| {
            format!("cannot read the object store's keys in {}", path.display())
        })?;
        serde_json::from_str(&text).with_context(|| {
            format!("{} is not what Eider wrote; remove it to have new keys", path.display())
        })
    }

    /// Writes the file, for this user's eyes only, whole or not at all.
    pub(crate) fn save(&self, path: &Path) -> anyhow::Result<()> {
        let draft = path.with_extension("json.new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft).with_context(|| {
            format!("cannot write the object store's keys to {}", draft.display())
        })?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        Ok(fs::rename(&draft, path)?)
    }
}
