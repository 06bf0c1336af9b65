//! Views of the lake, whoever wrote them, are read through their bodies.

use domain::{Access, Grants, Name, TableName};

use super::super::dependencies;
use super::Bench;

fn bench(views: &str) -> Bench {
    let bench = Bench::new();
    bench.connection.execute_batch(&format!("USE lake; {views}; USE memory")).expect("views");
    bench
}

const VIEWS: &str = r#"
    CREATE VIEW plain AS SELECT a, b FROM t;
    CREATE VIEW named (x, "y z") AS SELECT * FROM main.t -- end
    ;
    CREATE VIEW full_names AS SELECT lake.main.t.a FROM lake.main.t WHERE a IN (SELECT a FROM lake.u);
    CREATE VIEW raw.own AS SELECT * FROM files;
    CREATE VIEW over AS SELECT p.a, n.x FROM plain p JOIN named n ON p.a = n.x;
    CREATE VIEW with_names AS WITH t AS (SELECT 7 a) SELECT a FROM t;
    CREATE VIEW some_values AS VALUES (1), (2);
    CREATE VIEW past AS FROM t AT (VERSION => 1);
    CREATE VIEW pivoted AS PIVOT t ON b IN ('x') USING sum(a);
    CREATE VIEW path AS SELECT filename FROM raw.files;
"#;

#[test]
fn a_view_is_its_body() {
    let mut bench = bench(VIEWS);
    assert_eq!(
        bench.sql("SELECT p.a FROM plain AS p"),
        "SELECT p.a FROM (\nSELECT a, b FROM \"lake\".\"main\".\"t\"\n) AS p"
    );
    for (text, rows) in [
        ("SELECT a FROM plain ORDER BY a", vec!["1", "2"]),
        ("SELECT plain.a FROM PLAIN ORDER BY a", vec!["1", "2"]),
        ("SELECT x FROM named WHERE \"y z\" = 'x'", vec!["1"]),
        ("SELECT n.q FROM named n(q) ORDER BY 1", vec!["1", "2"]),
        ("SELECT a FROM full_names", vec!["1"]),
        ("SELECT n FROM raw.own", vec!["1"]),
        ("SELECT sum(x) FROM over", vec!["3"]),
        ("SELECT a FROM with_names", vec!["7"]),
        ("SELECT col0 FROM some_values ORDER BY 1", vec!["1", "2"]),
        ("SELECT count(*) FROM past", vec!["0"]),
        ("SELECT x FROM pivoted ORDER BY ALL", vec!["1"]),
        ("SELECT filename FROM path", vec!["mine"]),
        ("SELECT p.a FROM plain p JOIN plain q USING (a), t ORDER BY 1 LIMIT 1", vec!["1"]),
        ("SELECT column_name FROM (DESCRIBE named)", vec!["x", "y z"]),
        ("SELECT column_name FROM (SUMMARIZE plain)", vec!["a", "b"]),
        ("SELECT count(*) FROM plain TABLESAMPLE 100%", vec!["2"]),
        ("SELECT count(*) FROM plain, t WHERE plain.a = t.a", vec!["2"]),
        ("WITH plain AS (SELECT 5 a) SELECT a FROM plain", vec!["5"]),
        ("WITH x AS (FROM plain) SELECT max(a) FROM x", vec!["2"]),
        ("FROM (PIVOT plain ON b IN ('x') USING sum(a)) SELECT max(x)", vec!["1"]),
    ] {
        assert_eq!(bench.rows(text), rows, "{text}");
    }
    assert!(bench.check("DESCRIBE plain").is_ok() && bench.check("SHOW named").is_ok());
    bench.this = TableName::parse("named").ok();
    assert_eq!(bench.rows("SELECT this.x FROM this ORDER BY 1"), ["1", "2"]);
    let guarded = bench.check("FROM over, raw.own").expect("allowed");
    let tables: Vec<_> = guarded.tables.iter().map(TableName::to_string).collect();
    assert_eq!(tables, ["t", "raw.files"]);
    bench.default_schema = Name::parse("schema", "raw").ok();
    assert_eq!(bench.rows("SELECT n FROM own"), ["1"]);
    let sql = bench.sql("SELECT filename FROM main.plain");
    assert!(bench.connection.prepare(&sql).is_err(), "{sql} shows a file's path");
}

