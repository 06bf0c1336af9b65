//! `docs/errors.md` lists every error code that the sources make, each with its statuses.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use domain::{Code, Error};

use crate::deployment::repository;
use crate::sources::sources;

/// Statuses by code.
type Codes = BTreeMap<String, BTreeSet<u16>>;

const KINDS: [(&str, Code); 17] = [
    ("Malformed", Code::Malformed),
    ("Invalid", Code::Invalid),
    ("Unauthenticated", Code::Unauthenticated),
    ("Forbidden", Code::Forbidden),
    ("NotFound", Code::NotFound),
    ("Conflict", Code::Conflict),
    ("Gone", Code::Gone),
    ("PreconditionFailed", Code::PreconditionFailed),
    ("NotAcceptable", Code::NotAcceptable),
    ("UnsupportedMedia", Code::UnsupportedMedia),
    ("MethodNotAllowed", Code::MethodNotAllowed),
    ("TooLarge", Code::TooLarge),
    ("RateLimited", Code::RateLimited),
    ("RequestTimeout", Code::RequestTimeout),
    ("Timeout", Code::Timeout),
    ("Unavailable", Code::Unavailable),
    ("Internal", Code::Internal),
];

/// What `web` answers to an error of this kind.
fn status(kind: &str) -> u16 {
    let code = KINDS.iter().find(|(name, _)| *name == kind);
    let (_, code) = code.unwrap_or_else(|| panic!("Code::{kind} is not listed in this test"));
    web::problem_response(&Error::new(*code, "X", "x"), "r", "/", false).status().as_u16()
}

/// The rows of the page.
fn listed() -> Codes {
    let page = std::fs::read_to_string(repository("docs/errors.md")).expect("docs/errors.md");
    let rows = page.lines().filter(|line| line.starts_with("| `") && !line.contains("error_code"));
    let rows = rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [code, statuses, meaning] = cells[..] else { panic!("no row of three: {row}") };
        assert!(meaning.len() > 10, "nothing is said of {code}");
        let statuses = statuses.split(", ").map(|s| s.parse().expect("a status")).collect();
        (code.trim_matches('`').to_owned(), statuses)
    });
    rows.collect()
}

/// What the sources make: `Error::new(Code::Kind, "CODE", …)`, `Error::invalid("CODE", …)` and so on.
fn made() -> Codes {
    let mut codes = Codes::new();
    for folder in ["shared", "functions", "gateway"] {
        let root = repository(folder);
        let all = sources(&root).into_iter();
        for (path, text) in all.filter(|(p, _)| !is_test(p.strip_prefix(&root).expect("within"))) {
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for (kind, code) in calls(text) {
                let code = literal(text, code);
                // domain's own constructors hand on what they are given.
                if code.is_none() && path.ends_with("domain/src/error.rs") {
                    continue;
                }
                let code = code.unwrap_or_else(|| panic!("{}: no literal code", path.display()));
                codes.entry(code).or_default().insert(status(kind));
            }
        }
    }
    codes
}

fn is_test(path: &Path) -> bool {
    let part = |name: &str| path.components().any(|part| part.as_os_str() == name);
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    part("tests") || part("testkit") || file.ends_with("tests.rs")
}

/// The kind of each error made in a text, and the text from its code on.
fn calls(text: &str) -> Vec<(&str, &str)> {
    let mut calls = Vec::new();
    for owner in ["Error::", "Self::"] {
        for (constructor, kind) in
            [("invalid(", Some("Invalid")), ("malformed(", Some("Malformed")), ("new(", None)]
        {
            for rest in text.split(&format!("{owner}{constructor}")).skip(1) {
                let rest = rest.trim_start();
                match (kind, rest.strip_prefix("Code::").and_then(|rest| rest.split_once(','))) {
                    (Some(kind), _) => calls.push((kind, rest)),
                    (None, Some((kind, rest))) => calls.push((kind, rest.trim_start())),
                    // Another type's constructor.
                    (None, None) => {}
                }
            }
        }
    }
    calls
}

/// The code that stands here, or that the constant of this file holds whose name stands here.
fn literal(text: &str, at: &str) -> Option<String> {
    if let Some(rest) = at.strip_prefix('"') {
        return rest.split('"').next().map(str::to_owned);
    }
    let name = at.split([',', ')']).next()?.trim();
    let (_, value) = text.split_once(&format!("const {name}: &str = \""))?;
    value.split('"').next().map(str::to_owned)
}

#[test]
fn every_error_code_is_listed_with_its_statuses() {
    let (listed, made) = (listed(), made());
    assert!(made.len() > 50, "only {} codes were found", made.len());
    let missing: Vec<_> = made.iter().filter(|(code, s)| listed.get(*code) != Some(s)).collect();
    assert!(missing.is_empty(), "docs/errors.md does not say: {missing:?}");
    let gone: Vec<_> = listed.keys().filter(|code| !made.contains_key(*code)).collect();
    assert!(gone.is_empty(), "docs/errors.md lists what nothing makes: {gone:?}");
}
