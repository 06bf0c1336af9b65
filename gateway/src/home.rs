//! `EIDER_HOME` of embedded stores: one process at a time.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use anyhow::Context;
use config::Config;

/// Held as long as the process uses the folder; the system frees it, whatever the end.
pub(crate) struct HomeLock {
    _file: File,
}

/// Takes the folder for this process, and removes what one that was killed left half done in it.
pub(crate) fn take(config: &Config) -> anyhow::Result<HomeLock> {
    let locked = lock(&config.server.home)?;
    let leftovers = fs::read_dir(&config.engine.temporary_dir).into_iter().flatten().flatten();
    for entry in
        leftovers.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b"spool-"))
    {
        fs::remove_file(entry.path())
            .with_context(|| format!("cannot remove {}", entry.path().display()))?;
    }
    Ok(locked)
}

fn lock(home: &Path) -> anyhow::Result<HomeLock> {
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
