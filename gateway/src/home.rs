//! `EIDER_HOME` of embedded stores: one process at a time.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use anyhow::Context;

/// Held as long as the process uses the folder; the system frees it, whatever the end.
pub(crate) struct HomeLock {
    _file: File,
}

/// Takes the folder for this process.
pub(crate) fn take(home: &Path) -> anyhow::Result<HomeLock> {
    fs::create_dir_all(home)
        .with_context(|| format!("cannot make the folder {}", home.display()))?;
    let path = home.join("lock");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(HomeLock { _file: file }),
        Err(TryLockError::WouldBlock) => anyhow::bail!(
            "another eider-server uses {}; stop it, or set EIDER_HOME to another folder",
            home.display()
        ),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}
