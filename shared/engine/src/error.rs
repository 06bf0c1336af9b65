//! What DuckDB and DuckLake say, as errors of the domain: all of it in this file.
//!
//! DuckLake's texts hold whole SQL statements with values, so none of them reaches a caller; what
//! DuckDB says of a caller's own statement does, once it is clear that it says nothing else.

use domain::{Code, Error, TableName};

use crate::answer;
use crate::raw::Failure;

/// What is to be done after a write failed.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// The same again may do: another commit came first.
    Again(Error),
    /// The instance is broken: open it anew, then the same again.
    Reopen(Error),
    /// That is the answer.
    Final(Error),
}

/// DuckDB itself is broken, or a reader holds a relation that is gone (two bugs, FACTS 5).
pub(crate) fn is_instance_broken(failure: &Failure) -> bool {
    failure.says("database has been invalidated")
        || failure.is("FATAL")
        || (failure.says("ducklake_inlined_d")
            && (failure.says("does not exist") || failure.says("no such table")))
        || failure.says("Attempted to access index 0 within vector of size 0")
        // In a transaction in which nothing had failed that we were told of: on PostgreSQL the
        // missing relation shows like this.
        || failure.says("Current transaction is aborted")
}

/// The catalog holds no lake.
pub(crate) const NO_LAKE: &str = "NO_LAKE";

/// The engine does not open.
pub(crate) fn opening(failure: Failure) -> Error {
    if is_connection_lost(&failure) {
        return Error::unavailable("The lake's catalog", failure);
    }
    if is_store_lost(&failure) {
        return Error::unavailable("The lake's object store", failure);
    }
    if failure.says("does not exist") || failure.says("unable to open database") {
        let mut error = Error::new(
            Code::Unavailable,
            NO_LAKE,
            "There is no lake in the catalog yet, or it is not to be reached; run `eider-server migrate`.",
        );
        error.source = Some(Box::new(failure));
        return error;
    }
    Error::internal(failure)
}

/// A write failed; the caller's rows or definition may be at fault, or chance.
pub(crate) fn writing(failure: Failure, table: &TableName) -> Verdict {
    if is_instance_broken(&failure) {
        return Verdict::Reopen(Error::unavailable("The lake's engine", failure));
    }
    if is_connection_lost(&failure) {
        return Verdict::Final(Error::unavailable("The lake's catalog", failure));
    }
    if is_store_lost(&failure) {
        return Verdict::Final(Error::unavailable("The lake's object store", failure));
    }
    // We interrupt no write: DuckDB lost the reason (see `reason_lost`), the next try shows it.
    if failure.is("INTERRUPT") {
        return Verdict::Again(answer::conflict(failure));
    }
    let text = failure.message.as_str();
    // PostgreSQL's "Key (snapshot_id)=(7) already exists": the number went to another commit.
    if text.contains("duplicate key value") {
        return Verdict::Again(answer::conflict(failure));
    }
    if text.contains("already exists") || text.contains("created by another transaction already") {
        // The schema is made on first use: a twin that made it first is no reason to fail.
        if text.contains("create schema") || text.contains("Schema with name") {
            return Verdict::Again(answer::conflict(failure));
        }
        return Verdict::Final(answer::table_exists(table).because(failure));
    }
    let gone = text.contains("another transaction has dropped it");
    if gone || (failure.is("Catalog") && text.contains("does not exist")) {
        return Verdict::Final(answer::table_not_found(table).because(failure));
    }
    if is_commit_conflict(&failure) {
        return Verdict::Again(answer::conflict(failure));
    }
    match rows(&failure) {
        Some(error) => Verdict::Final(error.because(failure)),
        None => Verdict::Final(Error::internal(failure)),
    }
}

/// Another commit came first, in the words of DuckLake, PostgreSQL or SQLite.
fn is_commit_conflict(failure: &Failure) -> bool {
    const WORDS: [&str; 10] = [
        "Transaction conflict",
        // DuckLake tries the commit of a CREATE TABLE again with a schema that it has freed.
        "Failed to get path for schema",
        "write already recorded",
        "Exceeded the maximum retry count",
        "database is locked",
        "could not serialize",
        "deadlock detected",
        "duplicate key",
        "UNIQUE constraint failed",
        // DuckLake on SQLite reads a commit of another process half done.
        "Failed to load DuckLake",
    ];
    WORDS.iter().any(|word| failure.says(word))
}

