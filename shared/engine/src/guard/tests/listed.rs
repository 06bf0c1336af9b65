//! The list of functions is that of this DuckDB, with the extensions that the engine loads.

use std::collections::BTreeSet;

use super::super::functions::{Class, in_expression, is_allowed_in_from, is_of_now, listed};
use super::Bench;
use crate::raw::{Connection, Database};
use crate::values;

/// Names that DuckDB's own list does not hold: the parser makes them.
const OF_THE_PARSER: [&str; 2] = ["->", "unnest"];

/// What was refused when all else was allowed: it stays so.
const REFUSED: [&str; 33] = [
    "cast_to_type",
    "col_description",
    "combine",
    "create_sort_key",
    "current_connection_id",
    "current_query",
    "current_query_id",
    "current_schemas",
    "current_setting",
    "current_transaction_id",
    "currval",
    "error",
    "finalize",
    "get_block_size",
    "getvariable",
    "in_search_path",
    "json_deserialize_sql",
    "json_serialize_plan",
    "json_serialize_sql",
    "make_type",
    "nextval",
    "obj_description",
    "parse_duckdb_log_message",
    "replace_type",
    "setseed",
    "shobj_description",
    "sleep_ms",
    "stats",
    "txid_current",
    "variant_bytes_to_variant",
    "variant_to_parquet_variant",
    "vector_type",
    "write_log",
];

/// A DuckDB with the extensions that callers' queries have.
fn extended() -> Connection {
    let folder = tempfile::tempdir().expect("a folder");
    let from = crate::tests::settings(folder.path()).engine.extension_dir;
    let database = Database::open(&[], None).expect("a database");
    let connection = Connection::open(&database).expect("a connection");
    for name in ["httpfs", "sqlite_scanner", "postgres_scanner", "ducklake"] {
        let path = from.join(format!("{name}.duckdb_extension"));
        connection.execute(&format!("LOAD '{}'", path.display())).expect(name);
    }
    connection
}

/// Each name of DuckDB, of expressions (`true`) or of FROM.
fn known() -> BTreeSet<(String, bool)> {
    let connection = extended();
    let sql = "SELECT DISTINCT function_name, \
                   (function_type NOT IN ('table', 'table_macro'))::VARCHAR \
               FROM duckdb_functions() WHERE function_type != 'pragma'";
    let rows = values::texts(&connection, sql).expect("names");
    let name = |row: Vec<Option<String>>| match row.as_slice() {
        [Some(name), Some(kind)] => (name.to_ascii_lowercase(), kind == "true"),
        other => panic!("{other:?}"),
    };
    rows.into_iter().map(name).collect()
}

#[test]
fn every_function_of_duckdb_is_classed_and_no_other() {
    let classed: BTreeSet<(String, bool)> = listed()
        .iter()
        .flat_map(|(name, classes)| [(name, classes[0], true), (name, classes[1], false)])
        .filter(|(name, class, kind)| *class != "-" && !(*kind && OF_THE_PARSER.contains(*name)))
        .map(|(name, _, kind)| ((*name).to_owned(), kind))
        .collect();
    let known = known();
    let unclassed: Vec<_> = known.difference(&classed).collect();
    assert!(unclassed.is_empty(), "class these in guard/functions.tsv: {unclassed:?}");
    let gone: Vec<_> = classed.difference(&known).collect();
    assert!(gone.is_empty(), "take these out of guard/functions.tsv: {gone:?}");
}

#[test]
fn what_was_refused_by_name_stays_refused() {
    for name in REFUSED {
        assert_eq!(in_expression(name), Class::Refused, "{name}");
    }
    for (name, classes) in listed() {
        let harmless = ["pg_size_pretty", "pg_typeof"].contains(&name);
        let refused = ["__internal_", "has_", "inet_", "pg_"].iter().any(|p| name.starts_with(p));
        assert!(!refused || harmless || classes[0] != "yes", "{name}");
        let reads =
            ["read_", "parquet_", "duckdb_", "ducklake_", "sqlite_", "postgres_", "pragma_"];
        let reads = reads.iter().any(|begin| name.starts_with(begin));
        assert!(!reads || !is_allowed_in_from(name), "{name}");
    }
}

