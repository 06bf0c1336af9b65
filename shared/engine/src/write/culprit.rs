//! Which column of a body holds a value that does not fit.

use std::sync::Arc;

use arrow_schema::{DataType, SchemaRef};
use domain::{Column, ColumnType};
use service::{BodyRows, Change};

use super::attempt::{Attempt, Failed};
use crate::error;
use crate::raw::{ArrowView, Failure};
use crate::watchdog::Watchdog;

/// The same failure; where a value of a body is at fault, with the name of its column.
pub(super) fn named(failed: Failed, attempt: &Attempt<'_>, watchdog: &Watchdog) -> Failed {
    let (Failed::Engine(failure), Some(rows)) = (&failed, attempt.write.change.rows()) else {
        return failed;
    };
    if !error::is_of_a_value(failure) {
        return failed;
    }
    if let Some(error) = error::refused_value(failure) {
        return Failed::Known(error.because(failure.clone()));
    }
    let schema = rows.source.schema();
    let column = said(failure, &schema).or_else(|| {
        let _watch = watchdog.watch(attempt.connection.interrupt(), attempt.write.deadline);
        tried(attempt, rows, &schema)
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
fn tried(attempt: &Attempt<'_>, rows: &BodyRows, schema: &SchemaRef) -> Option<String> {
    let may = |index: &usize| {
        let r#type = schema.field(*index).data_type();
        let is_text = r#type.is_string() || matches!(r#type, DataType::Dictionary(..));
        r#type.is_nested() || is_text || matches!(r#type, DataType::Timestamp(..))
    };
    let candidates: Vec<_> = (0..schema.fields().len()).filter(may).collect();
    let found = match candidates.as_slice() {
        [only] => *only,
        several => *several.iter().find(|index| fails(attempt, rows, schema, **index))?,
    };
    Some(schema.field(found).name().clone())
}

/// The type of the table's column of this name.
fn column_type<'c>(change: &'c Change, name: &str) -> Option<&'c ColumnType> {
    let columns: &[Column] = match change {
        Change::Append(append) => &append.columns,
        Change::CreateTable(create) => &create.definition.columns,
        _ => &[],
    };
    let found = columns.iter().find(|column| column.name.as_str().eq_ignore_ascii_case(name));
    found.map(|column| &column.r#type)
}

/// Whether the body's column of this index, alone, cannot be cast to the table's type.
fn fails(attempt: &Attempt<'_>, rows: &BodyRows, schema: &SchemaRef, index: usize) -> bool {
    let name = schema.field(index).name();
    let tried = || {
        let r#type = column_type(&attempt.write.change, name)?;
        let alone = Arc::new(schema.project(&[index]).ok()?);
        let batches = rows.source.batches().ok()?.map(move |batch| {
            batch.and_then(|batch| batch.project(&[index]).map_err(domain::Error::internal))
        });
        let view = super::rows::view_name();
        let _view = ArrowView::new(&attempt.connection, &view, &alone, Box::new(batches)).ok()?;
        let column = crate::sql::identifier(name);
        let sql = format!("SELECT count(CAST({column} AS {type})) FROM memory.main.{view}");
        Some(attempt.connection.execute(&sql))
    };
    tried().is_some_and(|tried| tried.is_err_and(|failure| error::is_of_a_value(&failure)))
}