pub(crate) fn is_connection_lost(failure: &Failure) -> bool {
    const WORDS: [&str; 10] = [
        "Unable to connect to Postgres",
        "server closed the connection",
        "connection to server",
        "terminating connection",
        "Connection refused",
        "no connection to the server",
        "the database system is",
        "remaining connection slots",
        "too many clients",
        "SSL connection has been closed",
    ];
    failure.is("Connection") || WORDS.iter().any(|word| failure.says(word))
}

fn is_store_lost(failure: &Failure) -> bool {
    failure.is("HTTP")
        || (failure.is("IO") && (failure.says("for HTTP") || failure.says("s3://")))
        || failure.says("Could not establish connection")
}

/// What is wrong with the rows of a body, where it is the body.
fn rows(failure: &Failure) -> Option<Error> {
    let text = failure.message.as_str();
    if let Some((_, column)) = text.split_once("NOT NULL constraint failed: ") {
        let column = column.lines().next().unwrap_or_default();
        let column = column.split_once('.').map_or(column, |(_, column)| column).trim();
        let error = Error::invalid(
            "NULL_NOT_ALLOWED",
            format!(
                "The column `{column}` takes no NULL, and the body holds one. Nothing was appended."
            ),
        );
        return Some(error.field(column, "holds a NULL; this column takes none"));
    }
    if ["Conversion", "Out of Range", "Mismatch Type"].iter().any(|kind| failure.is(kind)) {
        let said = shown(failure).unwrap_or_else(|| "a value does not fit its column".to_owned());
        return Some(Error::invalid(
            "VALUE_NOT_ALLOWED",
            format!("A value of the body does not fit its column: {said}. Nothing was appended."),
        ));
    }
    let parquet = ["Parquet", "parquet", "TProtocol", "ThriftRe", "decompress", "Snappy", "ZSTD"];
    if parquet.iter().any(|word| text.contains(word)) || text.contains("page header") {
        return Some(Error::malformed(
            "BROKEN_BODY",
            "The Parquet body cannot be read to its end: a page of it is broken. Nothing was appended.",
        ));
    }
    None
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

/// Whether the caller's own statement is at fault.
pub(crate) fn is_of_the_statement(failure: &Failure) -> bool {
    const CALLERS: [&str; 14] = [
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
    !is_instance_broken(failure)
        && !is_connection_lost(failure)
        && (CALLERS.iter().any(|kind| failure.is(kind)) || missing_table(failure).is_some())
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
    if failure.is("Out of Memory") || failure.says("max_temp_directory_size") {
        return Error::new(
            Code::Invalid,
            "QUERY_TOO_LARGE",
            "The query needs more memory than there is; group or filter earlier, or ask for less.",
        )
        .because(failure);
    }
    if failure.says("total string size for regular string buffers") {
        return Error::invalid(
            "VALUES_TOO_LARGE",
            "The values of one column are too large to send together (2 GB for 2,048 rows).",
        )
        .because(failure);
    }
    if is_of_the_statement(&failure) {
        let said = shown(&failure).unwrap_or_else(|| "DuckDB does not take it".to_owned());
        let kind = failure.kind.clone();
        return Error::invalid("INVALID_SQL", format!("{kind} error: {said}")).because(failure);
    }
    Error::internal(failure)
}

/// The first line of a message, if it holds nothing of ours: no path, host, statement or name of
/// DuckLake's own.
fn shown(failure: &Failure) -> Option<String> {
    const OURS: [&str; 12] = [
        "__ducklake",
        "ducklake_",
        "eider_",
        "postgres",
        "sqlite",
        "s3://",
        "http://",
        "https://",
        "/tmp/",
        "password",
        "SELECT ",
        "INSERT ",
    ];
    let line = failure.message.lines().next()?.trim();
    let folded = line.to_ascii_lowercase();
    if OURS.iter().any(|ours| folded.contains(&ours.to_ascii_lowercase())) {
        return None;
    }
    // The lake's name is ours: people call their tables without it.
    Some(line.replace("lake.", "").chars().take(500).collect())
}
