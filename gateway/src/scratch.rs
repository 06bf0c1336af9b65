//! A folder of this process below the temporary one: what it spools and spills. The system frees its
//! lock however the process ends, so a start knows what was left by one that was killed.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Result};
use std::path::Path;

use anyhow::Context;
use tempfile::TempDir;

const PREFIX: &str = "process-";
const LOCK: &str = "lock";

/// Removed with all that is in it when the process ends in order.
pub(crate) struct Scratch {
    folder: TempDir,
    _lock: File,
}

impl Scratch {
    /// A new one in `temporary`, where the folders of processes that are gone are removed.
    pub(crate) fn new(temporary: &Path) -> anyhow::Result<Self> {
        let what = || format!("cannot use the folder {}", temporary.display());
        fs::create_dir_all(temporary).with_context(what)?;
        // One start at a time: a folder is never seen between its making and its lock.
        let starting = File::create(temporary.join(LOCK)).with_context(what)?;
        starting.lock().with_context(what)?;
        remove_leftovers(temporary).with_context(what)?;
        Self::make(temporary).with_context(what)
    }

    fn make(temporary: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(temporary)?;
        let lock = File::create(folder.path().join(LOCK))?;
        lock.lock()?;
        Ok(Self { folder, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// One that cannot be removed costs room, and is no reason not to start.
fn remove_leftovers(temporary: &Path) -> Result<()> {
    for entry in fs::read_dir(temporary)? {
        let folder = entry?.path();
        let name = folder.file_name().unwrap_or_default().as_encoded_bytes();
        if !name.starts_with(PREFIX.as_bytes()) {
            continue;
        }
        if let Err(error) = remove_unless_used(&folder) {
            tracing::warn!(%error, "cannot remove {}, left by a process that is gone", folder.display());
        }
    }
    Ok(())
}

fn remove_unless_used(folder: &Path) -> Result<()> {
    let lock = match File::open(folder.join(LOCK)) {
        Ok(lock) => lock,
        // Killed before it had one, or gone by itself meanwhile.
        Err(error) if error.kind() == ErrorKind::NotFound => return removed(folder),
        Err(error) => return Err(error),
    };
    match lock.try_lock() {
        Ok(()) => removed(folder),
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn removed(folder: &Path) -> Result<()> {
    fs::remove_dir_all(folder).or_else(|error| match error.kind() {
        ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(temporary: &Path) -> usize {
        let entries = fs::read_dir(temporary).expect("a folder").map(|entry| entry.expect("one"));
        entries.filter(|entry| entry.path().is_dir()).count()
    }

    #[test]
    fn what_a_process_that_is_gone_left_is_removed_and_nothing_else() {
        let temporary = tempfile::tempdir().expect("a folder");
        let temporary = temporary.path();
        let used = Scratch::new(temporary).expect("a folder");
        fs::write(used.path().join("spool-a"), "half").expect("written");
        // As after a kill: with a lock that no one holds, and before there was one.
        for left in ["process-locked", "process-new", "of another"] {
            fs::create_dir(temporary.join(left)).expect("a folder");
            fs::write(temporary.join(left).join("spool-b"), "half").expect("written");
        }
        File::create(temporary.join("process-locked").join(LOCK)).expect("a lock");
        assert_eq!(folders(temporary), 4);
        let second = Scratch::new(temporary).expect("a folder");
        assert!(used.path().join("spool-a").exists(), "it is in use");
        assert!(temporary.join("of another").exists(), "it is not ours");
        assert_eq!(folders(temporary), 3);
        drop((used, second));
        assert_eq!(folders(temporary), 1);
    }
}
