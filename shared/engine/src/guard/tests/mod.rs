//! The guard, with DuckDB's own parser and a lake to bind what it lets through.

mod allowed;
mod expensive;
mod filters;
mod hostile;
mod listed;
mod refused;
mod shown;
mod times;
mod views;

use std::path::Path;

use domain::{Error, Grants, Name, Result, SnapshotId, TableName};
use duckdb::Connection;

use super::{Answers, Guarded, Rules, ViewBody, check, filter, parse_sql, view_body};

/// DuckDB with a lake, as callers' connections see it: the default database is `memory`.
struct Bench {
    connection: Connection,
    grants: Grants,
    this: Option<TableName>,
    default_schema: Option<Name>,
    snapshot: Option<SnapshotId>,
    /// What were views before.
    once: Vec<TableName>,
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
        Self {
            connection,
            grants: Grants::All,
            this: None,
            default_schema: None,
            snapshot: None,
            once: Vec::new(),
            _folder: None,
        }
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
        self.guard(text, check)
    }

    fn filter(&self, text: &str) -> Result<Guarded> {
        self.guard(text, filter)
    }

    fn guard(
        &self,
        text: &str,
        guard: impl for<'a> Fn(&str, &Rules<'a>, Answers<'a>) -> Result<Guarded>,
    ) -> Result<Guarded> {
        let rules = Rules {
            grants: &self.grants,
            this: self.this.as_ref(),
            default_schema: self.default_schema.as_ref(),
            snapshot: self.snapshot,
        };
        let (mut parse, mut view_of) =
            (|text: &str| self.parse(text), |name: &TableName| Ok(self.view_of(name)));
        let mut ever_a_view = |name: &TableName| Ok(self.once.contains(name));
        let answers =
            Answers { parse: &mut parse, view_of: &mut view_of, ever_a_view: &mut ever_a_view };
        guard(text, &rules, answers)
    }

    fn parse(&self, text: &str) -> Result<String> {
        let answer = self.connection.query_row(&parse_sql(text), [], |row| row.get::<_, String>(0));
        answer.map_err(Error::internal)
    }

    fn view_of(&self, name: &TableName) -> Option<ViewBody> {
        self._folder.as_ref()?;
        let sql = "SELECT sql FROM duckdb_views() WHERE database_name = 'lake' \
                   AND lower(schema_name) = lower(?) AND lower(view_name) = lower(?)";
        let key = [name.schema.as_str(), name.name.as_str()];
        let definition = self.connection.query_row(sql, key, |row| row.get::<_, String>(0)).ok()?;
        Some(view_body(&definition).expect("DuckDB's own definition"))
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
            Ok(guarded) => panic!("{text:.200}: let through as {:.200}", guarded.sql),
            Err(error) => error,
        }
    }
}
