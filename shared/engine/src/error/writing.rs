//! Failures of writes.

use domain::{Error, TableName};

use super::cause::Cause;
use super::refused::refused_value;
use super::shown;
use super::state::{
    is_commit_conflict, is_connection_lost, is_instance_broken, is_store_lost, is_table_changed,
};
use crate::answer;
use crate::raw::Failure;

/// What is to be done after a write failed.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// The same again may do: another commit came first.
    Again(Error),
    /// The table has changed: the same again may do, unless the caller wants it as it was.
    Changed(Error),
    /// The instance is broken: open it anew, then the same again.
    Reopen(Error),
    /// That is the answer.
    Final(Error),
}

/// A write failed; the caller's rows or definition may be at fault, or chance.
pub(crate) fn writing(failure: Failure, table: &TableName) -> Verdict {
    if let Some(error) = rows(&failure, table) {
        return Verdict::Final(error.because(failure));
    }
    if is_instance_broken(&failure) {
        return Verdict::Reopen(Error::unavailable("The lake's engine", failure));
    }
    if is_connection_lost(&failure) {
        return Verdict::Final(Error::unavailable("The lake's catalog", failure));
    }
    if is_store_lost(&failure) {
        return Verdict::Final(Error::unavailable("The lake's object store", failure));
    }
    if failure.is("Out of Memory") {
        return Verdict::Final(answer::append_too_large().because(failure));
    }
    // We interrupt no write: DuckDB lost the reason (see `reason_lost`), the next try shows it.
    if failure.is("INTERRUPT") {
        return Verdict::Again(answer::conflict(failure));
    }
    if is_table_changed(&failure) {
        return Verdict::Changed(answer::conflict(failure));
    }
    match met(&failure) {
        Some(Met::Schema) => Verdict::Again(answer::conflict(failure)),
        Some(Met::Table) => Verdict::Final(answer::table_exists(table).because(failure)),
        Some(Met::Nothing) => Verdict::Final(answer::table_not_found(table).because(failure)),
        None if is_commit_conflict(&failure) => Verdict::Again(answer::conflict(failure)),
        None if is_broken_file(&failure) => {
            Verdict::Final(answer::broken_parquet().because(failure))
        }
        None => Verdict::Final(Error::internal(failure)),
    }
}

/// What a change of definitions, or an append, met under the name.
enum Met {
    /// The schema is made on first use: a twin that made it first is no reason to fail.
    Schema,
    Table,
    Nothing,
}

/// The name in the text is the caller's: only what stands before and after it counts.
fn met(failure: &Failure) -> Option<Met> {
    let cause = Cause::of(failure);
    let line = cause.line();
    if failure.is("Catalog") && !cause.is_in_ducklake() {
        let exists = line.ends_with("already exists!") || line.ends_with("already exists");
        let schema = line.starts_with("Schema with name ");
        return match (exists, schema) {
            (true, true) => Some(Met::Schema),
            (true, false) => Some(Met::Table),
            (false, _) => line.contains("does not exist").then_some(Met::Nothing),
        };
    }
    let conflict = line.strip_prefix("Transaction conflict - attempting to ")?;
    if conflict.starts_with("create schema") {
        return Some(Met::Schema);
    }
    if conflict.ends_with("has been created by another transaction already") {
        return Some(Met::Table);
    }
    let (_, what) = conflict.rsplit_once(" - but another transaction has ")?;
    what.starts_with("dropped it").then_some(Met::Nothing)
}

/// What is wrong with the rows of a body. By the kind alone: the text holds their values.
fn rows(failure: &Failure, table: &TableName) -> Option<Error> {
    if failure.is("Constraint") {
        let column =
            failure.message.strip_prefix("NOT NULL constraint failed: ")?.lines().next()?;
        // Before it stand the table's name, which may hold dots, and a dot.
        let column = column.get(table.name.as_str().len() + 1..).unwrap_or(column).trim();
        let error = Error::invalid(
            "NULL_NOT_ALLOWED",
            format!(
                "The column `{column}` takes no NULL, and the body holds one. Nothing was appended."
            ),
        );
        return Some(error.field(column, "holds a NULL; this column takes none"));
    }
    // What DuckDB can keep and Parquet cannot.
    if failure.message.starts_with("Parquet files do not support negative intervals") {
        return Some(Error::invalid(
            "VALUE_NOT_ALLOWED",
            "A negative interval cannot be kept: the lake's files are Parquet, which has none. Nothing was \
             appended.",
        ));
    }
    if failure.message.starts_with("Could not parse type string") {
        return Some(Error::invalid(
            "VALUE_NOT_ALLOWED",
            "A value of a VARIANT has a key that DuckDB cannot keep (an empty one). Nothing was appended.",
        ));
    }
    is_of_a_value(failure)
        .then(|| refused_value(failure).unwrap_or_else(|| value_not_allowed(failure, None)))
}

/// Where DuckDB names the column of a body.
pub(crate) const FROM_COLUMN: &str = " when casting from source column ";

/// A value of the body, in this column, does not fit.
pub(crate) fn value_not_allowed(failure: &Failure, column: Option<&str>) -> Error {
    let said = shown(failure).unwrap_or_else(|| "a value does not fit its column".to_owned());
    let whose = column.map_or("its column".to_owned(), |column| format!("the column `{column}`"));
    let said = said.rsplit_once(FROM_COLUMN).map_or(said.as_str(), |(said, _)| said);
    let error = Error::invalid(
        "VALUE_NOT_ALLOWED",
        format!("A value of the body does not fit {whose}: {said}. Nothing was appended."),
    );
    match column {
        Some(column) => error.field(column, "holds a value that does not fit the column's type"),
        None => error,
    }
}

/// Whether a value does not fit its type. Of intervals DuckDB says it as of any other argument.
pub(crate) fn is_of_a_value(failure: &Failure) -> bool {
    let of_interval = "Could not convert string";
    ["Conversion", "Out of Range", "Mismatch Type"].iter().any(|kind| failure.is(kind))
        || (failure.is("Invalid Input") && failure.message.starts_with(of_interval))
}

/// Whether DuckDB could not read on in a Parquet file. DuckLake's statements name such files too.
fn is_broken_file(failure: &Failure) -> bool {
    const WORDS: [&str; 11] = [
        "Parquet",
        "parquet",
        "TProtocol",
        "ThriftRe",
        "decompress",
        "Snappy",
        "ZSTD",
        "page header",
        // "Payload value bigger than allowed. Corrupted file?", and many that end like it.
        "orrupt",
        "Out of buffer",
        "bit width",
    ];
    let of_a_statement =
        failure.is("TransactionContext") || failure.says("Failed to execute query");
    !of_a_statement && WORDS.iter().any(|word| failure.says(word))
}

/// Whether an INSERT from a file may have failed because of the file.
pub(crate) fn may_be_the_body(failure: &Failure) -> bool {
    !(is_instance_broken(failure)
        || is_connection_lost(failure)
        || is_store_lost(failure)
        || is_commit_conflict(failure)
        || failure.is("Constraint")
        || failure.is("Catalog"))
}
