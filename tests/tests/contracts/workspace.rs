//! The workspace as `cargo metadata` tells it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Node};

/// Our crates and what they depend on.
pub(crate) struct Workspace(Metadata);

impl Workspace {
    pub(crate) fn read() -> Self {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
        let mut command = MetadataCommand::new();
        // For this platform only: crates of others need not be here.
        let options = ["--offline".to_owned(), "--filter-platform".to_owned(), host()];
        command.manifest_path(manifest).other_options(options);
        Self(command.exec().expect("cargo metadata"))
    }

    /// Our crates and the names of what each depends on, to build or to run: no dev-dependencies.
    pub(crate) fn edges(&self) -> BTreeMap<String, BTreeSet<String>> {
        let packages = self.0.workspace_packages().into_iter();
        packages
            .map(|package| {
                let shipped = package.dependencies.iter();
                let shipped = shipped.filter(|d| d.kind != DependencyKind::Development);
                (package.name.to_string(), shipped.map(|d| d.name.clone()).collect())
            })
            .collect()
    }

    pub(crate) fn is_ours(&self, name: &str) -> bool {
        self.0.workspace_packages().iter().any(|package| package.name == name)
    }

    /// The crates in `functions/`.
    pub(crate) fn functions(&self) -> BTreeSet<String> {
        let packages = self.0.workspace_packages().into_iter();
        packages
            .filter(|p| p.manifest_path.as_str().contains("/functions/"))
            .map(|p| p.name.to_string())
            .collect()
    }

    /// The names of all crates that end up in this one.
    pub(crate) fn everything_under(&self, name: &str) -> BTreeSet<String> {
        let nodes = &self.0.resolve.as_ref().expect("a resolved graph").nodes;
        let node_of = |id: &cargo_metadata::PackageId| {
            nodes.iter().find(|node| node.id == *id).expect("a node")
        };
        let packages = self.0.workspace_packages();
        let start =
            packages.iter().find(|p| p.name == name).unwrap_or_else(|| panic!("no crate {name}"));
        let (mut seen, mut left) = (BTreeSet::new(), vec![start.id.clone()]);
        while let Some(id) = left.pop() {
            if seen.insert(self.0[&id].name.to_string()) {
                left.extend(shipped(node_of(&id)));
            }
        }
        seen
    }
}

fn shipped(node: &Node) -> impl Iterator<Item = cargo_metadata::PackageId> {
    let of_use = |kinds: &[cargo_metadata::DepKindInfo]| {
        kinds.iter().any(|k| k.kind == DependencyKind::Normal)
    };
    node.deps.iter().filter(move |dep| of_use(&dep.dep_kinds)).map(|dep| dep.pkg.clone())
}

/// The names of all our crates.
pub(crate) fn names_of(workspace: &Workspace) -> BTreeSet<String> {
    workspace.edges().into_keys().collect()
}

/// The platform that tests are built on.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned);
    host.unwrap_or_else(|| panic!("rustc names no host: {text}"))
}
