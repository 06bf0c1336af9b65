//! The first row: which cell is of which column.

use domain::{Column, Error, Result};

use super::split::Splitter;
use super::unquoted;
use crate::read::fault;
use crate::read::text_rows::{Columns, Limits, shortened};

/// Cells of a header that are looked at, and names that an error holds.
const CELLS: usize = 10_000;
const NAMED: usize = 100;

/// Reads the header: the column of each cell, and the columns that it names, in the table's order.
pub(super) fn read(
    splitter: &mut Splitter,
    table: &[Column],
    limits: Limits,
) -> Result<(Vec<usize>, Columns)> {
    if !splitter.next(CELLS)? {
        return Err(fault::empty());
    }
    let text = splitter.text()?;
    let names: Vec<String> =
        splitter.cells().iter().map(|cell| unquoted(text, cell).into_owned()).collect();
    let mut all = Columns::new(table.iter(), limits.row_bytes)?;
    let found: Vec<Option<usize>> = names.iter().map(|name| all.find(name)).collect();
    check(&names, &found, splitter.count(), table)?;
    // The columns that are there, in the table's order.
    let mut order: Vec<usize> = found.iter().copied().flatten().collect();
    order.sort_unstable();
    let places =
        found.iter().flatten().filter_map(|place| order.binary_search(place).ok()).collect();
    let columns = Columns::new(order.iter().map(|place| &table[*place]), limits.row_bytes)?;
    Ok((places, columns))
}

fn check(names: &[String], found: &[Option<usize>], cells: usize, table: &[Column]) -> Result<()> {
    let named = || names.iter().zip(found);
    let unknown = named().filter(|(_, place)| place.is_none()).map(|(name, _)| name.as_str());
    refuse(
        Error::invalid(
            "UNKNOWN_COLUMN",
            "The header names columns that the table has not; `errors` names them (the first 100). \
             Nothing was appended.",
        ),
        unknown,
        "is not a column of the table",
    )?;
    if cells > names.len() {
        let detail =
            format!("The header has {cells} cells, and the table {} columns.", table.len());
        return Err(Error::invalid("UNKNOWN_COLUMN", detail));
    }
    let mut seen = vec![0_u32; table.len()];
    let twice = named().filter_map(|(_, place)| {
        let place = (*place)?;
        seen[place] += 1;
        (seen[place] == 2).then(|| table[place].name.as_str())
    });
    refuse(
        Error::invalid(
            "DUPLICATE_COLUMN",
            "The header names columns twice (names are equal without case); `errors` names each. \
             Nothing was appended.",
        ),
        twice,
        "stands in the header twice",
    )?;
    missing(&seen, table)
}

/// The error, if there are any of these names.
fn refuse<'a>(mut error: Error, names: impl Iterator<Item = &'a str>, what: &str) -> Result<()> {
    for name in names.take(NAMED) {
        error = error.field(shortened(name), what);
    }
    if error.fields.is_empty() { Ok(()) } else { Err(error) }
}

/// The columns that take no NULL, have no default and are not there.
fn missing(seen: &[u32], table: &[Column]) -> Result<()> {
    let mut error = Error::invalid(
        "SCHEMA_MISMATCH",
        "The columns of the body do not fit the table; `errors` names each. Nothing was appended.",
    );
    for (column, seen) in table.iter().zip(seen) {
        if *seen == 0 && !column.nullable && column.default.is_none() {
            let expected = format!("is missing; expected {}, not null", column.r#type);
            error = error.field(column.name.as_str(), expected);
        }
    }
    if error.fields.is_empty() { Ok(()) } else { Err(error) }
}