#[test]
fn places_behind_and_in_a_view_are_the_callers() {
    let bench = bench(VIEWS);
    let guarded = bench.check("SELECT 1,\n zz FROM plain WHERE yy").expect("allowed");
    let place = |word: &str| guarded.position(guarded.sql.find(word).expect("a place"));
    assert_eq!((place("zz"), place("yy")), ((2, 2), (2, 22)));
    assert_eq!(place("\"main\".\"t\""), (2, 10));
    let inside = guarded.sql.find("\"main\".\"t\"").expect("a place");
    assert_eq!(guarded.view_at(inside).map(TableName::to_string).as_deref(), Some("plain"));
    assert_eq!(guarded.view_at(guarded.sql.len() - 1), None);
}

/// The body may name what the reader of the view may not read: then no one is told what it is.
#[test]
fn grants_hold_below_a_view() {
    let mut bench = bench(VIEWS);
    let table = |name: &str| (TableName::parse(name).expect("a name"), Access::Read);
    bench.grants = Grants::Tables(vec![table("over"), table("plain"), table("named")]);
    for (text, view) in [("SELECT 1,\n a FROM over", "over"), ("SELECT 1,\n a FROM plain", "plain")]
    {
        let error = bench.refusal(text);
        assert_eq!((error.error_code, error.position), ("VIEW_NOT_ALLOWED", Some((2, 9))));
        assert!(error.detail.contains("reads something that you may not read"), "{error}");
        assert!(!error.detail.contains("`t`"), "{view}: {error}");
    }
    bench.grants = Grants::Tables(vec![table("over"), table("t")]);
    assert_eq!(
        bench.refusal("FROM over").detail,
        "The view `over` reads something that you may not read."
    );
    assert_eq!(bench.refusal("FROM plain").error_code, "TABLE_NOT_FOUND");
    bench.grants = Grants::Tables(vec![table("plain"), table("t")]);
    assert_eq!(bench.rows("SELECT a FROM plain ORDER BY a"), ["1", "2"]);
}

#[test]
fn what_callers_may_not_say_no_view_says_for_them() {
    let bench = bench(
        "CREATE VIEW settings AS SELECT current_setting('threads') s;
         CREATE VIEW file AS FROM query('SELECT 1');
         CREATE VIEW system_tables AS FROM duckdb_tables();
         CREATE VIEW catalog AS FROM __ducklake_metadata_lake.main.ducklake_table;
         CREATE VIEW in_memory AS SELECT 1 x FROM information_schema.tables;
         CREATE MACRO own(x) AS x + 1;
         CREATE VIEW macro AS SELECT own(1) m;
         CREATE VIEW macro_in_full AS SELECT lake.main.own(1) m;
         CREATE VIEW outer_view AS FROM settings",
    );
    for (view, code) in [
        ("settings", "FUNCTION_NOT_ALLOWED"),
        ("file", "FUNCTION_NOT_ALLOWED"),
        ("system_tables", "FUNCTION_NOT_ALLOWED"),
        ("catalog", "VIEW_NOT_ALLOWED"),
        ("in_memory", "VIEW_NOT_ALLOWED"),
        ("macro", "FUNCTION_NOT_ALLOWED"),
        ("macro_in_full", "FUNCTION_NOT_ALLOWED"),
        ("outer_view", "FUNCTION_NOT_ALLOWED"),
    ] {
        let error = bench.refusal(&format!("SELECT 1,\n\n * FROM {view}"));
        assert_eq!((error.error_code, error.position), (code, Some((3, 9))), "{view}: {error}");
        assert!(error.detail.contains(&format!("view `{view}`")), "{error}");
    }
    let error = bench.refusal("FROM settings AT (VERSION => 1)");
    assert_eq!(error.error_code, "FUNCTION_NOT_ALLOWED");
}

