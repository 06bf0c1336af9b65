//! The rows of a body, where DuckDB reads them: a Parquet file itself, or a view over batches.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_schema::{DataType, Field, TimeUnit};
use domain::{Column, ColumnType, Error, TableName};
use service::BodyRows;

use super::attempt::{Attempt, Done, Failed};
use super::{exports, orphans};
use crate::raw::{ArrowView, Connection, Failure, Type};
use crate::sql::{identifier, literal, table};
use crate::{answer, error};

/// Views over batches have names of their own.
static VIEWS: AtomicU64 = AtomicU64::new(0);

/// A name that no other view has.
pub(super) fn view_name() -> String {
    format!("eider_rows_{}", VIEWS.fetch_add(1, Ordering::Relaxed))
}

/// Rows on their way into a table; they can be read once.
pub(super) struct Incoming<'a> {
    attempt: &'a Attempt<'a>,
    rows: &'a BodyRows,
    /// What stands after FROM.
    from: String,
    /// Name and value of each of the body's columns, as SQL.
    columns: Vec<(String, String)>,
    view: Option<ArrowView<'a>>,
    /// An INSERT that fails leaves files behind.
    failed: Cell<bool>,
}

impl<'a> Incoming<'a> {
    /// Before any BEGIN. `columns` are the table's.
    ///
    /// A Parquet file is read by DuckDB's own reader, the fastest, and only by that: another's types
    /// would have to be the same in every case.
    pub(super) fn open(
        attempt: &'a Attempt<'a>,
        rows: &'a BodyRows,
        columns: &[Column],
    ) -> Result<Self, Failed> {
        let (schema, connection) = (rows.source.schema(), &attempt.connection);
        let (from, view, blobs) = match rows.source.parquet_file() {
            Some(file) => {
                let file = literal(&file.display().to_string());
                let from = format!("read_parquet({file}, hive_partitioning = false)");
                let bare = schema.fields().iter().any(|field| is_bare(field));
                // With Parquet's own logical type these are UUIDs already.
                let blobs = if bare { Some(blobs(connection, &from)) } else { None };
                let blobs = blobs.transpose().map_err(|e| broken_body(attempt, e.into(), rows))?;
                (from, None, blobs)
            }
            None => {
                let name = view_name();
                let view = ArrowView::new(connection, &name, &schema, rows.source.batches()?)
                    .map_err(unreadable_schema)?;
                (format!("memory.main.{}", identifier(&name)), Some(view), None)
            }
        };
        let is_blob = |name: &String| blobs.as_ref().is_none_or(|blobs| blobs.contains(name));
        let value = |field: &Field| {
            let column =
                columns.iter().find(|c| c.name.as_str().eq_ignore_ascii_case(field.name()));
            let bare = is_bare(field) && is_blob(field.name());
            (identifier(field.name()), value(field, column, bare))
        };
        let columns = schema.fields().iter().map(|field| value(field)).collect();
        Ok(Self { attempt, rows, from, columns, view, failed: Cell::new(false) })
    }

    /// The names of the body's columns, as SQL.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// The query that gives the rows.
    pub(super) fn query(&self) -> String {
        let values: Vec<_> =
            self.columns.iter().map(|(name, value)| format!("{value} AS {name}")).collect();
        format!("SELECT {} FROM {}", values.join(", "), self.from)
    }

    /// Adds the rows to a table: how many there were.
    pub(super) fn insert(&self, name: &TableName) -> Result<u64, Failed> {
        let names: Vec<_> = self.names().collect();
        let (table, names, query) = (table(name), names.join(", "), self.query());
        self.run(&format!("INSERT INTO {table} ({names}) {query}"))
    }

    /// Runs a statement that writes the rows.
    pub(super) fn run(&self, sql: &str) -> Result<u64, Failed> {
        let written = self.attempt.connection.execute(sql);
        self.failed.set(written.is_err());
        Ok(written?)
    }

    /// After the transaction: removes what a failed statement left, and says what was wrong with the body
    /// if that was it.
    pub(super) fn finish(self, done: Result<Done, Failed>) -> Result<Done, Failed> {
        self.clean_up();
        done.map_err(|failed| self.explained(failed))
    }

    /// After the transaction: removes what a failed statement left.
    pub(super) fn clean_up(&self) {
        // Only then: after a COMMIT that was cut off the files may be in a snapshot.
        if self.failed.get() {
            orphans::remove(&self.attempt.connection, self.attempt.settings);
        }
    }