/// Texts whose trees hold every name that the parser makes by itself.
#[test]
fn names_that_the_parser_makes_are_allowed() {
    let bench = Bench::parser();
    for text in [
        "SELECT 1 + 2 - 3 * 4 / 5 // 6 % 7 ^ 8 ** 9, -1, +1, 5!, @ -1, ~1, 1 & 2 | 3 << 4 >> 5",
        "SELECT 'a' || 'b', 'a' LIKE 'b', 'a' NOT LIKE 'b', 'a' ILIKE 'b', 'a' NOT ILIKE 'b'",
        "SELECT 'a' LIKE 'b' ESCAPE 'c', 'a' NOT ILIKE 'b' ESCAPE 'c', 'a' GLOB 'b', 'a' ^@ 'b'",
        "SELECT 'a' SIMILAR TO 'b', 'a' NOT SIMILAR TO 'b', 'a' ~ 'b', 'a' !~ 'b'",
        "SELECT [1][1], [1, 2][1:2], [1, 2, 3][1:3:2], {'a': 1}.a, {'a': 1}['a'], (1, 2), row(1)",
        "SELECT MAP {1: 2}[1], ARRAY[1, 2], [x FOR x IN [1] IF x > 0], 'x' COLLATE nocase",
        "SELECT '{}'::JSON -> 'a', '{}'::JSON ->> 'a', '[1]'::JSON -> 0 -> 1 -> 2 -> 3 -> 4 -> 5 -> 6 -> 7 -> 8 -> 9",
        "SELECT [1] @> [1], [1] <@ [1], [1] && [1], [1.0, 2.0] <-> [1.0, 2.0], [1.0] <=> [1.0]",
        "SELECT INTERVAL 1 DAY, INTERVAL '1 hour', INTERVAL (1) YEAR, DATE '2024-01-01' - INTERVAL 1 WEEK",
        "SELECT extract(year FROM now()), now() AT TIME ZONE 'UTC', position('a' IN 'b')",
        "SELECT substring('abc' FROM 2 FOR 1), trim(BOTH 'x' FROM 'xax'), CAST('1' AS INT), TRY_CAST('x' AS INT)",
        "SELECT nullif(1, 2), ifnull(1, 2), coalesce(1, 2), if(true, 1, 2), TRY(1), 1 IN (1, 2), 1 BETWEEN 0 AND 2",
        "SELECT current_date, current_timestamp, current_time, localtime, localtimestamp, CASE 1 WHEN 1 THEN 2 END",
        "SELECT unnest([1]), count(*), count(), sum(1) OVER (), row_number() OVER (), lag(1) OVER ()",
        "SELECT string_agg('a', ',' ORDER BY 1), list(1), array_agg(1), first(1), quantile_cont(1, 0.5)",
        "SELECT x IS DISTINCT FROM 1, x IS NULL, x IS NOT TRUE, NOT x, struct_pack(a := 1), UNION_VALUE(k := 1) FROM (SELECT true x)",
        "SELECT grouping(x), grouping_id(x) FROM (SELECT 1 x) GROUP BY CUBE (x)",
        "SELECT mode() WITHIN GROUP (ORDER BY x), percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM (SELECT 1 x)",
        "UNPIVOT (SELECT 1 a, 2 b) ON a, b",
        "PIVOT (SELECT 1 a, 2 b) ON a IN (1) USING sum(b), count(*) GROUP BY b",
        "SELECT * EXCLUDE (a) REPLACE (1 AS b) RENAME (d AS c) FROM (SELECT 1 a, 2 b, 3 d)",
        "SELECT COLUMNS(c -> c LIKE 'a%'), * LIKE 'b', COLUMNS('a')::VARCHAR, *COLUMNS('a') FROM (SELECT 1 a, 2 b)",
        "SELECT list_transform([1], lambda x, i: x + i), list_filter([1], x -> x > 0), list_reduce([1], (a, b) -> a + b)",
    ] {
        let error = bench.check(text).err().map(|error| error.detail);
        assert_eq!(error, None, "{text}");
    }
}

/// What is one within a query, and may be another in the next: DuckDB says so of functions, and of a macro its
/// text does.
#[test]
fn what_says_what_time_it_is_is_known_to_say_so() {
    const OF_A_PLACE: [&str; 3] = ["current_database", "current_schema", "current_catalog"];
    let sql = "SELECT DISTINCT function_name::VARCHAR FROM duckdb_functions() \
               WHERE stability = 'CONSISTENT_WITHIN_QUERY' OR regexp_matches(macro_definition, \
               '\\b(now|today|age|current_(date|time|timestamp)|localtime|localtimestamp)\\b')";
    let names = values::texts(&extended(), sql).expect("names");
    let names: Vec<String> = names.into_iter().flatten().flatten().collect();
    assert!(names.len() > 6, "{names:?}");
    for name in names {
        let is_allowed = in_expression(&name) == Class::Allowed;
        let is_known = is_of_now(&name) || OF_A_PLACE.contains(&name.as_str());
        assert!(!is_allowed || is_known, "{name} may say what time it is");
    }
}
