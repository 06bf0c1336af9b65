//! What is refused, said to the one who wrote it.

use domain::{Error, TableName, limits};

use super::casts::Refused;

/// Statements of any other kind; also those that DuckDB makes several of.
pub(super) fn only_select() -> Error {
    Error::invalid(
        "ONLY_SELECT",
        "Only one SELECT is taken here (also DESCRIBE and SUMMARIZE of a table or a query, EXPLAIN, SHOW \
         TABLES; PIVOT with its values named, as in `PIVOT t ON a IN (1, 2)`).",
    )
}

pub(super) fn too_long() -> Error {
    let most = limits::SQL_BYTES / 1_000;
    Error::invalid("SQL_TOO_LONG", format!("The SQL has more than {most} kB; shorten it."))
}

pub(super) fn too_complex() -> Error {
    Error::invalid(
        "TOO_COMPLEX",
        "The SQL nests too deep; take parts of it into a WITH, or write long chains as lists.",
    )
}

/// What it asks for has no bound that holds.
pub(super) fn too_expensive(why: &str) -> Error {
    Error::invalid("TOO_EXPENSIVE", format!("{why}."))
}

pub(super) fn too_many_expansions(most: u64) -> Error {
    too_expensive(&format!(
        "The names of WITH and the views stand for more than {most} queries when each is written out; \
         read each of them less often"
    ))
}

/// More of these than may be planned.
pub(super) fn too_many(what: &str, most: usize) -> Error {
    too_expensive(&format!("The SQL has more than {most} {what}; ask in parts"))
}

pub(super) fn too_many_lambdas(most: usize) -> Error {
    too_expensive(&format!(
        "Lambdas stand within each other more than {most} deep; take some apart"
    ))
}

pub(super) fn views_too_large() -> Error {
    too_expensive("The views that the SQL reads are larger than 1 MB when each is written out")
}

pub(super) fn snapshot_twice() -> Error {
    Error::invalid(
        "SNAPSHOT_TWICE",
        "The request asks for a snapshot, and the SQL for another with AT; take one of them.",
    )
}

/// AT is for tables.
pub(super) fn not_timed(name: &str) -> Error {
    let name = shorten(name);
    not_allowed(&format!("`{name}` is no table, and AT reads tables only; write AT inside of it"))
}

/// AT is for what was a table at any time.
pub(super) fn once_a_view(name: &TableName) -> Error {
    not_allowed(&format!(
        "`{name}` was a view once, and AT reads tables only; send `snapshot` or `as_of` beside the SQL"
    ))
}

pub(super) fn explain(what: &str) -> Error {
    not_allowed(&format!("{what}; write EXPLAIN and the query behind it"))
}

/// A view that cannot be read.
pub(super) fn view(name: &TableName, what: &str) -> Error {
    Error::invalid("VIEW_NOT_ALLOWED", format!("The view `{name}` {what}."))
}

pub(super) fn cast(refused: &Refused) -> Error {
    match refused {
        Refused::Variant => not_allowed(
            "Only constants are cast to VARIANT, since JSON that nests deep breaks the engine there; use \
             JSON with json_extract, -> and ->>",
        ),
        Refused::Bignum => not_allowed(
            "Only numbers of other types and texts of up to 1,000 digits are cast to BIGNUM; cast to \
             HUGEINT first, as in `a::HUGEINT::BIGNUM`",
        ),
    }
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

/// What DuckDB has and this list does not is no function either.
pub(super) fn no_function(name: &str) -> Error {
    let name = shorten(name);
    Error::invalid(
        "FUNCTION_NOT_ALLOWED",
        format!("There is no function `{name}` to be used here."),
    )
}

pub(super) fn deep_function(name: &str) -> Error {
    let name = shorten(name);
    Error::invalid(
        "FUNCTION_NOT_ALLOWED",
        format!(
            "The function `{name}` may not be used here, since JSON that nests deep breaks the engine in \
             it; use json_extract, ->, ->> or json_each, or cast the JSON to a type."
        ),
    )
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
