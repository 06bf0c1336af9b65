//! Where the bench works: the repository, a folder for its own files, a runtime.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use tokio::runtime::Runtime;

/// What every row is given.
pub(crate) struct Place {
    /// The repository.
    pub(crate) root: PathBuf,
    /// `.cache/bench`: what is made once, and what a run leaves.
    pub(crate) folder: PathBuf,
    /// For what is asynchronous of Eider's own.
    pub(crate) runtime: Runtime,
}

impl Place {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
        let folder = root.join(".cache/bench");
        fs::create_dir_all(&folder)?;
        Ok(Self { root, folder, runtime: Runtime::new()? })
    }

    /// An empty folder below `.cache/bench`.
    pub(crate) fn fresh(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = self.folder.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// A binary that `./dev bench` has built.
    pub(crate) fn binary(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.root.join("target/release").join(name);
        ensure!(path.exists(), "{} is missing: run ./dev bench, which builds it", path.display());
        Ok(path)
    }

    /// Where DuckDB's extensions are.
    pub(crate) fn extensions(&self) -> PathBuf {
        self.root.join(".cache/duckdb/extensions")
    }

    /// What a process of Eider's needs whatever it serves.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let libraries = self.root.join(".cache/duckdb/lib");
        let paths = [
            ("LD_LIBRARY_PATH", libraries.clone()),
            ("DYLD_LIBRARY_PATH", libraries),
            ("EIDER_EXTENSION_DIR", self.extensions()),
            ("EIDER_ASSET_DIR", self.root.join(".cache/assets")),
        ];
        let text = |(name, path): (&str, PathBuf)| (name.to_owned(), path.display().to_string());
        paths.into_iter().map(text).chain([("LOG_LEVEL".into(), "warn".into())]).collect()
    }

    /// Runs a tool of the repository to its end.
    pub(crate) fn tool(&self, tool: &str, arguments: &[&str]) -> anyhow::Result<()> {
        run(Command::new(self.root.join(tool)).args(arguments).current_dir(&self.root))
    }
}

/// Runs a command to its end; what it said is told only if it failed.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {}\n{said}", output.status);
    Ok(())
}
