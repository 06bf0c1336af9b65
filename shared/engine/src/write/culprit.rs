//! Which column of a body holds a value that does not fit.

use std::sync::Arc;

use arrow_schema::{DataType, SchemaRef};
use domain::Name;
use service::{Append, Change};

use super::attempt::{Attempt, Failed};
use crate::raw::{ArrowView, Failure};
use crate::sql::table;
use crate::watchdog::Watchdog;
use crate::{error, values};

/// The same failure; where a value of a body is at fault, with the name of its column.
pub(super) fn named(failed: Failed, attempt: &Attempt<'_>, watchdog: &Watchdog) -> Failed {
    let (Failed::Engine(failure), Change::Append(append)) = (&failed, &attempt.write.change) else {
        return failed;
    };
    if !error::is_of_a_value(failure) {
        return failed;
    }
    let schema = append.source.schema();
    let column = said(failure, &schema).or_else(|| {
        let _watch = watchdog.watch(attempt.connection.interrupt(), attempt.write.deadline);
        tried(attempt, append, &schema)
    });
    match column {
        Some(column) => {
            let error = error::value_not_allowed(failure, Some(&column));
            Failed::Known(error.because(failure.clone()))
        }
        None => failed,
    }
}

/// Of a plain type DuckDB names the column itself, at the end of what it says.
fn said(failure: &Failure, schema: &SchemaRef) -> Option<String> {
    let (_, name) = failure.message.rsplit_once(error::FROM_COLUMN)?;
    let name = name.lines().next()?;
    let found = schema.fields().iter().find(|field| field.name().eq_ignore_ascii_case(name))?;
    Some(found.name().clone())
}

/// Of a value within a list, a struct or a map, of some times and of an interval's text it does not: the
/// one column that it may be, or the first that cannot be cast.
fn tried(attempt: &Attempt<'_>, append: &Append, schema: &SchemaRef) -> Option<String> {
    let may = |index: &usize| {
        let r#type = schema.field(*index).data_type();
        let is_text = r#type.is_string() || matches!(r#type, DataType::Dictionary(..));
        r#type.is_nested() || is_text || matches!(r#type, DataType::Timestamp(..))
    };
    let candidates: Vec<_> = (0..schema.fields().len()).filter(may).collect();
    let found = match candidates.as_slice() {
        [only] => *only,
        several => {
            let types = types(attempt, append).ok()?;
            let fails = |index: &&usize| fails(attempt, append, schema, **index, &types);
            *several.iter().find(fails)?
        }
    };
    Some(schema.field(found).name().clone())
}

/// Name and type of the table's columns.
fn types(attempt: &Attempt<'_>, append: &Append) -> Result<Vec<(Name, String)>, Failure> {
    let sql = format!(
        "SELECT column_name::VARCHAR, column_type::VARCHAR FROM (DESCRIBE {})",
        table(&append.table)
    );
    let rows = values::texts(&attempt.connection, &sql)?;
    let column = |row: Vec<Option<String>>| match row.as_slice() {
        [Some(name), Some(r#type)] => Some((Name::parse("column", name).ok()?, r#type.clone())),
        _ => None,
    };
    Ok(rows.into_iter().filter_map(column).collect())
}

/// Whether the body's column of this index, alone, cannot be cast to the table's type.
fn fails(
    attempt: &Attempt<'_>,
    append: &Append,
    schema: &SchemaRef,
    index: usize,
    types: &[(Name, String)],
) -> bool {
    let name = schema.field(index).name();
    let tried = || {
        let (_, r#type) =
            types.iter().find(|(column, _)| column.as_str().eq_ignore_ascii_case(name))?;
        let alone = Arc::new(schema.project(&[index]).ok()?);
        let batches = append.source.batches().ok()?.map(move |batch| {
            batch.and_then(|batch| batch.project(&[index]).map_err(domain::Error::internal))
        });
        let view = super::append::view_name();
        let _view = ArrowView::new(&attempt.connection, &view, &alone, Box::new(batches)).ok()?;
        let column = crate::sql::identifier(name);
        let sql = format!("SELECT count(CAST({column} AS {type})) FROM memory.main.{view}");
        Some(attempt.connection.execute(&sql))
    };
    tried().is_some_and(|tried| tried.is_err_and(|failure| error::is_of_a_value(&failure)))
}
