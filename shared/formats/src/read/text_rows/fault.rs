//! What can be wrong with a row, said to the one who sent it.

use domain::{Code, Error};

use super::misfit::{Misfit, too_deep};
use super::scan::What;

/// A row of more bytes than one may have, in the body or (`what`) in memory.
pub(in crate::read) fn row_too_large(line: u64, what: &str, limit: usize) -> Error {
    Error::new(
        Code::TooLarge,
        "ROW_TOO_LARGE",
        format!(
            "The row that begins in line {line} takes more than {limit} bytes{what}; split it up."
        ),
    )
}

/// The row breaks its own format.
pub(in crate::read) fn corrupt(line: u64, what: impl std::fmt::Display) -> Error {
    let detail = format!("The body is corrupt in line {line}: {what}. Nothing was appended.");
    Error::malformed("CORRUPT_BODY", detail)
}

pub(in crate::read) fn cut_short(line: u64, lacks: &str) -> Error {
    let detail =
        format!("The body ends before its end: line {line} breaks off {lacks}; send it whole.");
    Error::malformed("BODY_CUT_SHORT", detail)
}

pub(in crate::read) fn not_utf8(line: u64, at: usize) -> Error {
    corrupt(line, format!("byte {} of it is not UTF-8; send the body as UTF-8", at + 1))
}

pub(in crate::read) fn holds_nul(line: u64) -> Error {
    corrupt(line, "it holds a NUL (a byte of zero); send the body as UTF-8 text without any")
}

pub(in crate::read) fn null_not_allowed(line: u64, column: &str) -> Error {
    let detail = format!(
        "The column `{column}` takes no NULL, and line {line} holds one. Nothing was appended."
    );
    Error::invalid("NULL_NOT_ALLOWED", detail)
        .field(column, format!("line {line} holds a NULL; this column takes none"))
}

/// What is wrong with JSON of a line, at a byte of it.
pub(in crate::read) fn not_json(line: u64, text: &str, at: usize, what: What) -> Error {
    match what {
        What::Cut => corrupt(line, "its JSON breaks off"),
        What::TooDeep => deep(line, None),
        What::Wrong(what) => {
            let character = text.get(..at).map_or(at, |before| before.chars().count()) + 1;
            corrupt(line, format!("it is not JSON at character {character}: {what}"))
        }
    }
}

/// A value did not fit its column. `text` is the line, where it is JSON.
pub(super) fn misfit(line: u64, column: &str, misfit: Misfit, text: &str, most: usize) -> Error {
    match misfit {
        Misfit::TooLarge => row_too_large(line, " in memory", most),
        Misfit::TooDeep => deep(line, Some(column)),
        Misfit::Broken(broken) => not_json(line, text, broken.at, broken.what),
        Misfit::Value { inside, expected, found, why } => {
            let place =
                if inside.is_empty() { String::new() } else { format!(" at `{column}{inside}`") };
            let problem = format!("expected {expected}{place}, found `{found}`, which {why}");
            let detail = format!(
                "A value of line {line} does not fit the column `{column}`: {problem}. Nothing was \
                 appended."
            );
            Error::invalid("VALUE_NOT_ALLOWED", detail)
                .field(column, format!("line {line}: {problem}"))
        }
    }
}

fn deep(line: u64, column: Option<&str>) -> Error {
    let whose = column.map_or(String::new(), |column| format!(" of the column `{column}`"));
    let detail =
        format!("A value{whose} in line {line} {}; flatten it. Nothing was appended.", too_deep());
    let error = Error::invalid("VALUE_TOO_DEEP", detail);
    match column {
        Some(column) => error.field(column, format!("line {line}: {}", too_deep())),
        None => error,
    }
}
