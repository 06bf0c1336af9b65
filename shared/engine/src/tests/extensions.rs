//! What is said of DuckDB and its extensions is what is loaded.

use domain::{DUCKDB_VERSION, LAKE_EXTENSIONS, POSTGRES_EXTENSION, SQLITE_EXTENSION};

use super::*;
use crate::raw::{Connection, Database};
use crate::sql::literal;

#[test]
fn the_versions_that_are_told_are_those_that_are_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let from = settings(folder.path()).engine.extension_dir;
    let options =
        ["autoload_known_extensions", "autoinstall_known_extensions"].map(|o| (o, "false".into()));
    let database = Database::open(&options, None).expect("a database");
    let connection = Connection::open(&database).expect("a connection");
    let told = LAKE_EXTENSIONS.into_iter().chain([POSTGRES_EXTENSION, SQLITE_EXTENSION]);
    for name in ["httpfs", "sqlite_scanner", "postgres_scanner", "ducklake"] {
        let path = from.join(format!("{name}.duckdb_extension"));
        let load = format!("LOAD {}", literal(&path.display().to_string()));
        connection.execute(&load).unwrap_or_else(|failure| panic!("{load}: {failure:?}"));
    }
    // Two more are in the library, and say nothing to a user.
    let sql = "SELECT extension_name, extension_version FROM duckdb_extensions() WHERE loaded \
               AND extension_name NOT IN ('autocomplete', 'core_functions') ORDER BY ALL";
    let mut told: Vec<_> =
        told.map(|e| vec![Some(e.name.to_owned()), Some(e.version.to_owned())]).collect();
    told.sort();
    assert_eq!(values::texts(&connection, sql).expect("rows"), told, "loaded, then told");
    let version = values::texts(&connection, "SELECT version()").expect("a version");
    assert_eq!(version, [[Some(format!("v{DUCKDB_VERSION}"))]]);
}
