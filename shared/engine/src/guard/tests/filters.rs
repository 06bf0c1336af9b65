//! A filter is one expression, whatever stands in it.

use domain::{Access, Grants, TableName};

use super::Bench;

#[test]
fn a_condition_is_let_through_as_it_stands() {
    let bench = Bench::new();
    for (text, sql) in [
        ("a > 1", "a > 1"),
        (" a = 1 -- one", " a = 1 -- one"),
        ("b IN ('x', 'y') AND NOT a IS NULL", "b IN ('x', 'y') AND NOT a IS NULL"),
        ("(a, b) = (1, 'x')", "(a, b) = (1, 'x')"),
        (
            "a IN (SELECT a FROM u)\n OR EXISTS (FROM raw.files)",
            "a IN (SELECT a FROM \"lake\".\"main\".\"u\")\n OR EXISTS (FROM \"lake\".\"raw\".\"files\")",
        ),
        ("COLUMNS(*) IS NOT NULL", "COLUMNS(*) IS NOT NULL"),
        ("a BETWEEN $1 AND $2", "a BETWEEN $1 AND $2"),
        ("')' = '(' /* ) */", "')' = '(' /* ) */"),
    ] {
        let guarded = bench.filter(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(guarded.sql, sql);
        if !text.contains('$') {
            let whole = format!("SELECT * FROM (SELECT * FROM lake.main.t) AS t WHERE (\n{sql}\n)");
            bench.connection.prepare(&whole).unwrap_or_else(|error| panic!("{whole}: {error}"));
        }
    }
    let guarded = bench.filter("a > 1\n AND zz").expect("allowed");
    assert_eq!(guarded.position(guarded.sql.find("zz").expect("a place")), (2, 6));
    assert_eq!(guarded.position(0), (1, 1));
}

#[test]
fn tricks_are_refused() {
    let bench = Bench::parser();
    for text in [
        "",
        " ",
        "-- nothing",
        "1) FROM x WHERE (1",
        "1) FROM t --",
        "1) UNION SELECT (2",
        "1) UNION SELECT coalesce(2",
        "1), (2",
        "1), coalesce(2",
        "1, 2",
        "a --\n, b",
        "1) AS x",
        "1 AS x",
        "1 x",
        "1) OVER (",
        "1) FILTER (WHERE true",
        "1) ORDER BY (1",
        "1) LIMIT (1",
        "1) GROUP BY (a",
        "a /* open",
        "a = 'open",
        "a = \"open",
        "a = $$open",
        "*",
        "t.*",
        "* EXCLUDE (a)",
        "1; SELECT 2",
        "1); SELECT (2",
        "SELECT 1",
        "FROM t",
        "WITH x AS (SELECT 1) SELECT 1",
        "VALUES (1)",
        "a := 1",
        "DISTINCT a",
        "ALL a",
        "a ORDER BY a",
        "1 UNION SELECT 2",
        "a\0",
        ")",
        "(",
        "current_setting('x') = ''",
        "a IN (FROM temp.x)",
        "a IN (FROM read_text('/etc/passwd'))",
        "repeat('x', 100000000) = ''",
    ] {
        let error = match bench.filter(text) {
            Ok(guarded) => panic!("{text}: let through as {}", guarded.sql),
            Err(error) => error,
        };
        let known = [
            "INVALID_SQL",
            "SQL_NOT_ALLOWED",
            "ONLY_SELECT",
            "FUNCTION_NOT_ALLOWED",
            "TABLE_NOT_FOUND",
            "TOO_EXPENSIVE",
        ];
        assert!(known.contains(&error.error_code), "{text}: {error:?}");
        assert_eq!(error.fields.first().map(|field| field.field.as_str()), Some("filter"));
        let lines = u32::try_from(text.split('\n').count()).expect("few");
        assert!(error.position.is_none_or(|(line, _)| (1..=lines).contains(&line)), "{error:?}");
    }
    assert_eq!(bench.filter("a >").expect_err("broken").position, Some((1, 4)));
    assert_eq!(bench.filter("a = 1 AND\n x.y(1)").expect_err("refused").position, Some((2, 2)));
}

/// What only fails where it is used: DuckDB says so, the guard need not.
#[test]
fn aggregates_and_windows_fail_where_they_are_used() {
    let bench = Bench::new();
    for text in ["count(*) > 1", "sum(a) OVER () > 1", "unnest([true])"] {
        let guarded = bench.filter(text).expect("one expression");
        let whole = format!("SELECT * FROM lake.main.t WHERE (\n{}\n)", guarded.sql);
        assert!(bench.connection.prepare(&whole).is_err(), "{whole}");
    }
}

#[test]
fn grants_hold_in_a_filter() {
    let mut bench = Bench::new();
    let t = TableName::parse("t").expect("a name");
    bench.grants = Grants::Tables(vec![(t, Access::Read)]);
    assert!(bench.filter("a IN (SELECT a FROM t)").is_ok());
    let error = bench.filter("a IN (SELECT a FROM u)").expect_err("refused");
    assert_eq!((error.error_code, error.position), ("TABLE_NOT_FOUND", Some((1, 21))));
}
