//! The examples of the pages in docs/, run as they stand.
//!
//! The blocks of one language are one script, in their order, on a lake of its own. A block of `text`
//! is what the block before it prints; `…` in it stands for anything, and white space does not matter.

use std::path::Path;
use std::process::Command;

use crate::clients::{attachable, node, python, said};
use crate::harness::app::App;
use crate::harness::leftovers;
use crate::harness::scenario::Scenario;
use crate::harness::way::{SERVERS, repository};

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only SERVERS, "each language wants a lake that nothing has been written to";
        the_examples_for_curl_hold,
        the_examples_of_runs_hold,
        the_examples_for_python_hold,
        the_examples_for_duckdb_hold,
        the_examples_for_javascript_hold,
    ]
}

/// Ends the output of a block.
const MARK: &str = "--- the end of a block ---";

/// Where the page says that Eider is.
const THERE: &str = "http://127.0.0.1:8000";

/// A block of code, and what it prints.
#[derive(Debug, Default)]
struct Example {
    line: usize,
    language: String,
    code: String,
    prints: Option<String>,
}

fn examples(page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut open: Option<Example> = None;
    for (index, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(language), None) => {
                let language = language.to_owned();
                open = Some(Example { line: index + 1, language, ..Example::default() });
            }
            (Some(_), Some(block)) if block.language == "text" => {
                let before = examples.last_mut().expect("a block of text has code before it");
                before.prints = Some(block.code);
            }
            (Some(_), Some(block)) => examples.push(block),
            (None, Some(mut block)) => {
                block.code.push_str(line);
                block.code.push('\n');
                open = Some(block);
            }
            (None, None) => (),
        }
    }
    examples
}

/// How to use tables, in each language.
const TABLES: &str = "docs/tables.md";
/// Jobs, runs and their events.
const RUNS: &str = "docs/runs.md";

/// The page's blocks of one language, for a server at `url`.
fn of(page: &str, language: &str, url: &str) -> Vec<Example> {
    let all = examples(&std::fs::read_to_string(repository(page)).expect(page));
    for example in &all {
        let known = ["sh", "python", "sql", "js"].contains(&example.language.as_str());
        assert!(known, "{page}:{}: nothing runs `{}`", example.line, example.language);
    }
    let mut chosen: Vec<_> = all.into_iter().filter(|e| e.language == language).collect();
    chosen.iter_mut().for_each(|example| example.code = example.code.replace(THERE, url));
    assert!(!chosen.is_empty(), "the page has no {language}");
    chosen
}

/// One script of all blocks; `mark` is the statement that ends each.
fn script(examples: &[Example], mark: &str) -> String {
    examples.iter().map(|example| format!("{}{mark}\n", example.code)).collect()
}

fn check(page: &str, examples: &[Example], printed: &str) {
    let mut outputs = printed.split(MARK);
    for example in examples {
        let found = outputs.next().unwrap_or_default();
        let expected = example.prints.as_deref().unwrap_or_default();
        assert!(
            is_like(&squeezed(found), &squeezed(expected)),
            "{page}:{}: the example prints\n{found}\nand not\n{expected}",
            example.line,
        );
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Whether the text is the pattern, in which `…` stands for anything.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('…');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

async fn run(
    (page, language): (&str, &str),
    mark: &str,
    command: impl FnOnce(&App, &Path, String) -> Command,
) {
    let (app, folder) = (App::own(&[]).await, leftovers::folder("eider-examples-"));
    let examples = of(page, language, &app.url);
    let mut command = command(&app, folder.path(), script(&examples, mark));
    command.current_dir(folder.path());
    check(page, &examples, &said(&app, command).await);
}

async fn the_examples_for_curl_hold() {
    run((TABLES, "sh"), &format!("echo '{MARK}'"), shell).await;
}

async fn the_examples_of_runs_hold() {
    run((RUNS, "sh"), &format!("echo '{MARK}'"), shell).await;
}

fn shell(_: &App, _: &Path, script: String) -> Command {
    let mut command = Command::new("bash");
    command.args(["-euo", "pipefail", "-c", &script]);
    command
}

async fn the_examples_for_python_hold() {
    run((TABLES, "python"), &format!("print('{MARK}')"), |_, folder, script| {
        let file = folder.join("script.py");
        std::fs::write(&file, script).expect("written");
        python(&file.display().to_string())
    })
    .await;
}

async fn the_examples_for_duckdb_hold() {
    run((TABLES, "sql"), MARK, |app, folder, script| {
        let file = folder.join("script.sql");
        std::fs::write(&file, script.trim_end_matches(&format!("{MARK}\n"))).expect("written");
        let mut command = python("sql_blocks.py");
        command.arg(file).arg(MARK).envs(attachable(app));
        command
    })
    .await;
}

async fn the_examples_for_javascript_hold() {
    run((TABLES, "js"), &format!("console.log('{MARK}');"), |_, folder, script| {
        node(folder, &script)
    })
    .await;
}
