//! What callers hear of failures, where it is not what DuckDB says of their own SQL.

use domain::{Code, Error, TableName};

use crate::raw::Failure;

/// The lake is encrypted and the configuration says no, or the other way.
pub(crate) fn other_encryption(wanted: bool) -> Error {
    Error::new(
        Code::Unavailable,
        "DB_DUCKLAKE_ENCRYPTED",
        format!(
            "DB_DUCKLAKE_ENCRYPTED is {wanted}, but the lake was made with {}; that is decided once.",
            !wanted
        ),
    )
}

/// Another commit came first again and again.
pub(crate) fn conflict(failure: Failure) -> Error {
    let mut error = Error::new(
        Code::Unavailable,
        "COMMIT_CONFLICT",
        "Other writes came first each time; nothing was changed. Try again in a moment.",
    )
    .because(failure);
    error.retry_after = Some(std::time::Duration::from_secs(1));
    error
}

/// One of that name is there.
pub(crate) fn table_exists(table: &TableName) -> Error {
    Error::new(
        Code::Conflict,
        "TABLE_EXISTS",
        format!("The table `{table}` is there already; choose another name."),
    )
}

/// There is none.
pub(crate) fn table_not_found(table: &TableName) -> Error {
    Error::new(
        Code::NotFound,
        "TABLE_NOT_FOUND",
        format!("There is no table `{table}` any more; nothing was changed."),
    )
}

/// Not the table that the rows were checked against.
pub(crate) fn table_changed(table: &TableName) -> Error {
    let mut error = Error::new(
        Code::Conflict,
        "TABLE_CHANGED",
        format!(
            "The table `{table}` was changed or made anew meanwhile; nothing was written. Send it again."
        ),
    );
    error.retry_after = Some(std::time::Duration::from_secs(1));
    error
}

/// DuckDB had not the memory for it.
pub(crate) fn append_too_large() -> Error {
    Error::new(
        Code::TooLarge,
        "APPEND_TOO_LARGE",
        "The rows need more memory than there is; nothing was appended. Send them in several appends, \
         each with an Idempotency-Key of its own.",
    )
}

/// A page of the file is broken.
pub(crate) fn broken_parquet() -> Error {
    Error::malformed(
        "BROKEN_BODY",
        "The Parquet body cannot be read to its end: a page of it is broken. Nothing was appended.",
    )
}

/// A commit was sent and its end is not known.
pub(crate) fn outcome_unknown(cause: Error) -> Error {
    let mut error = Error::new(
        Code::Unavailable,
        "OUTCOME_UNKNOWN",
        "The lake's catalog was lost while the write was committed: it may be there or not. Send it \
         again with the same Idempotency-Key; without one look first whether it is there.",
    );
    error.retry_after = Some(std::time::Duration::from_secs(1));
    error.because(cause)
}

/// One of these has rows that DuckLake keeps in the catalog and cannot read back, whatever the instance.
pub(crate) fn unreadable(tables: &[TableName]) -> Error {
    let names: Vec<_> = tables.iter().map(|table| format!("`{table}`")).collect();
    let of = match names.as_slice() {
        [one] => format!("The table {one} has rows"),
        several => format!("One of the tables {} has rows", several.join(", ")),
    };
    Error::invalid(
        "TABLE_UNREADABLE",
        format!(
            "{of} that another client left in the catalog and that DuckLake cannot read: values of a STRUCT, \
             kept as texts. Ask for other columns, or put other rows in their place by PUT \
             /tables/{{table_name}}?mode=overwrite."
        ),
    )
}

/// As many queries run as may, and no turn came before the deadline.
pub(crate) fn busy() -> Error {
    too_many("none of them ended in time")
}

/// As many queries run as may, and as many wait.
pub(crate) fn queue_full(may_wait: usize) -> Error {
    too_many(&match may_wait {
        0 => "none may wait for a turn (EIDER_ENGINE_QUEUE)".to_owned(),
        _ => format!(
            "{may_wait} wait for a turn already, which is all that may (EIDER_ENGINE_QUEUE)"
        ),
    })
}

fn too_many(why: &str) -> Error {
    let mut error = Error::new(
        Code::RateLimited,
        "TOO_MANY_QUERIES",
        format!("As many queries run as may at once, and {why}. Try again in a moment."),
    );
    error.retry_after = Some(std::time::Duration::from_secs(1));
    error
}

/// The time of a query is over.
pub(crate) fn timed_out() -> Error {
    Error::new(
        Code::Timeout,
        "QUERY_TIMEOUT",
        "The query did not end within its time; ask for less, or send it as a job.",
    )
}

/// Every process was told to connect to the lake anew, and this one does.
pub(crate) fn moved() -> Error {
    Error::unavailable("The lake's engine", "it is told to connect anew")
}

/// The time of a write is over, and its commit had not begun.
pub(crate) fn write_timed_out() -> Error {
    Error::new(
        Code::Timeout,
        "WRITE_TIMEOUT",
        "The write did not end within its time; nothing was changed. Send it in smaller pieces.",
    )
}

/// Of two threads one failed and the other was told to stop, and DuckDB kept the word of the other
/// (it marks the query as interrupted before it notes the error).
pub(crate) fn reason_lost(failure: Failure) -> Error {
    Error::invalid(
        "QUERY_FAILED",
        "The query failed while its rows were sent, for a reason that was lost; ask again to see it.",
    )
    .because(failure)
}
