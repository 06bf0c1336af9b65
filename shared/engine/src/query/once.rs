//! A statement that is planned once.
//!
//! DuckDB plans a prepared statement that reads the lake twice: when it is prepared, and again when it is
//! run, for it keeps no plan of files. Each time DuckLake asks the catalog for the table's files, which is
//! most of what a small read takes. A statement with a parameter whose type is open is only bound when it is
//! prepared: its columns are known, and it is planned when it is run.

use service::Parameters;

use super::plan::{Ready, results};
use super::run::Stop;
use super::{casts, parameters};
use crate::error;
use crate::raw::{Connection, Failure, Prepared, Type};

/// True for the one value that is bound to it. DuckDB leaves the type of what is used as two types open.
const CONDITION: &str =
    " WHERE $eider_unbound::INTEGER IS NULL AND $eider_unbound::VARCHAR IS NULL";
const PARAMETER: &str = "eider_unbound";

/// Binds the statement, cast for Arrow and limited. `None` where it has to be prepared as it is: for its
/// own parameters, for names that stand twice, or since DuckDB does not take it; that is said then.
pub(super) fn prepare<'c>(
    connection: &'c Connection,
    sql: &str,
    given: &Parameters,
    limit: Option<u64>,
) -> Result<Option<Ready<'c>>, Stop> {
    if !parameters::is_empty(given) || sql.contains(PARAMETER) {
        return Ok(None);
    }
    let before = "SELECT * FROM (\n";
    let probe = format!("{before}{sql}\n) AS q{CONDITION}{}", casts::limit(limit));
    let Some(probe) = bound(connection.prepare(&probe))? else { return Ok(None) };
    let columns: Vec<(String, Type)> =
        probe.columns().into_iter().map(|(name, r#type)| (name, r#type.read())).collect();
    if probe.parameters() != [PARAMETER] || may_be_renamed(&columns) {
        return Ok(None);
    }
    let types: Vec<_> = columns.iter().map(|(_, r#type)| r#type.clone()).collect();
    let is_fine = types.iter().all(|r#type| casts::target(r#type).is_none());
    let wrapped = if is_fine { None } else { casts::wrap(sql, &types, limit, CONDITION) };
    let (prepared, offset) = match wrapped {
        None => (probe, before.len()),
        Some((wrapped, offset)) => (connection.prepare(&wrapped)?, offset),
    };
    prepared.bind_null(1)?;
    Ok(Some(Ready { prepared, columns: results(columns), offset: Some(offset) }))
}

/// `None` for a failure that speaks of the statement: as it was written it is said better.
fn bound(prepared: Result<Prepared<'_>, Failure>) -> Result<Option<Prepared<'_>>, Stop> {
    match prepared {
        Ok(prepared) => Ok(Some(prepared)),
        Err(failure) if error::is_of_the_statement(&failure) => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}

/// Whether a name may be one that stood twice: in a subquery the second `a` becomes `a_1`.
fn may_be_renamed(columns: &[(String, Type)]) -> bool {
    columns.iter().any(|(name, _)| {
        let Some((stem, number)) = name.rsplit_once('_') else { return false };
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number && columns.iter().any(|(other, _)| other.eq_ignore_ascii_case(stem))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::Database;

    fn names(sql: &str) -> Option<Vec<String>> {
        let connection = Connection::open(&Database::open(&[], None).expect("one")).expect("one");
        let none = Parameters::Positional(Vec::new());
        let ready = prepare(&connection, sql, &none, Some(5)).ok().expect("no failure");
        Some(ready?.columns.into_iter().map(|column| column.name).collect())
    }

    #[test]
    fn names_are_those_of_the_statement_or_it_is_prepared_as_it_is() {
        let plain = "SELECT count(*), 1 + 1, 2::HUGEINT AS a -- the end";
        assert_eq!(names(plain).expect("bound"), ["count_star()", "(1 + 1)", "a"]);
        for twice in ["SELECT 1 AS a, 2 AS a", "SELECT 1 AS a, 2 AS A, 3 AS a_1"] {
            assert_eq!(names(twice), None, "{twice}");
        }
        for other in ["SELECT ?", "SELECT $a", "SELECT $eider_unbound", "SELECT nothing"] {
            assert_eq!(names(other), None, "{other}");
        }
    }
}
