//! PostgreSQL and MinIO: those of the run, or some of a scenario's own to break.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::leftovers;
use super::server::Variables;
use super::way::{repository, variable};

/// Running servers, by the folder that `tools/services` keeps them in.
pub(crate) struct Services {
    folder: PathBuf,
    own: Option<TempDir>,
}

impl Services {
    /// Those of the run: shared, so never stopped by a scenario.
    pub(crate) fn of_the_run() -> Self {
        let folder = variable("EIDER_TEST_SERVICES").expect(
            "EIDER_TEST_SERVICES names no folder of tools/services: run ./dev test services",
        );
        Self { folder: folder.into(), own: None }
    }

    /// New ones for one scenario, which may stop them.
    pub(crate) async fn own() -> Self {
        let own = leftovers::folder("eider-faults-");
        // PostgreSQL, run as another user, must come through.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o711);
        std::fs::set_permissions(own.path(), open).expect("its permissions");
        let services = Self { folder: own.path().join("services"), own: Some(own) };
        services.tool(&["up"]).await;
        services
    }

    /// Where `tools/services` and `tools/stack` keep what is of them.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What a server needs to know of them.
    pub(crate) fn variables(&self) -> Variables {
        self.read("env")
    }

    /// The addresses of the functions that run on them.
    pub(crate) fn stack_variables(&self) -> Variables {
        self.read("stack.env")
    }

    fn read(&self, name: &str) -> Variables {
        let file = self.folder.join(name);
        let text = std::fs::read_to_string(&file)
            .unwrap_or_else(|e| panic!("{}: {e}; run ./dev test", file.display()));
        text.lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.trim_matches(['"', '\'']).to_owned()))
            .collect()
    }

    /// Stops one in good order: `postgres` or `minio`.
    pub(crate) async fn stop(&self, name: &str) {
        self.tool(&["stop", name]).await;
    }

    /// Crashes one.
    pub(crate) async fn kill(&self, name: &str) {
        self.tool(&["kill", name]).await;
    }

    /// Starts one again, with its data and port.
    pub(crate) async fn start(&self, name: &str) {
        self.tool(&["start", name]).await;
    }

    /// Freezes one (`STOP`), or lets it go on (`CONT`): it is there and does not answer.
    pub(crate) fn signal(&self, name: &str, signal: &str) {
        let file = self.folder.join(name).join("pid");
        let pid =
            std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let sent = Command::new("kill").args([&format!("-{signal}"), pid.trim()]).status();
        assert!(sent.expect("kill").success(), "kill -{signal} {name}");
    }

    async fn tool(&self, arguments: &[&str]) {
        let mut command = self.command(arguments);
        let ran = tokio::task::spawn_blocking(move || command.output()).await.expect("joined");
        let output = ran.expect("tools/services");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tools/services {arguments:?} failed: {said}");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(repository("tools/services"));
        command.args(arguments).arg(&self.folder);
        command
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        if self.own.is_some() {
            self.command(&["down"]).output().ok();
        }
    }
}
