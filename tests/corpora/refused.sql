-- Statements of a hostile or careless caller, each with the error code of its 422. Between two lines of
-- `---` stands one statement: a comment with the code (or codes, with a bar between), then the SQL. `{people}`
-- and `{orders}` are tables of the test; a `{…*n}` is what stands before the star, n times.
---
-- ONLY_SELECT
INSERT INTO {people} VALUES (9, 'Eve', 'red', 1, NULL)
---
-- ONLY_SELECT
INSERT INTO {people} SELECT * FROM {people}
---
-- ONLY_SELECT
UPDATE {people} SET age = 0
---
-- ONLY_SELECT
DELETE FROM {people}
---
-- ONLY_SELECT
TRUNCATE {people}
---
-- ONLY_SELECT
MERGE INTO {people} p USING {orders} o ON p.id = o.person WHEN MATCHED THEN DELETE
---
-- ONLY_SELECT
CREATE TABLE stolen (a INTEGER)
---
-- ONLY_SELECT
CREATE TABLE stolen AS SELECT * FROM {people}
---
-- ONLY_SELECT
CREATE OR REPLACE TEMP TABLE stolen AS SELECT 1
---
-- ONLY_SELECT
CREATE VIEW stolen AS SELECT 1
---
-- ONLY_SELECT
CREATE MACRO lower(x) AS x
---
-- ONLY_SELECT
CREATE MACRO files() AS TABLE SELECT * FROM glob('/*')
---
-- ONLY_SELECT
CREATE SCHEMA stolen
---
-- ONLY_SELECT
CREATE SEQUENCE s
---
-- ONLY_SELECT
CREATE TYPE mood AS ENUM ('a')
---
-- ONLY_SELECT
CREATE INDEX i ON {people} (id)
---
-- ONLY_SELECT
CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b', ENDPOINT 'attacker:80', SCOPE 's3://')
---
-- ONLY_SELECT
CREATE OR REPLACE PERSISTENT SECRET s (TYPE s3)
---
-- ONLY_SELECT
DROP SECRET eider_catalog
---
-- ONLY_SELECT
DROP TABLE {people}
---
-- ONLY_SELECT
DROP VIEW v
---
-- ONLY_SELECT
DROP SCHEMA main CASCADE
---
-- ONLY_SELECT
ALTER TABLE {people} ADD COLUMN x INTEGER
---
-- ONLY_SELECT
ALTER TABLE {people} RENAME TO mine
---
-- ONLY_SELECT
COMMENT ON TABLE {people} IS 'x'
---
-- ONLY_SELECT
ATTACH ':memory:' AS m
---
-- ONLY_SELECT
ATTACH '/etc/passwd' AS x (TYPE sqlite)
---
-- ONLY_SELECT
ATTACH 'ducklake:sqlite:/tmp/other.sqlite' AS other (DATA_PATH '/tmp/')
---
-- ONLY_SELECT
ATTACH 'host=169.254.169.254 port=80' AS p (TYPE postgres)
---
-- ONLY_SELECT
DETACH lake
---
-- ONLY_SELECT
USE lake
---
-- ONLY_SELECT
USE memory
---
-- ONLY_SELECT
SET memory_limit = '1TB'
---
-- ONLY_SELECT
SET GLOBAL enable_external_access = true
---
-- ONLY_SELECT
SET streaming_buffer_size = '1GB'
---
-- ONLY_SELECT
RESET s3_access_key_id
---
-- ONLY_SELECT
SET VARIABLE x = 1
---
-- ONLY_SELECT
SET search_path = 'lake.main'
---
-- ONLY_SELECT
PRAGMA database_list
---
-- ONLY_SELECT
PRAGMA show_tables
---
-- ONLY_SELECT
PRAGMA enable_profiling
---
-- ONLY_SELECT
PRAGMA table_info('{people}')
---
-- ONLY_SELECT
CALL enable_logging()
---
-- ONLY_SELECT
CALL duckdb_settings()
---
-- ONLY_SELECT
CALL ducklake_expire_snapshots('lake')
---
-- ONLY_SELECT
CALL postgres_attach('host=169.254.169.254')
---
-- ONLY_SELECT
CHECKPOINT lake
---
-- ONLY_SELECT
FORCE CHECKPOINT
---
-- ONLY_SELECT
VACUUM
---
-- ONLY_SELECT
ANALYZE
---
-- ONLY_SELECT
COPY {people} TO '/tmp/x.csv'
---
-- ONLY_SELECT
COPY (SELECT 1) TO 's3://bucket/x.parquet'
---
-- ONLY_SELECT
COPY {people} FROM '/etc/passwd'
---
-- ONLY_SELECT
COPY FROM DATABASE lake TO memory
---
-- ONLY_SELECT
EXPORT DATABASE '/tmp/x'
---
-- ONLY_SELECT
IMPORT DATABASE '/tmp/x'
---
-- ONLY_SELECT
INSTALL httpfs
---
-- ONLY_SELECT
LOAD '/tmp/evil.duckdb_extension'
---
-- ONLY_SELECT
UPDATE EXTENSIONS
---
-- ONLY_SELECT
BEGIN
---
-- ONLY_SELECT
COMMIT
---
-- ONLY_SELECT
ROLLBACK
---
-- ONLY_SELECT
PREPARE p AS SELECT 1
---
-- ONLY_SELECT
EXECUTE eider_first(1)
---
-- ONLY_SELECT
DEALLOCATE p
---
-- ONLY_SELECT
SELECT 1; SELECT 2
---
-- ONLY_SELECT
SELECT 1; DROP TABLE {people}
---
-- ONLY_SELECT
SELECT 1; SET threads = 1;
---
-- ONLY_SELECT
SHOW DATABASES
---
-- ONLY_SELECT
SHOW SCHEMAS
---
-- ONLY_SELECT
SHOW VARIABLES
---
-- ONLY_SELECT
SHOW TABLES FROM lake
---
-- ONLY_SELECT
SELECT * FROM (SHOW TABLES)
---
-- ONLY_SELECT
SELECT * FROM (SHOW ALL TABLES)
---
-- ONLY_SELECT
SELECT (SELECT count(*) FROM (SHOW ALL TABLES))
---
-- ONLY_SELECT
SUMMARIZE FROM (SHOW TABLES)
---
-- ONLY_SELECT
PIVOT {people} ON team
---
-- ONLY_SELECT
PIVOT {people} ON team USING count(*)
---
-- ONLY_SELECT
FROM (PIVOT {people} ON team)
---
-- ONLY_SELECT
EXPLAIN INSERT INTO {people} SELECT * FROM {people}
---
-- ONLY_SELECT
EXPLAIN COPY (SELECT 1) TO '/tmp/x'
---
-- ONLY_SELECT
EXPLAIN EXPLAIN SELECT 1
---
-- ONLY_SELECT
EXPLAIN SHOW TABLES
---
-- SQL_NOT_ALLOWED
EXPLAIN ANALYZE SELECT 1
---
-- SQL_NOT_ALLOWED
EXPLAIN ANALYZE DELETE FROM {people}
---
-- SQL_NOT_ALLOWED
EXPLAIN (ANALYZE, FORMAT json) SELECT 1
---
-- SQL_NOT_ALLOWED
EXPLAIN (SELECT 1)
---
-- INVALID_SQL
-- nothing but a comment
---
-- INVALID_SQL
;
---
-- INVALID_SQL
SELEC 1
---
-- INVALID_SQL
SELECT * FROM
---
-- INVALID_SQL
SELECT 1 INTO stolen
---
-- INVALID_SQL
SELECT 'open
---
-- INVALID_SQL
SELECT /* open
---
-- INVALID_SQL
SELECT $$open
---
-- INVALID_SQL
SELECT "open
---
-- INVALID_SQL
WITH x AS (DELETE FROM {people} RETURNING *) FROM x
---
-- INVALID_SQL
SELECT nope FROM {people}
---
-- INVALID_SQL
SELECT name + age FROM {people}
---
-- INVALID_SQL
SELECT {people}.id FROM {people} p
---
-- INVALID_SQL
SELECT name FROM {people} GROUP BY team
---
-- INVALID_SQL
SELECT count(*) FROM {people} WHERE count(*) > 1
---
-- INVALID_SQL
SELECT 'x'::INTEGER
---
-- INVALID_SQL
SELECT 9223372036854775807 + 1
---
-- INVALID_SQL
SELECT strptime('x', '%d')
---
-- INVALID_SQL
SELECT 1::no_such_type
---
-- INVALID_SQL
SELECT now() AT TIME ZONE 'Nowhere/City'
---
-- INVALID_SQL
SELECT filename FROM {people}
---
-- INVALID_SQL
SELECT {people}."FileName" FROM {people}
---
-- INVALID_SQL
SELECT * REPLACE (filename AS name) FROM {people}
---
-- INVALID_SQL
SELECT id FROM {people} ORDER BY filename
---
-- INVALID_SQL
SELECT (SELECT filename) FROM {people}
---
-- INVALID_SQL
SELECT COLUMNS('filename') FROM {people}
---
-- INVALID_SQL
SELECT struct_pack(f := filename) FROM {people}
---
-- INVALID_SQL
WITH x AS (SELECT filename FROM {people} AT (TIMESTAMP => TIMESTAMP '2999-01-01')) FROM x
---
-- TABLE_NOT_FOUND
FROM no_such_table
---
-- TABLE_NOT_FOUND
FROM lake.main.{people}
---
-- TABLE_NOT_FOUND
FROM lake.{people}
---
-- TABLE_NOT_FOUND
FROM memory.main.{people}
---
-- TABLE_NOT_FOUND
FROM temp.{people}
---
-- TABLE_NOT_FOUND
FROM system.information_schema.tables
---
-- TABLE_NOT_FOUND
FROM information_schema.tables
---
-- TABLE_NOT_FOUND
FROM INFORMATION_SCHEMA."COLUMNS"
---
-- TABLE_NOT_FOUND
FROM pg_catalog.pg_class
---
-- TABLE_NOT_FOUND
FROM __ducklake_metadata_lake.ducklake_table
---
-- TABLE_NOT_FOUND
FROM __ducklake_metadata_lake.main.ducklake_data_file
---
-- TABLE_NOT_FOUND
FROM "__DUCKLAKE_metadata_lake".ducklake_snapshot
---
-- TABLE_NOT_FOUND
SELECT (FROM information_schema.tables LIMIT 1)
---
-- TABLE_NOT_FOUND
SELECT * FROM {people} WHERE id IN (FROM memory.x)
---
-- TABLE_NOT_FOUND
SELECT 1 LIMIT (FROM temp.x)
---
-- TABLE_NOT_FOUND
SELECT 1 ORDER BY (FROM temp.x)
---
-- TABLE_NOT_FOUND
SELECT sum(1) OVER (ORDER BY (FROM temp.x))
---
-- TABLE_NOT_FOUND
SELECT count(*) FILTER (WHERE (FROM temp.x))
---
-- TABLE_NOT_FOUND
SELECT list_transform([1], lambda x: (FROM temp.x))
---
-- TABLE_NOT_FOUND
SELECT * FROM range((FROM temp.x))
---
-- TABLE_NOT_FOUND
SELECT * REPLACE ((FROM temp.x) AS name) FROM {people}
---
-- TABLE_NOT_FOUND
SELECT * FROM {people} JOIN {orders} ON (FROM temp.x)
---
-- TABLE_NOT_FOUND
SELECT * FROM {people}, LATERAL (FROM temp.x)
---
-- TABLE_NOT_FOUND
PIVOT temp.x ON a IN (1)
---
-- TABLE_NOT_FOUND
FROM {people} GROUP BY (FROM temp.x) HAVING (FROM temp.y)
---
-- TABLE_NOT_FOUND
FROM {people} QUALIFY (FROM temp.x)
---
-- TABLE_NOT_FOUND
SELECT DISTINCT ON ((FROM temp.x)) 1
---
-- TABLE_NOT_FOUND
VALUES ((FROM temp.x))
---
-- TABLE_NOT_FOUND
WITH x AS (FROM temp.x) SELECT 1
---
-- TABLE_NOT_FOUND
WITH RECURSIVE r AS (SELECT 1 UNION ALL FROM temp.x) FROM r
---
-- TABLE_NOT_FOUND
SELECT 1 UNION FROM temp.x
---
-- TABLE_NOT_FOUND
DESCRIBE temp.x
---
-- TABLE_NOT_FOUND
SUMMARIZE information_schema.tables
---
-- TABLE_NOT_FOUND
SHOW temp.x
---
-- TABLE_NOT_FOUND
EXPLAIN SELECT * FROM temp.x
---
-- TABLE_NOT_FOUND
SELECT * FROM (WITH secret AS (SELECT 1) SELECT 1) x, temp.secret
---
-- TABLE_NOT_FOUND
WITH {people} AS (SELECT 1) FROM temp.{people}
---
-- TABLE_NOT_FOUND
FROM '/etc/passwd'
---
-- TABLE_NOT_FOUND
FROM "/etc/passwd.csv"
---
-- TABLE_NOT_FOUND
FROM 's3://bucket/x.parquet'
---
-- TABLE_NOT_FOUND
FROM 'https://example.com/x.parquet'
---
-- TABLE_NOT_FOUND
FROM 'data/*.parquet'
---
-- TABLE_NOT_FOUND
FROM 'x/../data/main/{people}/*.parquet'
---
-- TABLE_NOT_FOUND
FROM "x/../data"."parquet"
---
-- TABLE_NOT_FOUND
SELECT * FROM {people} WHERE EXISTS (FROM 'x.json')
---
-- TABLE_NOT_FOUND
FROM this
---
-- SQL_NOT_ALLOWED
FROM $$x.parquet$$
---
-- SQL_NOT_ALLOWED
FROM E'x.csv'
---
-- SQL_NOT_ALLOWED
SELECT 1::lake.main.kind
---
-- SQL_NOT_ALLOWED
SELECT NULL::STRUCT(a memory.kind)
---
-- SQL_NOT_ALLOWED
FROM {people} AT (VERSION => (SELECT max(id) FROM {orders}))
---
-- SQL_NOT_ALLOWED
WITH x AS (SELECT 1) FROM x AT (VERSION => 1)
---
-- INVALID_SQL
FROM {people} AT (VERSION => 99999999)
---
-- FUNCTION_NOT_ALLOWED
FROM read_text('/etc/passwd')
---
-- FUNCTION_NOT_ALLOWED
FROM read_blob('/proc/self/environ')
---
-- FUNCTION_NOT_ALLOWED
FROM read_csv('/etc/passwd')
---
-- FUNCTION_NOT_ALLOWED
FROM read_csv_auto('/etc/passwd')
---
-- FUNCTION_NOT_ALLOWED
FROM read_parquet(['s3://bucket/a/../b/x.parquet'])
---
-- FUNCTION_NOT_ALLOWED
FROM parquet_scan('x')
---
-- FUNCTION_NOT_ALLOWED
FROM parquet_metadata('x')
---
-- FUNCTION_NOT_ALLOWED
FROM parquet_kv_metadata('x')
---
-- FUNCTION_NOT_ALLOWED
FROM read_json('x')
---
-- FUNCTION_NOT_ALLOWED
FROM read_ndjson_objects('x')
---
-- FUNCTION_NOT_ALLOWED
FROM read_duckdb('x')
---
-- FUNCTION_NOT_ALLOWED
FROM glob('/*')
---
-- FUNCTION_NOT_ALLOWED
FROM sniff_csv('/etc/passwd')
---
-- FUNCTION_NOT_ALLOWED
FROM postgres_scan('host=169.254.169.254 port=80', 's', 't')
---
-- FUNCTION_NOT_ALLOWED
FROM postgres_scan_pushdown('host=169.254.169.254', 's', 't')
---
-- FUNCTION_NOT_ALLOWED
FROM postgres_query('__ducklake_metadata_lake', 'SELECT 1')
---
-- FUNCTION_NOT_ALLOWED
FROM postgres_execute('__ducklake_metadata_lake', 'DROP TABLE x')
---
-- FUNCTION_NOT_ALLOWED
FROM sqlite_scan('/etc/passwd', 't')
---
-- FUNCTION_NOT_ALLOWED
FROM sqlite_query('__ducklake_metadata_lake', 'SELECT 1')
---
-- FUNCTION_NOT_ALLOWED
FROM ducklake_snapshots('lake')
---
-- FUNCTION_NOT_ALLOWED
FROM ducklake_list_files('lake', '{people}')
---
-- FUNCTION_NOT_ALLOWED
FROM ducklake_expire_snapshots('lake', versions => [1])
---
-- FUNCTION_NOT_ALLOWED
FROM ducklake_delete_orphaned_files('lake', cleanup_all => true)
---
-- FUNCTION_NOT_ALLOWED
FROM ducklake_set_option('lake', 'data_inlining_row_limit', '100')
---
-- FUNCTION_NOT_ALLOWED
FROM ducklake_flush_inlined_data('lake')
---
-- FUNCTION_NOT_ALLOWED
FROM ducklake_table_changes('lake', 'main', '{people}', 1, 2)
---
-- FUNCTION_NOT_ALLOWED
FROM lake.snapshots()
---
-- FUNCTION_NOT_ALLOWED
FROM lake.main.table_changes('{people}', 1, 2)
---
-- FUNCTION_NOT_ALLOWED
FROM lake.range(1)
---
-- FUNCTION_NOT_ALLOWED
FROM query('SELECT 1')
---
-- FUNCTION_NOT_ALLOWED
FROM query_table('{people}')
---
-- FUNCTION_NOT_ALLOWED
FROM query_table(['{people}', '{orders}'])
---
-- FUNCTION_NOT_ALLOWED
FROM histogram_values('{people}', id)
---
-- FUNCTION_NOT_ALLOWED
FROM duckdb_settings()
---
-- FUNCTION_NOT_ALLOWED
FROM duckdb_secrets(redact = false)
---
-- FUNCTION_NOT_ALLOWED
FROM duckdb_databases()
---
-- FUNCTION_NOT_ALLOWED
FROM duckdb_tables()
---
-- FUNCTION_NOT_ALLOWED
FROM duckdb_columns()
---
-- FUNCTION_NOT_ALLOWED
FROM duckdb_views()
---
-- FUNCTION_NOT_ALLOWED
FROM duckdb_functions()
---
-- FUNCTION_NOT_ALLOWED
FROM duckdb_logs()
---
-- FUNCTION_NOT_ALLOWED
FROM duckdb_memory()
---
-- FUNCTION_NOT_ALLOWED
FROM duckdb_temporary_files()
---
-- FUNCTION_NOT_ALLOWED
FROM duckdb_prepared_statements()
---
-- FUNCTION_NOT_ALLOWED
FROM pragma_table_info('{people}')
---
-- FUNCTION_NOT_ALLOWED
FROM pragma_database_list()
---
-- FUNCTION_NOT_ALLOWED
FROM pragma_storage_info('{people}')
---
-- FUNCTION_NOT_ALLOWED
FROM which_secret('s3://x', 's3')
---
-- FUNCTION_NOT_ALLOWED
FROM json_execute_serialized_sql('{}')
---
-- FUNCTION_NOT_ALLOWED
FROM arrow_scan(1, 2, 3)
---
-- FUNCTION_NOT_ALLOWED
FROM seq_scan('{people}')
---
-- FUNCTION_NOT_ALLOWED
FROM sql_auto_complete('SELECT ')
---
-- FUNCTION_NOT_ALLOWED
FROM repeat_row(1, num_rows = 2)
---
-- FUNCTION_NOT_ALLOWED
FROM test_all_types()
---
-- FUNCTION_NOT_ALLOWED
FROM enable_logging()
---
-- FUNCTION_NOT_ALLOWED
FROM checkpoint()
---
-- FUNCTION_NOT_ALLOWED
SELECT * FROM {people}, read_text(name)
---
-- FUNCTION_NOT_ALLOWED
SELECT (SELECT content FROM read_text('/etc/passwd'))
---
-- FUNCTION_NOT_ALLOWED
WITH x AS (FROM read_text('/etc/passwd')) FROM x
---
-- FUNCTION_NOT_ALLOWED
FROM range((SELECT count(*) FROM read_text('x')))
---
-- FUNCTION_NOT_ALLOWED
DESCRIBE FROM read_csv('/etc/passwd')
---
-- FUNCTION_NOT_ALLOWED
EXPLAIN FROM read_text('/etc/passwd')
---
-- FUNCTION_NOT_ALLOWED
SELECT current_setting('s3_secret_access_key')
---
-- FUNCTION_NOT_ALLOWED
SELECT CURRENT_SETTING('threads')
---
-- FUNCTION_NOT_ALLOWED
SELECT "current_setting"('threads')
---
-- FUNCTION_NOT_ALLOWED
SELECT main.current_setting('threads')
---
-- FUNCTION_NOT_ALLOWED
SELECT system.main.current_setting('threads')
---
-- FUNCTION_NOT_ALLOWED
SELECT name.current_setting() FROM {people}
---
-- FUNCTION_NOT_ALLOWED
SELECT list_transform(['threads'], x -> current_setting(x))
---
-- FUNCTION_NOT_ALLOWED
SELECT getvariable('x')
---
-- FUNCTION_NOT_ALLOWED
SELECT getenv('AWS_SECRET_ACCESS_KEY')
---
-- FUNCTION_NOT_ALLOWED
SELECT current_query()
---
-- FUNCTION_NOT_ALLOWED
SELECT current_query() OVER ()
---
-- FUNCTION_NOT_ALLOWED
SELECT current_schemas(true)
---
-- FUNCTION_NOT_ALLOWED
SELECT txid_current()
---
-- FUNCTION_NOT_ALLOWED
SELECT current_connection_id()
---
-- FUNCTION_NOT_ALLOWED
SELECT nextval('s')
---
-- FUNCTION_NOT_ALLOWED
SELECT setseed(0.5)
---
-- FUNCTION_NOT_ALLOWED
SELECT sleep_ms(100000)
---
-- FUNCTION_NOT_ALLOWED
SELECT pg_sleep(100)
---
-- FUNCTION_NOT_ALLOWED
SELECT error('{"exception_type":"FATAL"}')
---
-- FUNCTION_NOT_ALLOWED
SELECT write_log('x')
---
-- FUNCTION_NOT_ALLOWED
SELECT stats(1)
---
-- FUNCTION_NOT_ALLOWED
SELECT vector_type(1)
---
-- FUNCTION_NOT_ALLOWED
SELECT pg_get_viewdef(1)
---
-- FUNCTION_NOT_ALLOWED
SELECT pg_catalog.pg_get_viewdef(1)
---
-- FUNCTION_NOT_ALLOWED
SELECT format_type(1, 2)
---
-- FUNCTION_NOT_ALLOWED
SELECT has_table_privilege('{people}', 'SELECT')
---
-- FUNCTION_NOT_ALLOWED
SELECT inet_server_addr()
---
-- FUNCTION_NOT_ALLOWED
SELECT json_serialize_sql('SELECT 1')
---
-- FUNCTION_NOT_ALLOWED
SELECT json_deserialize_sql('{}')
---
-- FUNCTION_NOT_ALLOWED
SELECT __internal_compress_string_utinyint('x')
---
-- FUNCTION_NOT_ALLOWED
SELECT create_sort_key(1, 'ASC')
---
-- FUNCTION_NOT_ALLOWED
SELECT make_type('INTEGER')
---
-- FUNCTION_NOT_ALLOWED
SELECT get_block_size('lake')
---
-- FUNCTION_NOT_ALLOWED
SELECT lake.main.lower('x')
---
-- FUNCTION_NOT_ALLOWED
SELECT no_such_function(1)
---
-- FUNCTION_NOT_ALLOWED
SELECT 1 ORDER BY nextval('s')
---
-- FUNCTION_NOT_ALLOWED
SELECT 1 LIMIT getvariable('x')
---
-- FUNCTION_NOT_ALLOWED
PIVOT {people} ON team IN ('red') USING max(current_query())
---
-- FUNCTION_NOT_ALLOWED
SELECT COLUMNS(c -> getvariable(c) IS NULL) FROM {people}
---
-- FUNCTION_NOT_ALLOWED
SELECT json_structure(doc) FROM {orders}
---
-- FUNCTION_NOT_ALLOWED
SELECT json_group_structure(doc) FROM {orders}
---
-- FUNCTION_NOT_ALLOWED
SELECT json_merge_patch(doc, doc) FROM {orders}
---
-- FUNCTION_NOT_ALLOWED
SELECT json_contains(doc, '1') FROM {orders}
---
-- FUNCTION_NOT_ALLOWED
SELECT from_json(doc, '["JSON"]') FROM {orders}
---
-- FUNCTION_NOT_ALLOWED
SELECT from_json_strict(doc, '"JSON"') FROM {orders}
---
-- FUNCTION_NOT_ALLOWED
SELECT json_transform(doc, '{"a": "INTEGER"}') FROM {orders}
---
-- FUNCTION_NOT_ALLOWED
SELECT json_transform_strict(doc, '"JSON"') FROM {orders}
---
-- SQL_NOT_ALLOWED
SELECT doc::VARIANT FROM {orders}
---
-- SQL_NOT_ALLOWED
SELECT TRY_CAST('[1]'::JSON AS VARIANT)
---
-- SQL_NOT_ALLOWED
SELECT CAST({'a': doc} AS STRUCT(a VARIANT)) FROM {orders}
---
-- SQL_NOT_ALLOWED
SELECT name::BIGNUM FROM {people}
---
-- SQL_NOT_ALLOWED
SELECT repeat('9', 1000000)::BIGNUM
---
-- TOO_EXPENSIVE
SELECT repeat('x', 100000000)
---
-- TOO_EXPENSIVE
SELECT len(repeat(name, 100000000)) FROM {people}
---
-- TOO_EXPENSIVE
SELECT repeat(repeat('x', 100000), 100000)
---
-- TOO_EXPENSIVE
SELECT repeat('x', 10000 * 10000)
---
-- TOO_EXPENSIVE
SELECT lpad('x', 2000000000, 'y')
---
-- TOO_EXPENSIVE
SELECT rpad(name, 100000000, 'y') FROM {people}
---
-- TOO_EXPENSIVE
SELECT len(range(200000000))
---
-- TOO_EXPENSIVE
SELECT unnest(generate_series(1, 100000000))
---
-- TOO_EXPENSIVE
SELECT list_transform(range(100000000), x -> x + 1)
---
-- TOO_EXPENSIVE
SELECT list_reduce(range(100000000), (a, b) -> a + b)
---
-- TOO_EXPENSIVE
SELECT list_sort(range(100000000))
---
-- TOO_EXPENSIVE
SELECT list_resize([1], 100000000)
---
-- TOO_EXPENSIVE
SELECT array_resize([1], 100000000, 0)
---
-- TOO_EXPENSIVE
SELECT string_split(repeat('a,', 100000000), ',')
---
-- TOO_EXPENSIVE
SELECT regexp_extract_all(repeat('a', 100000000), 'a')
---
-- TOO_EXPENSIVE
SELECT damerau_levenshtein(repeat('a', 40000), repeat('b', 40000))
---
-- TOO_EXPENSIVE
SELECT bitstring('1', 1000000000)
---
-- TOO_EXPENSIVE
SELECT bitstring_agg(id, 0, 1000000000) FROM {people}
---
-- TOO_EXPENSIVE
SELECT printf('%1000000000d', 1)
---
-- TOO_EXPENSIVE
SELECT printf('%*d', 1000000000, 1)
---
-- TOO_EXPENSIVE
SELECT printf(name, 1) FROM {people}
---
-- TOO_EXPENSIVE
SELECT format('{:>1000000000}', 1)
---
-- TOO_EXPENSIVE
SELECT format('{:{}}', 1, 1000000000)
---
-- TOO_EXPENSIVE
SELECT regexp_matches(name, '(a|aa|aaa){1000}b') FROM {people}
---
-- TOO_EXPENSIVE
SELECT name SIMILAR TO '((a{200}){200}){200}' FROM {people}
---
-- TOO_EXPENSIVE
SELECT COLUMNS('a{1000}') FROM {people}
---
-- TOO_EXPENSIVE
SELECT name GLOB '*a*a*a*a*a*a*a*b' FROM {people}
---
-- TOO_EXPENSIVE
SELECT name LIKE '%a_%a_%a_%a_%a_%a_%a_%b' FROM {people}
---
-- TOO_EXPENSIVE
SELECT name LIKE repeat('%a', 10000) FROM {people}
---
-- TOO_EXPENSIVE
SELECT name LIKE '{ab*600}' FROM {people}
---
-- TOO_EXPENSIVE
WITH a AS (SELECT 1 x), b AS (FROM a, a a2), c AS (FROM b, b b2), d AS (FROM c, c c2), e AS (FROM d, d d2), f AS (FROM e, e e2), g AS (FROM f, f f2), h AS (FROM g, g g2), i AS (FROM h, h h2), j AS (FROM i, i i2), k AS (FROM j, j j2) SELECT count(*) FROM k
---
-- TOO_EXPENSIVE
SELECT {list_transform([1], x -> *9}1{)*9}
---
-- TOO_EXPENSIVE
SELECT count(*) FROM {people}{ CROSS JOIN range(2)*70}
---
-- TOO_EXPENSIVE
SELECT count(*) FROM (SELECT 1 a, 2 b, 3 c, 4 d, 5 e, 6 f, 7 g, 8 h, 9 i, 10 j) GROUP BY CUBE (a, b, c, d, e, f, g, h, i, j)
---
-- TOO_EXPENSIVE|TOO_COMPLEX
SELECT 1{ UNION SELECT 1*5000}
---
-- TOO_COMPLEX
SELECT {1 + *5000}1
---
-- TOO_COMPLEX|INVALID_SQL
SELECT {(SELECT *2000}1{)*2000}
---
-- TOO_COMPLEX|INVALID_SQL
SELECT {NOT *20000}true
---
-- TOO_COMPLEX|INVALID_SQL
SELECT {[*2000}1{]*2000}
---
-- TOO_COMPLEX|INVALID_SQL
SELECT NULL::INTEGER{[]*2000}
---
-- TOO_COMPLEX
FROM {people}{, x*5000}
---
-- SQL_TOO_LONG
SELECT '{x*256000}'
---
-- PARAMETER_MISMATCH
SELECT $1
---
-- INVALID_SQL
SELECT $name, ?
