//! AT: the past of a table.

use domain::{Name, SnapshotId, TableName};

use super::Bench;

/// Snapshot 1 has an empty `t`, the next one has its rows.
#[test]
fn at_stays_where_it_is_and_works() {
    let mut bench = Bench::new();
    for (text, sql) in [
        ("FROM t AT (VERSION => 1)", r#"FROM "lake"."main"."t" AT (VERSION => 1)"#),
        (
            "SELECT x.a FROM t x AT (VERSION => 1 + 1) JOIN t y USING (a)",
            r#"SELECT x.a FROM "lake"."main"."t" x AT (VERSION => 1 + 1) JOIN "lake"."main"."t" y USING (a)"#,
        ),
        (
            "FROM t AT (TIMESTAMP => now() - INTERVAL '1 hour')",
            r#"FROM "lake"."main"."t" AT (TIMESTAMP => now() - INTERVAL '1 hour')"#,
        ),
        (
            "FROM t AT (TIMESTAMP => TIMESTAMPTZ '2026-01-01 00:00:00+00')",
            r#"FROM "lake"."main"."t" AT (TIMESTAMP => TIMESTAMPTZ '2026-01-01 00:00:00+00')"#,
        ),
        ("FROM t AT (VERSION => $1)", r#"FROM "lake"."main"."t" AT (VERSION => $1)"#),
    ] {
        assert_eq!(bench.sql(text), sql);
    }
    assert_eq!(bench.rows("SELECT count(*) FROM t AT (VERSION => 1)"), ["0"]);
    assert_eq!(bench.rows("SELECT count(*) FROM t AT (VERSION => 2)"), ["2"]);
    assert_eq!(
        bench.rows("SELECT count(*) FROM t x AT (VERSION => 1) RIGHT JOIN t y ON x.a = y.a"),
        ["2"]
    );
    bench.this = TableName::parse("t").ok();
    assert_eq!(bench.rows("SELECT count(this.a) FROM this AT (VERSION => 1)"), ["0"]);
}

/// Where tables stand in subqueries, AT goes with them.
#[test]
fn at_moves_into_a_subquery() {
    let bench = Bench::new();
    assert_eq!(
        bench.sql("SELECT n, x.filename FROM raw.files AS x(filename, n) AT (VERSION => 1), t"),
        r#"SELECT n, x.filename FROM (SELECT * FROM "lake"."raw"."files" AT (VERSION => 1)) AS x(filename, n) , (SELECT * FROM "lake"."main"."t") AS "t""#
    );
    assert_eq!(
        bench.rows("SELECT filename FROM raw.files AT /* ) */ (VERSION => 8) WHERE n = 1"),
        ["mine"]
    );
    let sql = bench.sql("SELECT filename FROM t AT (VERSION => 2)");
    assert!(bench.connection.prepare(&sql).is_err(), "{sql} shows a file's path");
    let text = "SELECT filename\nFROM raw.files f AT (VERSION => 8) WHERE zz";
    let guarded = bench.check(text).expect("allowed");
    let at = guarded.sql.find("zz").expect("a place");
    assert_eq!(guarded.position(at), (2, 42));
}

#[test]
fn a_snapshot_is_asked_for_once() {
    let mut bench = Bench::parser();
    bench.snapshot = Some(SnapshotId(3));
    let error = bench.refusal("SELECT 1,\n * FROM t AT (VERSION => 1)");
    assert_eq!((error.error_code, error.position), ("SNAPSHOT_TWICE", Some((2, 9))));
    assert!(bench.check("FROM t").is_ok());
}

#[test]
fn names_without_a_schema_are_of_the_one_that_is_said() {
    let mut bench = Bench::new();
    bench.default_schema = Name::parse("schema", "raw").ok();
    for (text, sql) in [
        ("FROM files", r#"FROM "lake"."raw"."files""#),
        ("FROM main.t", r#"FROM "lake"."main"."t""#),
        ("FROM raw.files", r#"FROM "lake"."raw"."files""#),
        ("WITH files AS (SELECT 1) FROM files", "WITH files AS (SELECT 1) FROM files"),
    ] {
        assert_eq!(bench.sql(text), sql);
    }
    assert_eq!(bench.rows("SELECT n FROM files WHERE raw.files.n = 1"), ["1"]);
    bench.this = TableName::parse("t").ok();
    assert_eq!(bench.sql("FROM this"), r#"FROM "lake"."main"."t" AS "this""#);
    bench.default_schema = Name::parse("schema", "temp").ok();
    assert_eq!(bench.refusal("FROM x").error_code, "TABLE_NOT_FOUND");
}
