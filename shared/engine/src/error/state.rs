//! What a failure says of the engine, the catalog and the object store.

use super::cause::Cause;
use crate::raw::Failure;

/// What DuckLake says of a relation that is gone, and of rows in the catalog that it cannot read.
const INDEX_0: &str = "Attempted to access index 0 within vector of size 0";

/// Rows of a STRUCT that DuckLake keeps as a text in PostgreSQL, and cannot read (see `write::inlining`); or a
/// relation that is gone, or that the reader has no right to.
pub(crate) fn may_be_unreadable_rows(failure: &Failure) -> bool {
    failure.is("INTERNAL") && failure.message.starts_with(INDEX_0)
}

/// DuckDB itself is broken, or a reader holds a relation that is gone (two bugs, FACTS 5).
pub(crate) fn is_instance_broken(failure: &Failure) -> bool {
    let cause = Cause::of(failure);
    failure.is("FATAL")
        || cause.is("FATAL")
        || cause.begins(&[
            "Failed: database has been invalidated",
            INDEX_0,
            // In a transaction in which nothing had failed that we were told of: on PostgreSQL the
            // missing relation shows like this.
            "Current transaction is aborted",
        ])
        || misses_inlined_rows(&cause)
}

/// What was asked was interrupted: also where DuckLake says so of a question of its own.
pub(crate) fn is_interrupt(failure: &Failure) -> bool {
    failure.is("INTERRUPT") || Cause::of(failure).is("INTERRUPT")
}

/// What an old transaction relied on may be gone: its connection, a file, the transaction itself. A broken
/// DuckDB is another thing.
pub(crate) fn may_be_of_an_old_transaction(failure: &Failure) -> bool {
    let cause = Cause::of(failure);
    let kinds = ["IO", "HTTP", "TransactionContext"];
    let is_broken = failure.is("FATAL") || cause.is("FATAL");
    !is_broken
        && (kinds.iter().any(|kind| cause.is(kind))
            || is_connection_lost(failure)
            || is_instance_broken(failure))
}

/// A table of inlined rows that DuckLake asks for is gone. One that a caller asks for never was there.
fn misses_inlined_rows(cause: &Cause) -> bool {
    let line = cause.line();
    let is_gone = if cause.is("Catalog") {
        cause.is_in_ducklake() && line.starts_with("Table with name ducklake_inlined_d")
    } else {
        cause.begins(&["ERROR:  relation \"", "no such table: "])
    };
    is_gone && line.contains("ducklake_inlined_d")
}

/// The catalog's database is not to be reached, or hung up.
pub(crate) fn is_connection_lost(failure: &Failure) -> bool {
    const WORDS: [&str; 13] = [
        "Unable to connect to Postgres",
        "server closed the connection",
        "connection to server",
        "terminating connection",
        "Connection refused",
        "no connection to the server",
        "could not receive data from server",
        "could not send data to server",
        "SSL connection has been closed",
        "SSL SYSCALL error",
        "SSL error",
        // PostgreSQL says so what ends a session: it shuts down, it has no slot, it was told to.
        "FATAL:  ",
        "PANIC:  ",
    ];
    failure.is("Connection") || Cause::of(failure).begins(&WORDS)
}

/// The object store is not to be reached, or refuses.
pub(crate) fn is_store_lost(failure: &Failure) -> bool {
    let cause = Cause::of(failure);
    let (kind, line) = (cause.is("IO"), cause.line());
    // DuckDB takes a name that looks like a file's for one (see `missing_table`).
    let is_name = line.starts_with("No files found that match the pattern");
    let is_io = kind && !is_name && (line.contains("for HTTP") || line.contains("s3://"));
    cause.is("HTTP") || is_io || cause.begins(&["Could not establish connection"])
}

/// The table is not as the write wants it.
pub(super) fn is_table_changed(failure: &Failure) -> bool {
    use catalog::ledger::{
        TABLE_HAS_CHANGED, TABLE_HAS_CHANGED_IN_POSTGRES, TABLE_IS_ANOTHER,
        TABLE_IS_ANOTHER_IN_POSTGRES,
    };
    let cause = Cause::of(failure);
    let raised = [
        TABLE_HAS_CHANGED,
        TABLE_HAS_CHANGED_IN_POSTGRES,
        TABLE_IS_ANOTHER,
        TABLE_IS_ANOTHER_IN_POSTGRES,
    ];
    raised.iter().any(|begin| cause.line().starts_with(begin))
}

/// Another commit came first, in the words of DuckLake, PostgreSQL or SQLite.
pub(super) fn is_commit_conflict(failure: &Failure) -> bool {
    const WORDS: [&str; 11] = [
        "Transaction conflict",
        // DuckLake tries the commit of a CREATE TABLE again with a schema that it has freed.
        "Failed to get path for schema",
        catalog::ledger::ALREADY_RECORDED,
        catalog::ledger::ALREADY_RECORDED_IN_POSTGRES,
        "database is locked",
        "ERROR:  could not serialize",
        "ERROR:  deadlock detected",
        // PostgreSQL's "Key (snapshot_id)=(7) already exists": the number went to another commit.
        "ERROR:  duplicate key",
        "duplicate key",
        "UNIQUE constraint failed",
        // DuckLake on SQLite reads a commit of another process half done.
        "Failed to load DuckLake",
    ];
    let cause = Cause::of(failure);
    let begins = WORDS.iter().any(|word| cause.line().starts_with(word));
    begins || cause.is_exhausted()
}
