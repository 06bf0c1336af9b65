//! The guard, with DuckDB's own parser and a lake to bind what it lets through.

mod allowed;
mod hostile;
mod refused;

use std::path::Path;

use domain::{Error, Grants, Result, TableName};
use duckdb::Connection;

use super::{Guarded, check, parse_sql};

/// DuckDB with a lake, as callers' connections see it: the default database is `memory`.
struct Bench {
    connection: Connection,
    grants: Grants,
    this: Option<TableName>,
    _folder: Option<tempfile::TempDir>,
}

const TABLES: &str = r#"
    CREATE TABLE lake.main.t (a INTEGER, b VARCHAR);
    INSERT INTO lake.main.t VALUES (1, 'x'), (2, 'y');
    CREATE TABLE lake.main.u (a INTEGER, c VARCHAR);
    INSERT INTO lake.main.u VALUES (1, 'z');
    CREATE SCHEMA lake.raw;
    CREATE TABLE lake.raw.files (filename VARCHAR, n INTEGER);
    INSERT INTO lake.raw.files VALUES ('mine', 1);
    CREATE TABLE lake.raw."ü ""q"".t" (a INTEGER);
    CREATE TABLE lake.main."date" (a INTEGER);
    CREATE MACRO lake.main.lower(x) AS (SELECT max(a) FROM lake.main.u);
"#;

impl Bench {
    /// The parser alone, for what is never run.
    fn parser() -> Self {
        let connection = Connection::open_in_memory().expect("DuckDB");
        Self { connection, grants: Grants::All, this: None, _folder: None }
    }

    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let extensions =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.cache/duckdb/extensions");
        let bench = Self::parser();
        let path = folder.path().display();
        bench
            .connection
            .execute_batch(&format!(
                "LOAD '{}/ducklake.duckdb_extension';
                 ATTACH 'ducklake:{path}/m.ducklake' AS lake (DATA_PATH '{path}/data/', \
                     DATA_INLINING_ROW_LIMIT 0);
                 {TABLES}
                 SET allowed_directories = ['{path}/data/'];
                 SET enable_external_access = false;",
                extensions.display()
            ))
            .expect("a lake");
        Self { _folder: Some(folder), ..bench }
    }

    fn check(&self, text: &str) -> Result<Guarded> {
        let mut parse = |text: &str| {
            let answer =
                self.connection.query_row(&parse_sql(text), [], |row| row.get::<_, String>(0));
            answer.map_err(Error::internal)
        };
        check(text, self.this.as_ref(), &self.grants, &mut parse)
    }

    /// The spliced text.
    #[track_caller]
    fn sql(&self, text: &str) -> String {
        self.check(text).unwrap_or_else(|error| panic!("{text}: {error}")).sql
    }

    /// What the spliced text answers: each row's first column as text.
    #[track_caller]
    fn rows(&self, text: &str) -> Vec<String> {
        let sql = self.sql(text);
        self.run(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    fn run(&self, sql: &str) -> std::result::Result<Vec<String>, duckdb::Error> {
        let all = format!("SELECT c0::VARCHAR FROM (\n{sql}\n) AS q(c0)");
        let mut statement = self.connection.prepare(&all)?;
        let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0))?;
        rows.map(|row| row.map(|text| text.unwrap_or_else(|| "NULL".to_owned()))).collect()
    }

    /// The code of the refusal.
    #[track_caller]
    fn refusal(&self, text: &str) -> Error {
        match self.check(text) {
            Ok(guarded) => panic!("{text}: let through as {}", guarded.sql),
            Err(error) => error,
        }
    }
}
