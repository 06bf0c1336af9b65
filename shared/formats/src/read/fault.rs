//! What can be wrong with a body, said to the one who sent it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::{Code, Error, Result};

pub(super) fn empty() -> Error {
    Error::malformed("EMPTY_BODY", "The body is empty; send the rows in it.")
}

pub(super) fn cut_short(offset: u64, lacks: &str) -> Error {
    Error::malformed(
        "BODY_CUT_SHORT",
        format!("The body ends after {offset} bytes, {lacks}; send it whole."),
    )
}

/// The body breaks its own format in the part that begins at `offset`.
pub(super) fn corrupt(offset: u64, what: impl std::fmt::Display) -> Error {
    Error::malformed(
        "CORRUPT_BODY",
        format!("The body is corrupt in the part that begins at byte {offset}: {what}."),
    )
}

pub(super) fn too_large(offset: u64, what: &str, limit: u64) -> Error {
    Error::new(
        Code::TooLarge,
        "BATCH_TOO_LARGE",
        format!(
            "The part of the body that begins at byte {offset} holds {what} of more than {limit} \
             bytes in memory; write smaller batches (10,000 to 100,000 rows each)."
        ),
    )
}

/// Runs the readers of arrow-rs, which panic at some of what is corrupt.
pub(super) fn guarded<T, E>(read: impl FnOnce() -> Result<T, E>) -> Result<T, String>
where
    E: std::fmt::Display,
{
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(result) => result.map_err(|error| first_line(&error.to_string())),
        Err(_) => Err("its parts contradict each other".to_owned()),
    }
}

/// A library's message, short enough for a sentence.
fn first_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim_end_matches('.');
    line.chars().take(200).collect()
}

/// The failure of a reader: ours to pass on if it carries an error of ours (a client that left).
pub(super) fn of_reader(error: std::io::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) => Error::internal(error),
    }
}
