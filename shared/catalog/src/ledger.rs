//! The contract between the engine, which writes, and the triggers, which record.
//!
//! A write that changes the lake says so in DuckLake's own commit, inside `BEGIN … COMMIT`:
//!
//! ```sql
//! CALL lake.set_commit_message('eider', '<for people>', extra_info => '<extra info>');
//! ```
//!
//! The author [`AUTHOR`] is what the trigger goes by. The extra info is
//!
//! ```json
//! {"writes": [{"key": "…", "payload": "…", "kind": "append", "schema": "main", "table": "t",
//!              "rows": 5, "bytes": 123, "run": null, "table_id": 7, "if_match": 12}]}
//! ```
//!
//! with one entry for each write of the commit: `key` (unique for ever), `payload` (the digest) and
//! `kind` (`append`, `create_table`, `drop_table`, …) as they are, `schema` and `table` as the caller
//! wrote them, `rows` and `bytes` as numbers, `run` a UUID or null. `table_id` is DuckLake's id of a table
//! that was there before. With `if_match` the commit fails with [`TABLE_HAS_CHANGED`] unless that snapshot
//! is the last that changed the table. Rows that are for another table than the one that has the name now
//! fail it with [`TABLE_IS_ANOTHER`]. The trigger adds the snapshot and its time.
//!
//! A key that is there already fails the commit with [`ALREADY_RECORDED`] in the error's text, at
//! once: DuckLake does not try again. After *any* failed commit the key is looked up all the same.
//!
//! A write that changes nothing makes no commit: [`record_alone`].

/// The author of every commit of ours.
pub const AUTHOR: &str = "eider";

/// What the trigger raises when a key is there already; DuckDB's error holds it, and whole SQL.
pub const ALREADY_RECORDED: &str = "eider: write already recorded";

/// What the trigger raises when the table is not as `if_match` says.
pub const TABLE_HAS_CHANGED: &str = "eider: the table has changed";

/// What the trigger raises when the name denotes another table than the one of `table_id`.
pub const TABLE_IS_ANOTHER: &str = "eider: the table is another";

/// The same in the words of PostgreSQL's client.
pub const TABLE_IS_ANOTHER_IN_POSTGRES: &str = "ERROR:  eider: the table is another";

/// [`TABLE_HAS_CHANGED`] in the words of PostgreSQL's client.
pub const TABLE_HAS_CHANGED_IN_POSTGRES: &str = "ERROR:  eider: the table has changed";

/// [`ALREADY_RECORDED`] in the words of PostgreSQL's client.
pub const ALREADY_RECORDED_IN_POSTGRES: &str = "ERROR:  eider: write already recorded";

/// The DuckDB statement that records a write which changed nothing, in a transaction of its own.
///
/// `home` is where the catalog is inside DuckDB, quoted as SQL: `__ducklake_metadata_lake."<schema>"`
/// on PostgreSQL, `__ducklake_metadata_lake.main` on SQLite. Parameters, in order: key, payload,
/// kind, snapshot (the table's last), schema, table, bytes (BIGINT), run (VARCHAR or NULL), time
/// (TIMESTAMPTZ, or VARCHAR in RFC 3339), answer (VARCHAR or NULL). A key that is there already is a constraint error: look it up.
pub fn record_alone(home: &str) -> String {
    format!(
        "INSERT INTO {home}.eider_write \
         (key, payload, kind, snapshot_id, schema_name, table_name, row_count, byte_count, run_id, committed_at, \
          answer) \
         VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_raise_one_sentence() {
        assert_eq!(ALREADY_RECORDED_IN_POSTGRES.strip_prefix("ERROR:  "), Some(ALREADY_RECORDED));
        for migration in [
            include_str!("../migrations/postgres/0001_ledger.sql"),
            include_str!("../migrations/sqlite/0001_ledger.sql"),
        ] {
            assert!(migration.contains(&format!("'{ALREADY_RECORDED}'")), "{migration}");
            assert!(migration.contains(&format!("'{AUTHOR}'")), "{migration}");
        }
        assert_eq!(TABLE_HAS_CHANGED_IN_POSTGRES.strip_prefix("ERROR:  "), Some(TABLE_HAS_CHANGED));
        for migration in [
            include_str!("../migrations/postgres/0005_conditions.sql"),
            include_str!("../migrations/sqlite/0005_conditions.sql"),
        ] {
            assert!(migration.contains(&format!("'{ALREADY_RECORDED}'")), "{migration}");
            assert!(migration.contains(&format!("'{TABLE_HAS_CHANGED}'")), "{migration}");
        }
        assert_eq!(TABLE_IS_ANOTHER_IN_POSTGRES.strip_prefix("ERROR:  "), Some(TABLE_IS_ANOTHER));
        for migration in [
            include_str!("../migrations/postgres/0006_tables.sql"),
            include_str!("../migrations/sqlite/0006_tables.sql"),
        ] {
            for raised in [ALREADY_RECORDED, TABLE_HAS_CHANGED, TABLE_IS_ANOTHER] {
                assert!(migration.contains(&format!("'{raised}'")), "{migration}");
            }
        }
    }
}
