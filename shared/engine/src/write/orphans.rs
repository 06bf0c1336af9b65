//! The files that a failed INSERT left under the data path.
//!
//! DuckLake removes what a rolled back transaction had written, but not the file of an INSERT that
//! failed itself: it never learnt of it. The name is in DuckDB's own log of requests, by connection;
//! the file goes the way of DuckLake's clean-up, scheduled for a day long past, so that nothing else
//! that waits there is touched.

use crate::raw::{Connection, Failure};
use crate::settings::{EngineSettings, StorageLocation};
use crate::sql::{LAKE, METADATA, identifier, literal};
use crate::values;

/// An id of a file in DuckLake's schedule, far from those that it gives. By chance, for the clean-up
/// deletes by it: of two processes at once neither may take the other's.
fn schedule_id() -> u64 {
    fastrand::u64(1 << 62..1 << 63)
}

/// Removes what the INSERT of this connection wrote before it failed. The maintenance finds what is
/// left. Its transaction is rolled back. What the catalog knows is no orphan: an overwrite and an upsert read
/// the table's own files on this connection before they fail.
pub(super) fn remove(connection: &Connection, settings: &EngineSettings) {
    if let Err(failure) = try_remove(connection, settings) {
        tracing::warn!(%failure, "a file of a failed append may be left under the data path");
    }
}

/// Forgets the log. A write that is under way could not find its files after that.
pub(super) fn forget_log(connection: &Connection) -> Result<(), Failure> {
    connection.execute("CALL truncate_duckdb_logs()").map(drop)
}

fn try_remove(connection: &Connection, settings: &EngineSettings) -> Result<(), Failure> {
    let home = identifier(settings.metadata_schema());
    let known = format!("{METADATA}.{home}.ducklake_data_file");
    let written = values::texts(connection, &written_files(&settings.storage, &known))?;
    let paths: Vec<_> = written.into_iter().flatten().flatten().collect();
    for path in &paths {
        let (id, path) = (schedule_id(), literal(path));
        connection.execute(&format!(
            "INSERT INTO {METADATA}.{home}.ducklake_files_scheduled_for_deletion \
             VALUES ({id}, {path}, false, TIMESTAMPTZ '1970-01-01 00:00:00+00')"
        ))?;
    }
    if !paths.is_empty() {
        connection.execute(&format!(
            "CALL ducklake_cleanup_old_files('{LAKE}', older_than => TIMESTAMPTZ '1970-01-02 00:00:00+00')"
        ))?;
    }
    Ok(())
}

/// The statement that finds the data files that this connection named and the catalog does not know, as
/// paths under the lake. A file's name is its own, whatever folder it is in.
fn written_files(storage: &StorageLocation, known: &str) -> String {
    const FILE: &str = r"ducklake-[0-9a-f-]+\.parquet";
    let base = storage.data_path();
    let (before, path, after) = match storage {
        StorageLocation::Local(_) => (format!("\"{}", escaped(&base)), "[^\"]*", "\"".to_owned()),
        StorageLocation::S3 { data_path, .. } => {
            let rest = data_path.trim_start_matches("s3://");
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            // In a URL the bucket stands in the path or in the host.
            let (bucket, prefix) = (escaped(bucket), escaped(prefix));
            (format!("://[^/']+/(?:{bucket}/)?{prefix}"), "[^'?]*", "['?]".to_owned())
        }
    };
    let pattern = literal(&format!("{before}({path}{FILE}){after}"));
    let (base, kind) = (literal(&base), literal(storage.log_type()));
    format!(
        "SELECT DISTINCT {base} || url_decode(file) FROM (\
             SELECT regexp_extract(message, {pattern}, 1) AS file FROM duckdb_logs \
             WHERE connection_id = current_connection_id() AND type = {kind}\
         ) WHERE file <> '' AND parse_filename(url_decode(file)) NOT IN (\
             SELECT parse_filename(path) FROM {known} WHERE path IS NOT NULL)"
    )
}

/// A text as it is, in a regular expression.
fn escaped(text: &str) -> String {
    let escape = |character: char| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '/' | '-' | '_' => character.to_string(),
        other => format!("\\{other}"),
    };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_processes_do_not_give_the_same_ids() {
        // A process has its numbers from the seed of its own.
        let ids: std::collections::HashSet<_> = (0..2)
            .flat_map(|process| {
                fastrand::seed(process);
                (0..1_000).map(|_| schedule_id()).collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(ids.len(), 2_000);
        assert!(ids.iter().all(|id| *id >= 1 << 62 && i64::try_from(*id).is_ok()));
    }
}
