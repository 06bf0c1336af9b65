//! What DuckDB, DuckLake or the catalog's database says at the bottom of a failure, in its own words.
//!
//! A message holds callers' text: values, names, and statements of DuckLake's with the rows in them. So
//! what a failure means is told by its kind and by how its words begin, never by what stands in them.

use crate::raw::Failure;

/// Kinds that speak of a statement or of values: whatever their text says, nothing is broken.
pub(super) const CALLERS: [&str; 14] = [
    "Parser",
    "Syntax",
    "Binder",
    "Catalog",
    "Conversion",
    "Out of Range",
    "Invalid Input",
    "Mismatch Type",
    "Invalid Type",
    "Not implemented",
    "Divide by Zero",
    "Parameter Not Resolved",
    "Expression",
    "Constraint",
];

/// How DuckDB begins where DuckLake went on reading after an error. Callers' own errors never begin so:
/// the guard refuses `error()`.
const FETCHED: &str = "Attempting to fetch from an unsuccessful query result\nError: ";

/// Before the cause of a failed commit.
const COMMIT: &str = "Failed to commit DuckLake transaction.\n";

/// The bottom of a failure.
pub(super) struct Cause {
    kind: String,
    words: String,
    in_ducklake: bool,
    exhausted: bool,
}

impl Cause {
    pub(super) fn of(failure: &Failure) -> Self {
        let (mut kind, mut message) = (failure.kind.clone(), failure.message.clone());
        let (mut in_ducklake, mut exhausted) = (false, false);
        loop {
            let inner = inner(&message);
            let rest = inner.as_ref().map_or(message.as_str(), |(head, _)| head.as_str());
            exhausted |= kind == "TransactionContext" && own_words(rest).1;
            let Some((_, inner)) = inner else { break };
            in_ducklake = true;
            (kind, message) = (inner.kind, inner.message);
        }
        let words = own_words(&message).0.to_owned();
        Self { kind, words, in_ducklake, exhausted }
    }

    /// Whether it is of this kind.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// Whether it is not about a caller's statement, and begins with one of these.
    pub(super) fn begins(&self, words: &[&str]) -> bool {
        let of_callers = !self.in_ducklake && self.is_of_a_statement();
        !of_callers && words.iter().any(|begin| self.words.starts_with(begin))
    }

    /// Whether it is about a statement or its values.
    pub(super) fn is_of_a_statement(&self) -> bool {
        CALLERS.contains(&self.kind.as_str())
    }

    /// Its first line.
    pub(super) fn line(&self) -> &str {
        self.words.lines().next().unwrap_or_default()
    }

    /// Whether a statement of DuckLake's own failed.
    pub(super) fn is_in_ducklake(&self) -> bool {
        self.in_ducklake
    }

    /// Whether the commit was tried too often.
    pub(super) fn is_exhausted(&self) -> bool {
        self.exhausted
    }
}

/// DuckLake ends its own text with the whole failure of its statement: the text before, and that.
fn inner(message: &str) -> Option<(String, Failure)> {
    let (head, _) = message.split_once("{\"exception_type\"")?;
    let is_ducklakes = head.starts_with("Failed to commit: ")
        || head == FETCHED
        || (head.starts_with("Failed to ") && head.contains("DuckLake") && !head.contains('"'));
    let inner = is_ducklakes.then(|| Failure::from_json(&message[head.len()..]))??;
    Some((head.to_owned(), inner))
}

/// The message without what DuckLake and the extension for PostgreSQL put before the cause, their
/// statements with callers' values above all; and whether the commit was tried too often.
fn own_words(message: &str) -> (&str, bool) {
    let (mut rest, mut exhausted) = (message, false);
    loop {
        let next = if let Some(rest) = rest.strip_prefix(COMMIT) {
            rest
        } else if rest.starts_with("Exceeded the maximum retry count") {
            exhausted = true;
            rest.splitn(3, '\n').nth(2).unwrap_or_default()
        } else if rest.starts_with("Failed to load DuckLake") {
            break;
        } else if quotes_a_statement(rest) {
            rest.rsplit_once("\": ").map_or("", |(_, words)| words)
        } else {
            match rest.split_once(": ") {
                Some((what, words)) if is_what_failed(what) => words,
                _ => break,
            }
        };
        rest = next;
    }
    (rest, exhausted)
}

/// Callers' values and names may be in it, so only what stands behind it counts.
fn quotes_a_statement(message: &str) -> bool {
    let begins =
        ["Failed to execute query \"", "Failed to prepare COPY \"", "Failed to prepare query \""];
    begins.iter().any(|begin| message.starts_with(begin))
}

fn is_what_failed(what: &str) -> bool {
    let begins = ["Failed to ", "Unable to ", "Error during "];
    begins.iter().any(|begin| what.starts_with(begin)) && !what.contains(['"', '\n'])
}
