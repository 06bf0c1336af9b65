//! A caller's SQL, checked before any of it is planned.

use domain::{Error, Result, TableName};

use super::run::Work;
use crate::guard::{self, Guarded};
use crate::{error, values};

/// Checks the text with DuckDB's own parser, on the connection that will run it: nothing has run on
/// it yet, and the text stands between quotes.
pub(super) fn check(work: &Work, text: &str, this: Option<&TableName>) -> Result<Guarded> {
    guard::check(text, this, &work.query.grants, &mut |text| {
        let rows =
            values::texts(&work.connection, &guard::parse_sql(text)).map_err(error::querying)?;
        let tree = rows.into_iter().flatten().next().flatten();
        tree.ok_or_else(|| Error::internal("the parser gave no row"))
    })
}
