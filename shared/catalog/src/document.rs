//! The JSON text that both databases answer with, and what it becomes.

use domain::{
    Error, Kind, Name, Point, Result, RunId, SnapshotId, Table, TableName, TableSummary, Timestamp,
};
use serde::Deserialize;
use service::{CatalogStatus, Mark, RecordedWrite, RunWrites, TableChange, TableWrite};

use crate::columns::{self, ColumnDocument};
use crate::layout::{self, PartitionDocument, SortDocument};
use crate::{history, version};

/// One answer: what the catalog is, and what was asked.
#[derive(Debug, Deserialize)]
pub(crate) struct Document {
    migration: Option<u32>,
    format: Option<String>,
    snapshot: Option<u64>,
    /// The oldest and the newest snapshot that are kept.
    oldest: Option<u64>,
    newest: Option<u64>,
    #[serde(default)]
    history: Vec<ChangeDocument>,
    #[serde(default)]
    tables: Vec<TableDocument>,
    /// SQLite: the inlined tables that the page had, as `[table id, name]`.
    #[serde(default)]
    pub(crate) inlined: Vec<(u64, String)>,
    writes: Option<Vec<WriteDocument>>,
}

#[derive(Debug, Deserialize)]
struct TableDocument {
    id: u64,
    schema: String,
    name: String,
    rows: i64,
    bytes: u64,
    files: u64,
    snapshot: u64,
    created_at: String,
    updated_at: String,
    comment: Option<String>,
    view_sql: Option<String>,
    view_columns: Option<String>,
    columns: Option<Vec<ColumnDocument>>,
    partition_by: Option<Vec<PartitionDocument>>,
    sort_by: Option<Vec<SortDocument>>,
}

#[derive(Debug, Deserialize)]
struct ChangeDocument {
    snapshot: u64,
    at: String,
    kinds: Vec<String>,
    kept: bool,
    author: Option<String>,
    message: Option<String>,
    writes: Option<Vec<ChangeWriteDocument>>,
}

#[derive(Debug, Deserialize)]
struct ChangeWriteDocument {
    kind: String,
    rows: u64,
    bytes: u64,
    run: Option<String>,
}

#[derive(Debug, Deserialize)]
struct WriteDocument {
    key: String,
    alone: bool,
    payload: String,
    changed: bool,
    snapshot: u64,
    schema: String,
    table: String,
    rows: u64,
    bytes: u64,
    run: Option<String>,
    at: String,
    answer: Option<String>,
}

#[derive(Debug, Deserialize)]
struct MarkDocument {
    migration: Option<u32>,
    format: Option<String>,
    snapshot: u64,
    schema: u64,
    generation: Option<u64>,
}

/// Reads where the lake is; refuses the catalog of another build.
pub(crate) fn mark(text: &str) -> Result<Mark> {
    let mark: MarkDocument = serde_json::from_str(text).map_err(Error::internal)?;
    version::check(mark.migration, mark.format.as_deref())?;
    Ok(Mark {
        snapshot: SnapshotId(mark.snapshot),
        schema_version: mark.schema,
        generation: mark.generation.unwrap_or_default(),
    })
}

#[derive(Debug, Deserialize)]
struct RunDocument {
    migration: Option<u32>,
    format: Option<String>,
    written: Option<Vec<WrittenDocument>>,
}

#[derive(Debug, Deserialize)]
struct WrittenDocument {
    schema: String,
    table: String,
    writes: u64,
    rows: u64,
    bytes: u64,
    snapshot: u64,
}

/// Reads what a run wrote; refuses the catalog of another build.
pub(crate) fn written(text: &str) -> Result<Vec<RunWrites>> {
    let document: RunDocument = serde_json::from_str(text).map_err(Error::internal)?;
    version::check(document.migration, document.format.as_deref())?;
    let written = document.written.unwrap_or_default().into_iter();
    let written =
        written.map(|WrittenDocument { schema, table, writes, rows, bytes, snapshot }| {
            let (schema, name) = (Name::parse("schema", &schema)?, Name::parse("table", &table)?);
            let (table, snapshot) = (TableName { schema, name }, SnapshotId(snapshot));
            Ok(RunWrites { table, writes, rows, bytes, snapshot })
        });
    written.collect()
}

