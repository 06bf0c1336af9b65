//! Every known way out (FACTS 4 and 16).

use super::Bench;

#[track_caller]
fn check(bench: &Bench, code: &str, texts: &[&str]) {
    for text in texts {
        let error = bench.refusal(text);
        assert_eq!(error.error_code, code, "{text}: {error}");
        assert_eq!(error.code, domain::Code::Invalid, "{text}: {error}");
    }
}

#[test]
fn anything_but_one_select_is_refused() {
    let bench = Bench::parser();
    check(
        &bench,
        "ONLY_SELECT",
        &[
            "SELECT 1; SELECT 2",
            "INSERT INTO t VALUES (1, 'x')",
            "UPDATE t SET a = 1",
            "DELETE FROM t",
            "TRUNCATE t",
            "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE",
            "CREATE TABLE x (a INT)",
            "CREATE MACRO m() AS 1",
            "CREATE SECRET s (TYPE s3)",
            "DROP TABLE t",
            "ALTER TABLE t ADD COLUMN x INT",
            "ATTACH '/etc/passwd' AS x (TYPE sqlite)",
            "DETACH lake",
            "USE lake",
            "SET memory_limit = '1TB'",
            "RESET memory_limit",
            "SET VARIABLE x = 1",
            "PRAGMA database_list",
            "CALL enable_logging()",
            "CHECKPOINT lake",
            "COPY t TO 's3://bucket/x'",
            "COPY (SELECT 1) TO '/tmp/x'",
            "EXPORT DATABASE '/tmp/x'",
            "IMPORT DATABASE '/tmp/x'",
            "INSTALL httpfs",
            "LOAD httpfs",
            "BEGIN",
            "PREPARE p AS SELECT 1",
            "EXECUTE p",
            "VACUUM",
            "COMMENT ON TABLE t IS 'x'",
            "PIVOT t ON a",
            "SHOW DATABASES",
            "SHOW VARIABLES",
            "SELECT * FROM (SHOW TABLES)",
            "SELECT (SELECT count(*) FROM (SHOW ALL TABLES))",
        ],
    );
    check(
        &bench,
        "INVALID_SQL",
        &[
            "",
            ";",
            "-- nothing",
            "selec 1",
            "SELECT * FROM",
            "SELECT 1 INTO x",
            "SELECT '\0'",
            "SELECT /* open",
            "SELECT 'open",
            "WITH x AS (DELETE FROM t RETURNING *) FROM x",
        ],
    );
}

#[test]
fn the_parsers_complaint_has_its_place_in_characters() {
    let bench = Bench::parser();
    let error = bench.refusal("SELECT 'üü'\nFROM WHERE x");
    assert_eq!(error.position, Some((2, 6)));
    assert_eq!(error.detail, "The SQL cannot be read: syntax error at or near \"WHERE\".");
}

