//! Failures of callers' queries.

use domain::{Code, Error, TableName};

use super::cause::{CALLERS, Cause};
use super::shown::{candidates, shown};
use super::state::{is_connection_lost, is_instance_broken, is_store_lost};
use crate::raw::{Failure, NOT_UTF8};

/// Whether the caller's own statement is at fault.
pub(crate) fn is_of_the_statement(failure: &Failure) -> bool {
    let kinds = CALLERS.contains(&failure.kind.as_str()) && Cause::of(failure).is_of_a_statement();
    !is_instance_broken(failure)
        && !is_connection_lost(failure)
        && (kinds || missing_table(failure).is_some())
}

/// As [`querying`], but a table of these that is not there is said as the guard says it.
pub(crate) fn querying_tables(failure: Failure, tables: &[TableName]) -> Error {
    let found = missing_table(&failure).and_then(|missing| {
        tables.iter().find(|table| {
            let full = format!("{}.{}", table.schema.as_str(), table.name.as_str());
            missing.eq_ignore_ascii_case(table.name.as_str()) || missing.eq_ignore_ascii_case(&full)
        })
    });
    match found {
        Some(table) => Error::invalid(
            "TABLE_NOT_FOUND",
            format!("There is no table `{table}` that you may read."),
        )
        .because(failure),
        None => querying(failure),
    }
}

/// Whether a table of the statement is not there.
pub(crate) fn is_of_a_missing_table(failure: &Failure) -> bool {
    missing_table(failure).is_some()
}

/// The name of the table that DuckDB did not find. Where the name looks like one of a file, DuckDB
/// tried to open that, which is locked.
fn missing_table(failure: &Failure) -> Option<&str> {
    let text = failure.message.as_str();
    if failure.is("Catalog") {
        let (name, _) = text.strip_prefix("Table with name ")?.split_once(" does not exist")?;
        return Some(name.trim_matches('"'));
    }
    let (name, _) = text.strip_prefix("Cannot access file \"lake.")?.split_once("\" - ")?;
    Some(name)
}

/// A caller's query failed. A position in the error is still one in the statement as it ran.
pub(crate) fn querying(failure: Failure) -> Error {
    if is_connection_lost(&failure) {
        return Error::unavailable("The lake's catalog", failure);
    }
    if is_store_lost(&failure) {
        return Error::unavailable("The lake's object store", failure);
    }
    if failure.is("Out of Memory") {
        return Error::new(
            Code::Invalid,
            "QUERY_TOO_LARGE",
            "The query needs more memory than there is; group or filter earlier, or ask for less.",
        )
        .because(failure);
    }
    let too_large =
        ["the total string size for regular", "Arrow Appender: The maximum total string size"];
    if too_large.iter().any(|begin| failure.message.starts_with(begin)) {
        return Error::invalid(
            "VALUES_TOO_LARGE",
            "The values of one column are too large to send together (2 GB for 2,048 rows).",
        )
        .because(failure);
    }
    if failure.is(NOT_UTF8) {
        return Error::invalid(
            "TEXT_NOT_UTF8",
            "A text of the result is not UTF-8; make it with chr(), or cast it to BLOB with encode().",
        )
        .because(failure);
    }
    if is_of_the_statement(&failure) {
        let said = shown(&failure).unwrap_or_else(|| "DuckDB does not take it".to_owned());
        let kind = failure.kind.clone();
        let detail = match candidates(&failure) {
            Some(names) => {
                format!("{kind} error: {}. There are {names}.", said.trim_end_matches(['.', '!']))
            }
            None => format!("{kind} error: {said}"),
        };
        return Error::invalid("INVALID_SQL", detail).because(failure);
    }
    Error::internal(failure)
}
