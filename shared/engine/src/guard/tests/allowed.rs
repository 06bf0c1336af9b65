//! What is let through, and what becomes of it.

use domain::{Access, Grants, TableName};

use super::Bench;

/// Names are replaced where they stand, and nothing else is.
#[test]
fn tables_are_named_in_full() {
    let bench = Bench::new();
    for (text, sql) in [
        ("SELECT 1", "SELECT 1"),
        ("FROM t", r#"FROM "lake"."main"."t""#),
        ("SELECT t.a, main.t.a FROM t", r#"SELECT t.a, main.t.a FROM "lake"."main"."t""#),
        ("SELECT x.a FROM T AS x", r#"SELECT x.a FROM "lake"."main"."T" AS x"#),
        (
            "SELECT 'ü', a FROM t, \"raw\" . /* c */ files f",
            r#"SELECT 'ü', a FROM "lake"."main"."t", "lake"."raw"."files" f"#,
        ),
        ("FROM x: main.t SELECT x.a", r#"FROM x: "lake"."main"."t" SELECT x.a"#),
        ("FROM 't'", r#"FROM "lake"."main"."t""#),
        ("FROM raw.\"ü \"\"q\"\".t\"", r#"FROM "lake"."raw"."ü ""q"".t""#),
        ("FROM Date", r#"FROM "lake"."main"."Date""#),
        ("TABLE t", r#"TABLE "lake"."main"."t""#),
        ("SELECT * FROM t -- ;\n;", "SELECT * FROM \"lake\".\"main\".\"t\" -- ;\n "),
        (
            "SELECT (FROM t SELECT max(a)) LIMIT (SELECT count(*) FROM u);;",
            r#"SELECT (FROM "lake"."main"."t" SELECT max(a)) LIMIT (SELECT count(*) FROM "lake"."main"."u")  "#,
        ),
        ("SELECT\u{A0}a\u{3000}FROM t", r#"SELECT  a   FROM "lake"."main"."t""#),
        ("DESCRIBE t", r#"DESCRIBE "lake"."main"."t""#),
        ("SUMMARIZE SELECT a FROM t", r#"SUMMARIZE SELECT a FROM "lake"."main"."t""#),
        (
            "PIVOT t ON a IN (1, 2) USING count(*)",
            r#"PIVOT "lake"."main"."t" ON a IN (1, 2) USING count(*)"#,
        ),
        ("UNPIVOT t ON b", r#"UNPIVOT "lake"."main"."t" ON b"#),
        ("SELECT $1, a FROM t WHERE a = $1", r#"SELECT $1, a FROM "lake"."main"."t" WHERE a = $1"#),
    ] {
        assert_eq!(bench.sql(text), sql, "{text}");
    }
}

#[test]
fn what_is_let_through_runs() {
    let bench = Bench::new();
    for (text, rows) in [
        ("SELECT t.a FROM t WHERE main.t.a = 1", vec!["1"]),
        ("SELECT t.a FROM t JOIN u USING (a)", vec!["1"]),
        ("SELECT sum(a) OVER (ORDER BY a ROWS 1 PRECEDING) FROM t ORDER BY 1", vec!["1", "3"]),
        (
            "SELECT x FROM range(2) r(x), LATERAL (FROM t WHERE t.a = r.x + 1) ORDER BY x",
            vec!["0", "1"],
        ),
        ("SELECT list_transform([1], lambda x: x + 1)", vec!["[2]"]),
        ("SELECT [n + 1 for n in [1, 2] if n > 1]", vec!["[3]"]),
        ("SELECT {'k': 1}.k + CASE WHEN true THEN 1 ELSE 0 END", vec!["2"]),
        ("SELECT '{\"a\":5}'::JSON->>'a'", vec!["5"]),
        ("SELECT extract(year FROM DATE '2024-02-29') + position('b' IN 'ab')", vec!["2026"]),
        ("SELECT count(*) FILTER (WHERE a > 1) FROM t", vec!["1"]),
        ("SELECT a FROM t TABLESAMPLE 100% ORDER BY a DESC LIMIT 1", vec!["2"]),
        ("SELECT a FROM t UNION SELECT a FROM u ORDER BY a", vec!["1", "2"]),
        ("SELECT value FROM json_each('[7]')", vec!["7"]),
        ("SELECT COLUMNS('a') FROM t ORDER BY 1", vec!["1", "2"]),
        ("SELECT a::DECIMAL(4, 2) FROM t WHERE b IN ('x')", vec!["1.00"]),
        ("SELECT a FROM (DESCRIBE t) AS d(a)", vec!["a", "b"]),
        ("SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a) = 1", vec!["1"]),
        ("SELECT current_date = today()", vec!["true"]),
        // The lake's macro of this name does not take the place of the built-in.
        ("SELECT lower('A')", vec!["a"]),
        ("SELECT main.lower('A')", vec!["a"]),
    ] {
        assert_eq!(bench.rows(text), rows, "{text}");
    }
}

/// The rules by which DuckDB binds the names of WITH.
#[test]
fn names_of_with_are_seen_where_they_are_and_nowhere_else() {
    let bench = Bench::new();
    for (text, sql) in [
        (
            "WITH t AS (SELECT * FROM t) FROM t",
            r#"WITH t AS (SELECT * FROM "lake"."main"."t") FROM t"#,
        ),
        (
            "WITH u AS (FROM t), t AS (FROM u) FROM T",
            r#"WITH u AS (FROM "lake"."main"."t"), t AS (FROM u) FROM T"#,
        ),
        ("WITH t AS (SELECT 1) FROM main.t", r#"WITH t AS (SELECT 1) FROM "lake"."main"."t""#),
        (
            "SELECT * FROM (WITH t AS (SELECT 1) FROM t) x, t",
            r#"SELECT * FROM (WITH t AS (SELECT 1) FROM t) x, "lake"."main"."t""#,
        ),
        (
            "WITH t AS (SELECT 1 a) SELECT (FROM t) FROM u ORDER BY (FROM t) LIMIT (FROM t)",
            r#"WITH t AS (SELECT 1 a) SELECT (FROM t) FROM "lake"."main"."u" ORDER BY (FROM t) LIMIT (FROM t)"#,
        ),
        (
            "(WITH t AS (SELECT 1) FROM t) UNION ALL SELECT a FROM t",
            r#"(WITH t AS (SELECT 1) FROM t) UNION ALL SELECT a FROM "lake"."main"."t""#,
        ),
        (
            "WITH t AS (SELECT 1) SELECT * FROM t UNION ALL (WITH u AS (FROM t) FROM u)",
            "WITH t AS (SELECT 1) SELECT * FROM t UNION ALL (WITH u AS (FROM t) FROM u)",
        ),
        (
            "WITH RECURSIVE t AS (SELECT a FROM t UNION ALL SELECT a + 1 FROM t WHERE a < 4) FROM t",
            r#"WITH RECURSIVE t AS (SELECT a FROM "lake"."main"."t" UNION ALL SELECT a + 1 FROM t WHERE a < 4) FROM t"#,
        ),
        (
            "WITH RECURSIVE t AS (SELECT a FROM t) FROM t",
            r#"WITH RECURSIVE t AS (SELECT a FROM "lake"."main"."t") FROM t"#,
        ),
        (
            "WITH RECURSIVE t AS (WITH u AS (FROM t) SELECT 1 AS a UNION ALL SELECT t.a + 1 FROM t, u WHERE t.a < 2) FROM t",
            r#"WITH RECURSIVE t AS (WITH u AS (FROM "lake"."main"."t") SELECT 1 AS a UNION ALL SELECT t.a + 1 FROM t, u WHERE t.a < 2) FROM t"#,
        ),
        ("WITH t AS (SELECT 1) FROM (DESCRIBE t)", "WITH t AS (SELECT 1) FROM (DESCRIBE t)"),
        (
            "WITH t AS (SELECT 1 a) PIVOT t ON a IN (1) USING count(*)",
            "WITH t AS (SELECT 1 a) PIVOT t ON a IN (1) USING count(*)",
        ),
    ] {
        assert_eq!(bench.sql(text), sql, "{text}");
        let statement = bench.connection.prepare(sql);
        statement.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    let file =
        "WITH \"a.parquet\" AS (SELECT 1 a) SELECT * FROM (WITH x AS (FROM \"a.parquet\") FROM x)";
    assert_eq!(bench.rows(file), ["1"]);
}

#[test]
fn this_is_the_table_it_is_said_to_be() {
    let mut bench = Bench::new();
    bench.this = TableName::parse("raw.files").ok();
    for (text, sql) in [
        ("SELECT this.n FROM this", r#"SELECT this.n FROM "lake"."raw"."files" AS "this""#),
        ("SELECT x.n FROM THIS x", r#"SELECT x.n FROM "lake"."raw"."files" x"#),
        (
            "SELECT n FROM this TABLESAMPLE 10%",
            r#"SELECT n FROM "lake"."raw"."files" AS "this" TABLESAMPLE 10%"#,
        ),
        ("DESCRIBE this", r#"DESCRIBE "lake"."raw"."files""#),
        ("PIVOT this ON n IN (1)", r#"PIVOT "lake"."raw"."files" AS "this" ON n IN (1)"#),
        ("FROM main.this", r#"FROM "lake"."main"."this""#),
        ("WITH this AS (SELECT 1) FROM this", "WITH this AS (SELECT 1) FROM this"),
    ] {
        let guarded = bench.check(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(guarded.sql, sql);
    }
    assert_eq!(bench.rows("SELECT this.n FROM this, t LIMIT 1"), ["1"]);
    // After TABLE no alias can stand.
    assert_eq!(bench.refusal("TABLE this").error_code, "SQL_NOT_ALLOWED");
    let guarded = bench.check("FROM this a, raw.files b, t").expect("allowed");
    let names: Vec<String> = guarded.tables.iter().map(TableName::to_string).collect();
    assert_eq!(names, ["raw.files", "t"]);
}

/// DuckLake shows the path of the data file as a column that `*` leaves out. Where a statement says
/// `filename`, tables become subqueries, which have their own columns only.
#[test]
fn filename_is_a_column_of_the_table_or_none() {
    let mut bench = Bench::new();
    assert_eq!(
        bench.sql("SELECT n FROM raw.files WHERE filename = 'mine'"),
        r#"SELECT n FROM (SELECT * FROM "lake"."raw"."files") AS "files" WHERE filename = 'mine'"#
    );
    assert_eq!(bench.rows("SELECT files.filename FROM raw.files"), ["mine"]);
    assert_eq!(bench.rows("SELECT x.\"FILENAME\" FROM raw.files AS x(\"FILENAME\", m)"), ["mine"]);
    assert_eq!(bench.rows("SELECT a AS filename FROM t TABLESAMPLE 100% ORDER BY a"), ["1", "2"]);
    assert_eq!(bench.rows("SELECT filename FROM (SELECT 7 AS filename)"), ["7"]);
    bench.this = TableName::parse("raw.files").ok();
    assert_eq!(bench.rows("SELECT this.filename FROM this"), ["mine"]);
    for text in [
        "SELECT filename FROM t",
        "SELECT t.\"FileName\" FROM t",
        "SELECT main.t.filename FROM t",
        "SELECT lake.main.t.filename FROM t",
        "SELECT x.filename FROM t AS x(a, b)",
        "SELECT a FROM t ORDER BY filename",
        "SELECT a.a FROM t a JOIN t b USING (filename)",
        "SELECT * REPLACE (filename AS b) FROM t",
        "SELECT (SELECT filename) FROM t",
        "SELECT struct_pack(f := filename) FROM t",
        "PIVOT t ON filename IN ('x') USING count(*)",
        "PIVOT t ON a IN (1) USING count(*) GROUP BY filename",
        "FROM t PIVOT (max(filename) FOR a IN (1))",
        "SELECT COLUMNS('filename') FROM t",
        "SELECT a FROM t GROUP BY a, filename",
        "WITH x AS (SELECT filename FROM t) FROM x",
        "SUMMARIZE SELECT filename FROM t",
    ] {
        let sql = bench.sql(text);
        let bound = bench.connection.prepare(&sql);
        assert!(bound.is_err(), "{sql} shows a file's path");
    }
    assert_eq!(bench.refusal("TABLE t ORDER BY filename").error_code, "SQL_NOT_ALLOWED");
}

#[test]
fn grants_decide_and_say_nothing_of_what_is_there() {
    let mut bench = Bench::new();
    let t = TableName::parse("main.T").expect("a name");
    bench.grants = Grants::Tables(vec![(t, Access::Read)]);
    assert_eq!(bench.rows("SELECT a FROM t ORDER BY a"), ["1", "2"]);
    let (there, missing) = (bench.refusal("SELECT 1 FROM u"), bench.refusal("SELECT 1 FROM w"));
    assert_eq!(there.error_code, "TABLE_NOT_FOUND");
    assert_eq!(there.detail.replace("`u`", "`w`"), missing.detail);
    assert_eq!((there.position, missing.position), (Some((1, 15)), Some((1, 15))));
}

#[test]
fn places_are_told_in_the_callers_text() {
    let bench = Bench::new();
    let text = "SELECT 'ü',\n  x FROM t\n JOIN u ON zz";
    let guarded = bench.check(text).expect("allowed");
    for word in ["SELECT", "x", "t\n", "JOIN", "u ON", "zz"] {
        let byte = text.find(word).expect("a word");
        let new = guarded.sql.find(match word {
            "t\n" => "\"lake\".\"main\".\"t\"",
            "u ON" => "\"lake\".\"main\".\"u\"",
            other => other,
        });
        let expected = super::super::position::of_byte(text, byte);
        assert_eq!(guarded.position(new.expect("a place")), expected, "{word}");
    }
    assert_eq!(guarded.position(guarded.sql.len()), (3, 14));
    // Spaces that only Unicode knows are characters like others.
    assert_eq!(bench.refusal("SELECT\u{A0}*\u{3000}FROM temp.x").position, Some((1, 15)));
    assert_eq!(bench.refusal("SELECT\u{A0}* FROM\u{A0})").position, Some((1, 15)));
}