#[test]
fn tables_of_other_catalogs_are_not_there() {
    let bench = Bench::parser();
    check(
        &bench,
        "TABLE_NOT_FOUND",
        &[
            "FROM lake.main.t",
            "FROM lake.t",
            "FROM memory.main.t",
            "FROM memory.t",
            "FROM temp.t",
            "FROM system.information_schema.tables",
            "FROM information_schema.tables",
            "FROM INFORMATION_SCHEMA.\"TABLES\"",
            "FROM pg_catalog.pg_class",
            "FROM __ducklake_metadata_lake.ducklake_table",
            "FROM __ducklake_metadata_lake.main.ducklake_table",
            "FROM \"__DUCKLAKE_metadata_lake\".ducklake_data_file",
            "SELECT (FROM information_schema.tables LIMIT 1)",
            "SELECT * FROM t WHERE a IN (FROM memory.x)",
            "SELECT 1 LIMIT (FROM temp.x)",
            "SELECT 1 ORDER BY (FROM temp.x)",
            "SELECT sum(1) OVER (ORDER BY (FROM temp.x))",
            "SELECT count(*) FILTER (WHERE (FROM temp.x))",
            "SELECT list_transform([1], lambda x: (FROM temp.x))",
            "SELECT * FROM range((FROM temp.x))",
            "SELECT * REPLACE ((FROM temp.x) AS a) FROM t",
            "SELECT COLUMNS(lambda c: (FROM temp.x)) FROM t",
            "SELECT * FROM t JOIN u ON (FROM temp.x)",
            "SELECT * FROM t, LATERAL (FROM temp.x)",
            "PIVOT temp.x ON a IN (1)",
            "PIVOT t ON a IN (1) USING max((FROM temp.x))",
            "FROM t GROUP BY (FROM temp.x) HAVING (FROM temp.y)",
            "FROM t QUALIFY (FROM temp.x)",
            "SELECT DISTINCT ON ((FROM temp.x)) 1",
            "VALUES ((FROM temp.x))",
            "WITH x AS (FROM temp.x) SELECT 1",
            "WITH RECURSIVE r AS (SELECT 1 UNION ALL FROM temp.x) FROM r",
            "SELECT 1 UNION FROM temp.x",
            "DESCRIBE temp.x",
            "SUMMARIZE information_schema.tables",
            "DESCRIBE FROM temp.x",
            "SELECT * FROM (WITH secret AS (SELECT 1) SELECT 1) x, temp.secret",
            "FROM \"a\nb\"",
        ],
    );
}

/// A name that could open a file is a name of a table in the lake, which is not there.
#[test]
fn files_are_names_of_tables() {
    let bench = Bench::new();
    for text in [
        "FROM '/etc/passwd'",
        "FROM \"/etc/passwd.csv\"",
        "FROM 's3://bucket/x.parquet'",
        "FROM 'data/*.parquet' x",
        "SELECT * FROM (WITH \"a.parquet\" AS (SELECT 1) SELECT 1) x, \"a.parquet\"",
        "SELECT * FROM t WHERE EXISTS (FROM 'x.json')",
        "FROM ' /* '",
    ] {
        let sql = bench.sql(text);
        assert!(sql.contains("\"lake\".\"main\".\""), "{sql}");
        let Err(error) = bench.connection.prepare(&sql) else { panic!("{sql} was bound") };
        let error = error.to_string();
        let missing = ["does not exist", "Cannot access file \"lake.main."];
        assert!(missing.iter().any(|text| error.contains(text)), "{sql}: {error}");
    }
    check(
        &bench,
        "TABLE_NOT_FOUND",
        &["FROM 'x/../data/main/t/*.parquet'", "FROM \"x/../data\".\"parquet\"", "FROM '/..'"],
    );
    // Names in other quotes are refused rather than understood.
    check(&bench, "SQL_NOT_ALLOWED", &["FROM $$x.parquet$$", "FROM E'x.csv'", "FROM $a$t$a$"]);
}

