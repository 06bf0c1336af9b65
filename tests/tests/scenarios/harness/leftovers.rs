//! What goes even when a run is interrupted: its folders, and the servers of faults in them.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

use tempfile::TempDir;

use super::way::repository;

static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A folder that is removed when it is dropped, or by [`remove_all`].
pub(crate) fn folder(prefix: &str) -> TempDir {
    let folder = tempfile::Builder::new().prefix(prefix).tempdir().expect("a folder");
    FOLDERS.lock().expect("folders").push(folder.path().to_owned());
    folder
}

/// Stops and removes what has not been dropped.
pub(crate) fn remove_all() {
    for folder in FOLDERS.lock().expect("folders").iter().filter(|folder| folder.exists()) {
        let services = folder.join("services");
        if services.exists() {
            for tool in ["tools/stack", "tools/services"] {
                Command::new(repository(tool)).arg("down").arg(&services).output().ok();
            }
        }
        std::fs::remove_dir_all(folder).ok();
    }
}