impl Document {
    /// Reads an answer; refuses the catalog of another build.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let document: Self = serde_json::from_str(text).map_err(Error::internal)?;
        version::check(document.migration, document.format.as_deref())?;
        Ok(document)
    }

    pub(crate) fn into_summaries(self) -> Result<Vec<TableSummary>> {
        self.tables.into_iter().map(|table| table.summary()).collect()
    }

    pub(crate) fn into_table(self) -> Result<Option<Table>> {
        let read_at = SnapshotId(self.snapshot.unwrap_or_default());
        self.tables.into_iter().next().map(|table| table.into_table(read_at)).transpose()
    }

    /// As it is, if the lake has the snapshot that was asked for.
    pub(crate) fn at(self, point: Point) -> Result<Self> {
        match self.snapshot {
            Some(_) => Ok(self),
            None => Err(history::no_snapshot(point, self.oldest, self.newest)),
        }
    }

    pub(crate) fn into_snapshot(self) -> Result<SnapshotId> {
        self.snapshot.map(SnapshotId).ok_or_else(|| Error::internal("the lake has no snapshot"))
    }

    pub(crate) fn into_history(self) -> Result<Vec<TableChange>> {
        self.history.into_iter().map(ChangeDocument::into_change).collect()
    }

    pub(crate) fn into_writes(self) -> Result<Vec<(String, RecordedWrite)>> {
        let write = |write: WriteDocument| Ok((write.key.clone(), write.into_write()?));
        self.writes.unwrap_or_default().into_iter().map(write).collect()
    }

    pub(crate) fn into_status(self) -> Result<CatalogStatus> {
        let newest = self.snapshot.ok_or_else(|| Error::internal("the lake has no snapshot"))?;
        Ok(CatalogStatus {
            format: self.format.unwrap_or_default(),
            migration: self.migration.unwrap_or_default(),
            newest_snapshot: SnapshotId(newest),
        })
    }
}

impl TableDocument {
    fn summary(&self) -> Result<TableSummary> {
        Ok(TableSummary {
            name: name(&self.schema, &self.name)?,
            row_count: u64::try_from(self.rows).map_err(Error::internal)?,
            size_bytes: self.bytes,
            file_count: self.files,
            snapshot: SnapshotId(self.snapshot),
            created_at: time(&self.created_at)?,
            updated_at: time(&self.updated_at)?,
            comment: self.comment.clone(),
            kind: if self.view_sql.is_some() { Kind::View } else { Kind::Table },
        })
    }

    fn into_table(self, read_at: SnapshotId) -> Result<Table> {
        let summary = self.summary()?;
        let columns = columns::build(&summary.name, self.columns.unwrap_or_default())?;
        let layout =
            layout::build(self.partition_by.unwrap_or_default(), self.sort_by.unwrap_or_default());
        let view = self.view_sql.map(|sql| layout::view(sql, self.view_columns.as_deref()));
        Ok(Table { id: self.id, summary, read_at, columns, layout, view })
    }
}

impl ChangeDocument {
    fn into_change(self) -> Result<TableChange> {
        let write = |write: ChangeWriteDocument| {
            let run = write.run.as_deref().map(RunId::parse).transpose()?;
            Ok(TableWrite { kind: write.kind, rows: write.rows, bytes: write.bytes, run })
        };
        Ok(TableChange {
            snapshot: SnapshotId(self.snapshot),
            at: time(&self.at)?,
            kinds: self.kinds,
            kept: self.kept,
            author: self.author,
            message: self.message,
            writes: self
                .writes
                .unwrap_or_default()
                .into_iter()
                .map(write)
                .collect::<Result<_>>()?,
        })
    }
}

impl WriteDocument {
    fn into_write(self) -> Result<RecordedWrite> {
        Ok(RecordedWrite {
            payload: self.payload,
            changed: self.changed,
            snapshot: SnapshotId(self.snapshot),
            table: name(&self.schema, &self.table)?,
            rows: self.rows,
            bytes: self.bytes,
            run: self.run.as_deref().map(RunId::parse).transpose()?,
            at: time(&self.at)?,
            answer: self.answer,
            alone: self.alone,
        })
    }
}

fn name(schema: &str, name: &str) -> Result<TableName> {
    Ok(TableName { schema: Name::parse("schema", schema)?, name: Name::parse("table", name)? })
}

/// PostgreSQL's JSON (`…T…+00:00`) and DuckDB's text (`… …+00`).
fn time(text: &str) -> Result<Timestamp> {
    text.parse().map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_a_time_are_read() {
        let expected: Timestamp = "2026-11-21T14:12:05.034154Z".parse().expect("a time");
        for text in [
            "2026-11-21T14:12:05.034154+00:00",
            "2026-11-21 14:12:05.034154+00",
            "2026-11-21 19:42:05.034154+05:30",
        ] {
            assert_eq!(time(text).expect(text), expected);
        }
        assert!(time("2026-11-21 14:12:05+00").is_ok());
    }

    #[test]
    fn another_catalog_is_refused_by_its_number() {
        let other_format =
            format!(r#"{{"migration": {}, "format": "1.1", "snapshot": 0}}"#, version::MIGRATION);
        for (text, found) in [
            (r#"{"migration": null, "format": "1.0", "snapshot": 0}"#, "not migrated"),
            (r#"{"migration": 2, "format": "1.0", "snapshot": 0}"#, "at migration 2"),
            (r#"{"migration": 99, "format": "1.0", "snapshot": 0}"#, "newer Eider"),
            (&*other_format, "format 1.1"),
        ] {
            let error = Document::read(text).expect_err(text);
            assert_eq!(error.error_code, "CATALOG_VERSION");
            assert!(error.detail.contains(found), "{}", error.detail);
        }
    }
}