    /// A failure, as the fault of the body where it is one.
    pub(super) fn explained(&self, failed: Failed) -> Failed {
        match &self.view {
            Some(view) => view.take_error().map_or(failed, Failed::Known),
            None if self.attempt.is_late() => failed,
            None => broken_body(self.attempt, failed, self.rows),
        }
    }
}

/// Sixteen bytes that no one calls a UUID: DuckDB would take them for a text.
fn is_bare(field: &Field) -> bool {
    matches!(field.data_type(), DataType::FixedSizeBinary(16))
        && field.extension_type_name() != Some("arrow.uuid")
}

/// The columns of a file that DuckDB reads as BLOB.
fn blobs(connection: &Connection, from: &str) -> Result<Vec<String>, Failure> {
    let statement = connection.prepare(&format!("SELECT * FROM {from}"))?;
    let columns = statement.columns().into_iter();
    let blobs = columns.filter(|(_, r#type)| r#type.read() == Type::Plain("BLOB"));
    Ok(blobs.map(|(name, _)| name).collect())
}

/// The value of a body's column for the table's; what is not said here is cast by the INSERT itself.
fn value(field: &Field, column: Option<&Column>, bare: bool) -> String {
    let name = identifier(field.name());
    let (Some(column), found) = (column, field.data_type()) else { return name };
    match &column.r#type {
        ColumnType::Plain("UUID") if bare => format!("CAST(hex({name}) AS UUID)"),
        // As a text it would be one text.
        ColumnType::Plain("VARIANT") if is_text(found) => {
            format!("CAST(CAST({name} AS JSON) AS VARIANT)")
        }
        ColumnType::Plain("TIMESTAMP_S") if is_finer_than_seconds(found) => {
            exports::seconds(field.name())
        }
        ColumnType::Plain("INTERVAL") if is_text(found) => exports::interval(field.name()),
        ColumnType::Plain(wide @ ("HUGEINT" | "UHUGEINT")) => {
            kept_whole(field.name(), wide, is_text(found))
        }
        _ => name,
    }
}

/// Parquet files, as DuckDB writes them, keep an integer of 128 bits as a DOUBLE: one that would lose digits
/// there is refused, as is a text that a cast would round: by a cast of a text that says so, and of which
/// column (see [`error::refused_value`]).
fn kept_whole(column: &str, wide: &str, is_text: bool) -> String {
    let name = identifier(column);
    let with = |why: &str| literal(&format!("{why}{column}"));
    let whole = if is_text {
        format!(
            "CASE WHEN regexp_full_match({name}, '[+-]?[0-9]+') THEN {name} \
             ELSE {name} || {} END",
            with(error::NOT_WHOLE)
        )
    } else {
        name
    };
    let value = format!("CAST({whole} AS {wide})");
    let lost = format!("{value}::VARCHAR || {}", with(error::LOSES_DIGITS));
    format!(
        "CASE WHEN TRY_CAST(CAST({value} AS DOUBLE) AS {wide}) IS DISTINCT FROM {value} \
         THEN CAST({lost} AS {wide}) ELSE {value} END"
    )
}

fn is_finer_than_seconds(found: &DataType) -> bool {
    matches!(found, DataType::Timestamp(unit, None) if *unit != TimeUnit::Second)
}

fn is_text(found: &DataType) -> bool {
    match found {
        DataType::Dictionary(_, values) => values.is_string(),
        found => found.is_string(),
    }
}

/// DuckDB's words for a broken Parquet file are many, so it is read once more by our own reader, which
/// has an error of the domain for each.
fn broken_body(attempt: &Attempt<'_>, failed: Failed, rows: &BodyRows) -> Failed {
    let Failed::Engine(failure) = failed else { return failed };
    if attempt.is_late() || !error::may_be_the_body(&failure) {
        return Failed::Engine(failure);
    }
    let found = match rows.source.batches() {
        Ok(mut batches) => batches.find_map(|batch| batch.err()),
        Err(error) => Some(error),
    };
    match found {
        // What only our own reader does not like says nothing of the file.
        Some(error) if error.code != domain::Code::Internal => Failed::Known(error),
        _ if failure.is("Invalid Input") && failure.says("Parquet") => {
            Failed::Known(answer::broken_parquet().because(failure))
        }
        _ => Failed::Engine(failure),
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
