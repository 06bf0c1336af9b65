//! What is refused, said to the one who wrote it.

use domain::{Error, limits};

/// Statements of any other kind; also those that DuckDB makes several of.
pub(super) fn only_select() -> Error {
    Error::invalid(
        "ONLY_SELECT",
        "Only one SELECT is taken here (also DESCRIBE and SUMMARIZE of a table or a query; PIVOT \
         with its values, as in `PIVOT t ON a IN (1, 2)`).",
    )
}

pub(super) fn too_long() -> Error {
    let most = limits::SQL_CHARACTERS;
    Error::invalid("SQL_TOO_LONG", format!("The SQL has more than {most} characters; shorten it."))
}

pub(super) fn too_complex() -> Error {
    Error::invalid(
        "TOO_COMPLEX",
        "The SQL nests too deep; take parts of it into a WITH, or write long chains as lists.",
    )
}

/// Whether it is not there, or may not be read, is not said.
pub(super) fn table_not_found(name: &str) -> Error {
    let name = shorten(name);
    Error::invalid("TABLE_NOT_FOUND", format!("There is no table `{name}` that you may read."))
}

pub(super) fn function(name: &str) -> Error {
    let name = shorten(name);
    Error::invalid("FUNCTION_NOT_ALLOWED", format!("The function `{name}` may not be used here."))
}

pub(super) fn qualified_function(name: &str) -> Error {
    let name = shorten(name);
    Error::invalid(
        "FUNCTION_NOT_ALLOWED",
        format!(
            "`{name}` is called with something before its dot; call a function by its own name, as in \
             `lower(a)` in place of `a.lower()`."
        ),
    )
}

pub(super) fn table_function(name: &str) -> Error {
    let name = shorten(name);
    Error::invalid(
        "FUNCTION_NOT_ALLOWED",
        format!(
            "The table function `{name}` may not be used here; there are {}.",
            super::functions::TABLE_FUNCTIONS.join(", ")
        ),
    )
}

/// What SQL can say and this cannot take.
pub(super) fn not_allowed(what: &str) -> Error {
    Error::invalid("SQL_NOT_ALLOWED", format!("{what}."))
}

/// A name in an error is short: it may be a hundred thousand characters.
fn shorten(name: &str) -> String {
    match name.char_indices().nth(limits::NAME_CHARACTERS) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}
