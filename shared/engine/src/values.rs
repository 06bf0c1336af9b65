//! Small results of our own statements.

use arrow_array::Array;
use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;

use domain::SnapshotId;

use crate::raw::{Connection, Failure};
use crate::sql::LAKE;

/// All rows of a statement of ours: small.
pub(crate) fn batches(connection: &Connection, sql: &str) -> Result<Vec<RecordBatch>, Failure> {
    let streaming = connection.query(sql)?;
    let mut chunks = Vec::new();
    while let Some(chunk) = streaming.fetch()? {
        chunks.push(chunk);
    }
    let converter = streaming.converter()?;
    chunks.iter().map(|chunk| converter.convert(chunk)).collect()
}

/// The one BIGINT of a statement; `None` for no row or NULL.
pub(crate) fn number(connection: &Connection, sql: &str) -> Result<Option<i64>, Failure> {
    for batch in batches(connection, sql)? {
        let column = batch.column(0).as_primitive_opt::<Int64Type>();
        let column = column.ok_or_else(|| Failure::of("Arrow", "a BIGINT was expected"))?;
        if !column.is_empty() {
            return Ok((!column.is_null(0)).then(|| column.value(0)));
        }
    }
    Ok(None)
}

/// The snapshot that the open transaction stands on.
pub(crate) fn current_snapshot(connection: &Connection) -> Result<SnapshotId, Failure> {
    let sql = format!("SELECT id::BIGINT FROM ducklake_current_snapshot('{LAKE}')");
    let id = number(connection, &sql)?;
    Ok(SnapshotId(u64::try_from(id.unwrap_or(0)).unwrap_or(0)))
}

/// All rows of a statement whose columns are VARCHAR.
pub(crate) fn texts(
    connection: &Connection,
    sql: &str,
) -> Result<Vec<Vec<Option<String>>>, Failure> {
    let mut rows = Vec::new();
    for batch in batches(connection, sql)? {
        let columns: Option<Vec<_>> =
            batch.columns().iter().map(|column| column.as_string_opt::<i32>()).collect();
        let columns = columns.ok_or_else(|| Failure::of("Arrow", "VARCHARs were expected"))?;
        rows.extend((0..batch.num_rows()).map(|row| {
            columns
                .iter()
                .map(|column| (!column.is_null(row)).then(|| column.value(row).to_owned()))
                .collect()
        }));
    }
    Ok(rows)
}
