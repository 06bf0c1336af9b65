//! INSERT of a body's rows.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_schema::{DataType, Field};
use domain::{Error, Name};
use service::Append;

use super::attempt::{Attempt, Done, Failed};
use super::{nothing, orphans};
use crate::raw::{ArrowView, Connection, Failure, Type};
use crate::sql::{identifier, literal, table};
use crate::{answer, error, metadata, values};

/// Views over batches have names of their own.
static VIEWS: AtomicU64 = AtomicU64::new(0);

/// A name that no other view has.
pub(super) fn view_name() -> String {
    format!("eider_rows_{}", VIEWS.fetch_add(1, Ordering::Relaxed))
}

/// Appends the rows in one transaction.
pub(super) fn run(attempt: &Attempt<'_>, append: &Append) -> Result<Done, Failed> {
    match append.source.parquet_file() {
        Some(file) => from_parquet(attempt, append, file)
            .map_err(|failed| if attempt.is_late() { failed } else { broken_body(failed, append) }),
        None => from_batches(attempt, append),
    }
}

/// DuckDB's own reader is the fastest, and the only one to read such a body: another's types would
/// have to be the same in every case.
fn from_parquet(attempt: &Attempt<'_>, append: &Append, file: &Path) -> Result<Done, Failed> {
    let from = format!(
        "read_parquet({}, hive_partitioning = false)",
        literal(&file.display().to_string())
    );
    let mut bare = bare_uuids(&attempt.connection, append)?;
    if !bare.is_empty() {
        // With Parquet's own logical type they are UUIDs already.
        let blobs = columns_of(&attempt.connection, &from, "BLOB")?;
        bare.retain(|name| blobs.contains(name));
    }
    in_transaction(attempt, append, &insert(append, &bare, &from))
}

fn from_batches(attempt: &Attempt<'_>, append: &Append) -> Result<Done, Failed> {
    let bare = bare_uuids(&attempt.connection, append)?;
    let name = view_name();
    let (schema, batches) = (append.source.schema(), append.source.batches()?);
    let view =
        ArrowView::new(&attempt.connection, &name, &schema, batches).map_err(unreadable_schema)?;
    let from = format!("memory.main.{}", identifier(&name));
    in_transaction(attempt, append, &insert(append, &bare, &from))
        .map_err(|failed| view.take_error().map_or(failed, Failed::Known))
}

fn insert(append: &Append, bare: &[String], from: &str) -> String {
    let schema = append.source.schema();
    let columns: Vec<_> = schema.fields().iter().map(|field| identifier(field.name())).collect();
    let values: Vec<_> = schema.fields().iter().map(|field| value(field, bare)).collect();
    let (table, columns, values) = (table(&append.table), columns.join(", "), values.join(", "));
    format!("INSERT INTO {table} ({columns}) SELECT {values} FROM {from}")
}

/// The INSERT with what goes before and after it. Nothing is committed for no rows.
fn in_transaction(attempt: &Attempt<'_>, append: &Append, sql: &str) -> Result<Done, Failed> {
    let (mut no_rows, mut insert_failed) = (false, false);
    let done = attempt.in_transaction(|| {
        check_table(attempt, append)?;
        let inserted = attempt.connection.execute(sql);
        insert_failed = inserted.is_err();
        let rows = inserted?;
        no_rows = rows == 0;
        // Known, not an engine's failure: it only leads out of the transaction.
        if no_rows { Err(Error::internal("no rows").into()) } else { Ok(rows) }
    });
    // Only then: after a COMMIT that was cut off the files may be in a snapshot.
    if insert_failed {
        orphans::remove(&attempt.connection, attempt.settings);
    }
    if no_rows { nothing::record(attempt, append.table_snapshot) } else { done }
}

/// DuckLake resolves the name at the snapshot of the transaction: at that it must be the table that
/// the rows were checked against, not its next namesake.
fn check_table(attempt: &Attempt<'_>, append: &Append) -> Result<(), Failed> {
    let snapshot = attempt.current_snapshot()?;
    let sql = metadata::table_at(attempt.settings, append.table_id, snapshot);
    let is_it = values::texts(&attempt.connection, &sql)?.iter().any(|row| match row.as_slice() {
        [Some(schema), Some(name)] => {
            Name::parse("schema", schema).is_ok_and(|schema| schema == append.table.schema)
                && Name::parse("table", name).is_ok_and(|name| name == append.table.name)
        }
        _ => false,
    });
    if is_it { Ok(()) } else { Err(answer::table_changed(&append.table).into()) }
}

/// Columns of 16 bytes that the table keeps as UUID and DuckDB would take for a text.
fn bare_uuids(connection: &Connection, append: &Append) -> Result<Vec<String>, Failure> {
    let schema = append.source.schema();
    let bare: Vec<_> = schema.fields().iter().filter(|field| is_bare(field)).collect();
    if bare.is_empty() {
        return Ok(Vec::new());
    }
    let uuids = columns_of(connection, &table(&append.table), "UUID")?;
    let kept_as_uuid = |name: &&String| uuids.iter().any(|uuid| uuid.eq_ignore_ascii_case(name));
    Ok(bare.into_iter().map(|field| field.name()).filter(kept_as_uuid).cloned().collect())
}

fn is_bare(field: &Field) -> bool {
    matches!(field.data_type(), DataType::FixedSizeBinary(16))
        && field.extension_type_name() != Some("arrow.uuid")
}

/// The columns of a table or a table function that DuckDB reads as `plain`.
fn columns_of(
    connection: &Connection,
    from: &str,
    plain: &'static str,
) -> Result<Vec<String>, Failure> {
    let statement = connection.prepare(&format!("SELECT * FROM {from}"))?;
    let columns = statement.columns().into_iter();
    Ok(columns
        .filter(|(_, r#type)| r#type.read() == Type::Plain(plain))
        .map(|(name, _)| name)
        .collect())
}

/// Everything else is cast by the INSERT itself.
fn value(field: &Field, bare: &[String]) -> String {
    let column = identifier(field.name());
    if bare.contains(field.name()) { format!("CAST(hex({column}) AS UUID)") } else { column }
}

/// DuckDB's words for a broken Parquet file are many, so it is read once more by our own reader,
/// which has an error of the domain for each.
fn broken_body(failed: Failed, append: &Append) -> Failed {
    let Failed::Engine(failure) = failed else { return failed };
    if !error::may_be_the_body(&failure) {
        return Failed::Engine(failure);
    }
    let found = match append.source.batches() {
        Ok(mut batches) => batches.find_map(|batch| batch.err()),
        Err(error) => Some(error),
    };
    match found {
        Some(error) => Failed::Known(error),
        None => Failed::Engine(failure),
    }
}

fn unreadable_schema(failure: Failure) -> Failed {
    if failure.is("Not implemented") || failure.is("Invalid Input") {
        let error = Error::invalid(
            "SCHEMA_MISMATCH",
            "The body has a column of an Arrow type that DuckDB does not take; cast it to the table's type.",
        );
        return Failed::Known(error.because(failure));
    }
    Failed::Engine(failure)
}
