//! Questions that are no SELECT: SHOW TABLES and EXPLAIN.

use super::super::Kind;
use super::Bench;

#[test]
fn show_tables_is_told_apart() {
    let bench = Bench::parser();
    for (text, kind) in [
        ("SHOW TABLES", Kind::Tables),
        ("show tables; -- x", Kind::Tables),
        ("SHOW ALL TABLES", Kind::AllTables),
        ("DESCRIBE", Kind::AllTables),
        ("SHOW t", Kind::Rows),
        ("SELECT 1", Kind::Rows),
    ] {
        let guarded = bench.check(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(guarded.kind, kind, "{text}");
        assert_eq!(guarded.sql.is_empty(), kind != Kind::Rows);
    }
    for text in [
        "SHOW DATABASES",
        "SHOW SCHEMAS",
        "SHOW VARIABLES",
        "SHOW TABLES FROM main",
        "SELECT * FROM (SHOW TABLES)",
        "SELECT name FROM (SHOW ALL TABLES)",
        "SHOW TABLES; SHOW TABLES",
        "EXPLAIN SHOW TABLES",
        "SUMMARIZE FROM (SHOW TABLES)",
        "EXPLAIN DELETE FROM t",
        "EXPLAIN PIVOT t ON a",
    ] {
        assert_eq!(bench.refusal(text).error_code, "ONLY_SELECT", "{text}");
    }
    assert!(bench.refusal("PIVOT t ON a").detail.contains("PIVOT with its values named"));
}

#[test]
fn explain_is_taken_off_and_places_stay() {
    let bench = Bench::new();
    let guarded = bench.check("/* é */ explain\n FROM t WHERE zz").expect("allowed");
    assert_eq!(guarded.kind, Kind::Explain);
    assert_eq!(guarded.sql, "/* é */        \n FROM \"lake\".\"main\".\"t\" WHERE zz");
    let at = guarded.sql.find("zz").expect("a place");
    assert_eq!(guarded.position(at), (2, 15));
    assert_eq!(bench.refusal("EXPLAIN\nFROM temp.x").position, Some((2, 6)));
    assert_eq!(bench.refusal("EXPLAIN EXPLAIN SELECT 1").error_code, "ONLY_SELECT");
}

/// The plan names tables, columns and conditions, and nothing of where rows are kept.
#[test]
fn a_plan_shows_no_path() {
    let bench = Bench::new();
    for text in [
        "EXPLAIN SELECT count(*) FROM t JOIN raw.files ON n = a WHERE b LIKE 'x%'",
        "EXPLAIN SELECT a FROM t AT (VERSION => 2) UNION SELECT a FROM u",
    ] {
        let sql = format!("EXPLAIN {}", bench.sql(text));
        let plan: String = bench
            .connection
            .query_row(&sql, [], |row| row.get(1))
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert!(plan.contains("DUCKLAKE_SCAN"), "{plan}");
        for secret in ["/tmp", ".parquet", "ducklake_", "data/", "metadata"] {
            assert!(!plan.contains(secret), "{secret}: {plan}");
        }
    }
}