#[test]
fn functions_that_reach_out_are_refused() {
    let bench = Bench::parser();
    check(
        &bench,
        "FUNCTION_NOT_ALLOWED",
        &[
            "FROM read_text('/etc/passwd')",
            "FROM read_blob('/etc/passwd')",
            "FROM read_csv('x')",
            "FROM read_parquet(['x'])",
            "FROM parquet_scan('x')",
            "FROM read_json('x')",
            "FROM glob('/*')",
            "FROM sniff_csv('x')",
            "FROM parquet_metadata('x')",
            "FROM postgres_scan('host=169.254.169.254', 's', 't')",
            "FROM postgres_query('__ducklake_metadata_lake', 'SELECT 1')",
            "FROM sqlite_scan('/x', 't')",
            "FROM sqlite_query('__ducklake_metadata_lake', 'SELECT 1')",
            "FROM ducklake_expire_snapshots('lake')",
            "FROM ducklake_list_files('lake', 't')",
            "FROM ducklake_set_option('lake', 'x', 'y')",
            "FROM lake.snapshots()",
            "FROM lake.main.table_changes('t', 1, 2)",
            "FROM lake.range(1)",
            "FROM query('FROM temp.x')",
            "FROM query_table('temp.x')",
            "FROM histogram('t', a)",
            "FROM duckdb_settings()",
            "FROM duckdb_secrets()",
            "FROM duckdb_databases()",
            "FROM duckdb_tables()",
            "FROM duckdb_logs()",
            "FROM pragma_table_info('t')",
            "FROM pragma_database_list()",
            "FROM which_secret('s3://x', 's3')",
            "FROM json_execute_serialized_sql('{}')",
            "FROM arrow_scan(1, 2, 3)",
            "FROM seq_scan('t')",
            "FROM sql_auto_complete('x')",
            "FROM repeat_row(1, num_rows = 2)",
            "FROM test_all_types()",
            "SELECT * FROM t, read_text(t.b)",
            "SELECT (SELECT content FROM read_text('/etc/passwd'))",
            "FROM range((SELECT count(*) FROM read_text('x')))",
            "SELECT current_setting('s3_secret_access_key')",
            "SELECT CURRENT_SETTING('x')",
            "SELECT \"current_setting\"('x')",
            "SELECT main.current_setting('x')",
            "SELECT system.main.current_setting('x')",
            "SELECT pg_catalog.pg_get_viewdef(1)",
            "SELECT b.current_setting() FROM t",
            "SELECT lake.lower('x')",
            "SELECT lake.main.lower('x')",
            "SELECT a.b.c(1)",
            "SELECT memory.x()",
            "SELECT list_transform(['x'], lambda x: current_setting(x))",
            "SELECT list_transform(['x'], x -> getvariable(x))",
            "SELECT COLUMNS(lambda c: getvariable(c) IS NULL) FROM t",
            "SELECT lake.main.row_number() OVER ()",
            "SELECT current_query() OVER ()",
            "SELECT 1 LIMIT getvariable('x')",
            "SELECT 1 ORDER BY nextval('s')",
            "SELECT * REPLACE (current_query() AS a) FROM t",
            "FROM t SELECT sum(a) FILTER (WHERE setseed(0.5) IS NULL)",
            "PIVOT t ON a IN (1) USING max(current_query())",
            "FROM t JOIN u ON sleep_ms(100000) IS NULL",
            "SELECT write_log('x')",
            "SELECT __internal_compress_string_utinyint('x')",
            "SELECT has_table_privilege('t', 'SELECT')",
            "SELECT inet_server_addr()",
            "SELECT pg_sleep(100)",
        ],
    );
}

#[test]
fn other_things_that_are_not_taken_say_so() {
    let bench = Bench::parser();
    check(
        &bench,
        "SQL_NOT_ALLOWED",
        &[
            "FROM t AT (VERSION => (SELECT max(a) FROM t))",
            "FROM u, t AT (VERSION => u.a)",
            "WITH t AS (SELECT 1) FROM t AT (VERSION => 1)",
            "EXPLAIN ANALYZE SELECT 1",
            "explain /* x */ analyse SELECT 1",
            "EXPLAIN (FORMAT json) SELECT 1",
            "EXPLAIN (SELECT 1)",
            "SELECT a::VARIANT FROM t",
            "SELECT TRY_CAST('[1]'::JSON AS VARIANT)",
            "SELECT a::STRUCT(b VARIANT) FROM t",
            "SELECT b::BIGNUM FROM t",
            "SELECT repeat('9', 1001)::BIGNUM",
            "SELECT 1::lake.main.kind",
            "SELECT NULL::STRUCT(a memory.kind)",
        ],
    );
    let error = bench.refusal("SELECT 1,\n * FROM t AT (VERSION => (SELECT 1))");
    assert_eq!(error.position, Some((2, 9)));
}
