//! What DuckDB and DuckLake say, as errors of the domain: all of it in this folder.
//!
//! DuckLake's texts hold whole SQL statements with values, so none of them reaches a caller; what
//! DuckDB says of a caller's own statement does, once it is clear that it says nothing else.

mod cause;
mod querying;
mod refused;
mod shown;
mod state;
mod writing;

use domain::{Code, Error};

use crate::raw::Failure;
use shown::shown;
use state::is_store_lost;

pub(crate) use querying::{is_of_a_missing_table, is_of_the_statement, querying, querying_tables};
pub(crate) use refused::{FINER, LOSES_DIGITS, NO_INTERVAL, NOT_WHOLE, refused_value};
pub(crate) use state::{
    is_connection_lost, is_instance_broken, is_interrupt, may_be_of_an_old_transaction,
    may_be_unreadable_rows,
};
pub(crate) use writing::{
    FROM_COLUMN, Verdict, is_of_a_value, may_be_the_body, value_not_allowed, writing,
};

/// The catalog holds no lake.
pub(crate) const NO_LAKE: &str = "NO_LAKE";

/// The engine does not open.
pub(crate) fn opening(failure: Failure) -> Error {
    // No caller's text is in what opens it, so the words may stand anywhere.
    if is_connection_lost(&failure) || failure.says("Unable to connect to Postgres") {
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