#[test]
fn views_are_not_read_in_the_past() {
    let bench = bench(VIEWS);
    let error = bench.refusal("FROM plain AT (VERSION => 2)");
    assert_eq!(error.error_code, "SQL_NOT_ALLOWED");
    assert_eq!(
        error.detail,
        "`plain` is no table, and AT reads tables only; write AT inside of it."
    );
}

#[test]
fn what_was_a_view_once_is_not_read_by_at() {
    let mut bench = bench(VIEWS);
    bench.once = vec![TableName::parse("t").expect("a name")];
    for text in
        ["FROM t AT (VERSION => 2)", "FROM u JOIN T AT (TIMESTAMP => '2026-01-01') USING (a)"]
    {
        let error = bench.refusal(text);
        assert_eq!(error.error_code, "SQL_NOT_ALLOWED", "{text}");
        assert!(error.detail.contains("was a view once"), "{text}: {error}");
    }
    assert!(bench.check("FROM t JOIN u AT (VERSION => 2) USING (a)").is_ok());
}

#[test]
fn cycles_and_towers_of_views_end() {
    let tower: String = (1..=20).map(|n| format!("CREATE VIEW w{n} AS FROM w{};", n - 1)).collect();
    let wide: String = (1..=12)
        .map(|n| format!("CREATE VIEW d{n} AS SELECT l.a FROM d{0} l, d{0} r;", n - 1))
        .collect();
    let bench = bench(&format!(
        "CREATE VIEW w0 AS FROM t; {tower} CREATE VIEW d0 AS FROM t; {wide}
         CREATE VIEW one AS FROM t; CREATE VIEW two AS FROM one; CREATE OR REPLACE VIEW one AS FROM two"
    ));
    assert_eq!(bench.rows("SELECT count(*) FROM w14"), ["2"]);
    let error = bench.refusal("FROM w20");
    assert_eq!(error.error_code, "VIEW_NOT_ALLOWED", "{error}");
    assert!(bench.check("FROM d5").is_ok());
    assert_eq!(bench.refusal("FROM d12").error_code, "TOO_EXPENSIVE");
    let error = bench.refusal("FROM one");
    assert_eq!(error.detail, "The view `one` reads itself.");
}

#[test]
fn what_a_body_names_is_found_and_nothing_else() {
    let bench = Bench::parser();
    let schema = Name::parse("schema", "raw").expect("a name");
    let found = |body: &str| {
        dependencies(body, &schema, &mut |text| bench.parse(text))
            .map(|names| names.iter().map(TableName::to_string).collect::<Vec<_>>())
    };
    for (body, names) in [
        ("SELECT * FROM t, main.u, t", vec!["raw.t", "u"]),
        (
            "SELECT * FROM {DUCKLAKE_CATALOG}.main.t WHERE a IN (FROM {DUCKLAKE_CATALOG}.x.y)",
            vec!["t", "x.y"],
        ),
        ("WITH t AS (SELECT * FROM t), v AS (FROM t) FROM v, v2", vec!["raw.t", "raw.v2"]),
        ("FROM read_csv('x'), memory.main.t, own(1)", vec![]),
        ("SELECT * FROM (WITH s AS (SELECT 1) SELECT 1) x, s", vec!["raw.s"]),
        ("PIVOT t ON a IN (1)", vec!["raw.t"]),
        ("SELECT 'main.t'", vec![]),
    ] {
        assert_eq!(found(body).expect(body), names, "{body}");
    }
    assert_eq!(found("SELEC 1").expect_err("unread").error_code, "INVALID_SQL");
}
