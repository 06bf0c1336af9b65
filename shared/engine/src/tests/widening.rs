//! Why a column's type stays (docs/adr/0011): what DuckLake makes of one that was widened. These tests fail
//! with the release that does it right; then `TYPE_STAYS` can go.

use super::*;
use crate::raw::{Connection, Database};
use crate::sql::literal;

/// DuckLake as it comes, over a catalog of its own.
fn lake(folder: &Path) -> Connection {
    let from = settings(folder).engine.extension_dir.join("ducklake.duckdb_extension");
    let options =
        ["autoload_known_extensions", "autoinstall_known_extensions"].map(|o| (o, "false".into()));
    let database = Database::open(&options, None).expect("a database");
    let connection = Connection::open(&database).expect("a connection");
    let path = folder.display();
    for sql in [
        format!("LOAD {}", literal(&from.display().to_string())),
        format!(
            "ATTACH 'ducklake:{path}/m.ducklake' AS lake (DATA_PATH '{path}/data/', DATA_INLINING_ROW_LIMIT 0)"
        ),
    ] {
        connection.execute(&sql).unwrap_or_else(|failure| panic!("{sql}: {failure:?}"));
    }
    connection
}

#[test]
fn a_row_is_missed_once_its_column_was_widened_from_float() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = lake(folder.path());
    for sql in [
        "CREATE TABLE lake.t (x FLOAT)",
        "INSERT INTO lake.t VALUES (9.526894569396973)",
        "ALTER TABLE lake.t ALTER x TYPE DOUBLE",
    ] {
        lake.execute(sql).expect(sql);
    }
    let texts = |sql: &str| values::texts(&lake, sql).expect(sql);
    assert_eq!(texts("SELECT x::VARCHAR FROM lake.t"), [[Some("9.526894569396973".to_owned())]]);
    let found = "SELECT count(*)::VARCHAR FROM lake.t WHERE x <= 9.526894569396973::DOUBLE";
    assert_eq!(
        texts(found),
        [[Some("0".to_owned())]],
        "the file's statistics are those of a FLOAT"
    );
}

#[test]
fn a_widened_column_cannot_be_read_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = lake(folder.path());
    for sql in [
        "CREATE TABLE lake.t (x INTEGER)",
        "INSERT INTO lake.t VALUES (1)",
        "ALTER TABLE lake.t ALTER x TYPE BIGINT",
        "INSERT INTO lake.t VALUES (3000000000)",
    ] {
        lake.execute(sql).expect(sql);
    }
    let failure =
        values::texts(&lake, "SELECT x::VARCHAR FROM lake.t AT (VERSION => 2) WHERE x = 1");
    let told = format!("{failure:?}");
    assert!(told.contains("INTERNAL") && told.contains("does not match statistics"), "{told}");
}
