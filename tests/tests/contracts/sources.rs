//! One endpoint, one file, one name; and files that one can read.

use std::path::{Path, PathBuf};

/// Look twice at 250 lines, stop at 500.
const MOST_LINES: usize = 500;
/// A composition root: it wires, the library works.
const MOST_LINES_OF_A_MAIN: usize = 30;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All Rust files under this folder, with their text.
pub(crate) fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("target") {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("a file of text");
            found.push((path, text));
        }
    }
    found
}

fn functions() -> Vec<(PathBuf, String)> {
    let all = sources(&root().join("functions"));
    assert!(all.len() > 10, "only {} files in functions/", all.len());
    all
}

/// The handlers of a file: operation id and name of the function that follows it.
fn handlers(text: &str) -> Vec<(String, String)> {
    let mut handlers = Vec::new();
    for part in text.split("#[utoipa::path(").skip(1) {
        let id = part.split("operation_id = \"").nth(1).and_then(|rest| rest.split('"').next());
        let name = part.split("async fn ").nth(1).and_then(|rest| rest.split(['(', '<']).next());
        handlers.push((id.unwrap_or_default().to_owned(), name.unwrap_or_default().to_owned()));
    }
    handlers
}

#[test]
fn a_handler_has_the_name_of_its_file_and_of_its_operation() {
    let mut found = 0;
    for (path, text) in functions() {
        let file = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        for (operation, function) in handlers(&text) {
            found += 1;
            assert_eq!(operation, function, "{}: operation id and function differ", path.display());
            assert_eq!(function, file, "{} defines another handler", path.display());
        }
    }
    assert!(found >= 14, "only {found} handlers were found");
}

#[test]
fn a_file_of_a_handler_defines_it_and_is_routed_by_its_function() {
    for (path, text) in functions() {
        let file = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        if handlers(&text).is_empty() {
            continue;
        }
        assert!(text.contains(&format!("async fn {file}(")), "{} has no fn {file}", path.display());
        let table = path.with_file_name("lib.rs");
        let routes = std::fs::read_to_string(&table).expect("the route table");
        assert!(
            routes.contains(&format!("{file}::{file}")),
            "{} does not route {file}",
            table.display()
        );
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    let folders = ["functions", "shared", "gateway", "tests"].map(|folder| root().join(folder));
    for (path, text) in folders.iter().flat_map(|folder| sources(folder)) {
        let lines = text.lines().count();
        assert!(lines <= MOST_LINES, "{} has {lines} lines: split it", path.display());
    }
}

#[test]
fn the_main_of_what_is_deployed_only_wires() {
    let all = functions().into_iter().chain(sources(&root().join("gateway")));
    let mains: Vec<_> = all.filter(|(path, _)| path.ends_with("main.rs")).collect();
    assert!(mains.len() >= 4, "only {} were found", mains.len());
    for (path, text) in mains {
        let lines = text.lines().count();
        assert!(lines <= MOST_LINES_OF_A_MAIN, "{} has {lines} lines", path.display());
    }
}
