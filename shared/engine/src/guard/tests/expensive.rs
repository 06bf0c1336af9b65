//! What is not bounded by memory nor stopped in time is bounded by the text (FACTS 16).

use super::Bench;

#[track_caller]
fn check(bench: &Bench, code: &str, texts: &[&str]) {
    for text in texts {
        let error = bench.refusal(text);
        assert_eq!(error.error_code, code, "{text}: {error}");
    }
}

#[test]
fn sizes_that_the_text_says_are_bounded() {
    let bench = Bench::parser();
    check(
        &bench,
        "TOO_EXPENSIVE",
        &[
            "SELECT repeat('x', 100000000)",
            "SELECT REPEAT(b, 1000001) FROM t",
            "SELECT repeat('xx', 500001)",
            "SELECT repeat(repeat('x', 1000000), 1000000)",
            "SELECT repeat('x', 1000 * 1000 * 100)",
            "SELECT repeat('x', 1e8::BIGINT)",
            "SELECT repeat('x', '100000000'::INT)",
            "SELECT repeat('x', 1 << 40)",
            "SELECT repeat('x', 10 ** 9)",
            "SELECT repeat('x', (SELECT 1000000000))",
            "SELECT range(TIMESTAMP '2000-01-01', TIMESTAMP '2001-01-01', INTERVAL 1 SECOND)",
            "SELECT generate_series('1000-01-01'::TIMESTAMP, '3000-01-01'::TIMESTAMP, INTERVAL '1 minute')",
            "SELECT lpad('x', 1000001, 'y'), 1",
            "SELECT rpad(b, 2000000000, 'y') FROM t",
            "SELECT range(100000000)",
            "SELECT len(range(0, 200000000))",
            "SELECT generate_series(-100000000, 1, 1)",
            "SELECT range(0, 1000000, 0.1::INT)",
            "SELECT unnest(range(1000001))",
            "SELECT list_resize([1], 100000000)",
            "SELECT array_resize([1], 100000000, 0)",
            "SELECT bitstring('1', 100000000)",
            "SELECT bitstring_agg(a, 0, 1000000000) FROM t",
            "SELECT equi_width_bins(0, 10, 100000000, true)",
            "SELECT printf('%1000000000d', 1)",
            "SELECT printf('%.1000000000f', 1.0)",
            "SELECT printf('%*d', 1000000000, 1)",
            "SELECT printf(b, 1) FROM t",
            "SELECT format('{:>1000000000}', 1)",
            "SELECT format('{:{}}', 1, 1000000000)",
            "SELECT format('{:' || '1000000000' || '}', 1)",
            "SELECT damerau_levenshtein(repeat('a', 40000), repeat('b', 40000))",
            "SELECT levenshtein(b, rpad('', 40000, 'x')) FROM t",
            "SELECT * FROM t WHERE a IN (SELECT unnest(range(100000000)))",
            "SELECT list_transform(range(100000000), lambda x: x)",
            "SELECT * FROM range((SELECT len(range(100000000))))",
            "SELECT 99999999999999999999999999999999999999 FROM t WHERE repeat('x', 99999999999999999999999999999999999999) = ''",
        ],
    );
    for text in [
        "SELECT repeat('x', 1000000)",
        "SELECT repeat('=', a) FROM t",
        "SELECT repeat('x', $1)",
        "SELECT lpad(b, 20, ' '), rpad('x', 1000000, 'y') FROM t",
        "SELECT len(range(1000000)), generate_series(1, 10), range(10, 0, -1)",
        "SELECT range(DATE '2024-01-01', DATE '2024-02-01', INTERVAL 1 DAY)",
        "SELECT generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2024-12-31 23:59:59', INTERVAL '1 hour 30 minutes')",
        "SELECT range(DATE '2024-01-01', current_date, INTERVAL 1 MONTH)",
        "FROM range(1000000000000) LIMIT 1",
        "SELECT count(*) FROM generate_series(1, 100000000)",
        "SELECT printf('%05d %s %.2f%%', 1, 'x', 2.5), format('{:>10} {{}} {}', 'x', 2)",
        "SELECT printf('%' || 'd', 1)",
        "SELECT levenshtein(b, 'hello') FROM t",
        "SELECT bitstring('101', 8), list_resize([1], 5)",
    ] {
        let error = bench.check(text).err().map(|error| error.detail);
        assert_eq!(error, None, "{text}");
    }
}

#[test]
fn patterns_are_bounded() {
    let bench = Bench::parser();
    let long = "a".repeat(1_001);
    let mut texts = vec![
        "SELECT regexp_matches(b, '(a|aa|aaa){1000}b') FROM t".to_owned(),
        "SELECT b SIMILAR TO '(a{200}){200}{200}' FROM t".to_owned(),
        "SELECT COLUMNS('a{1000}') FROM t".to_owned(),
        "SELECT b GLOB '*a*a*a*a*a*a*a*b' FROM t".to_owned(),
        "SELECT b LIKE '%a_%a_%a_%a_%a_%a_%a_%b' FROM t".to_owned(),
        "SELECT b LIKE repeat('%a', 10000) FROM t".to_owned(),
        "SELECT b GLOB repeat('*a', 7) FROM t".to_owned(),
        "SELECT b GLOB (repeat('*a', 7) || 'b') COLLATE NOCASE FROM t".to_owned(),
        "SELECT b GLOB (SELECT '*a*a*a*a*a*a*ab') FROM t".to_owned(),
        "SELECT regexp_matches(b, concat('(a|aa){', '1000}')) FROM t".to_owned(),
    ];
    texts.push(format!("SELECT b LIKE '{long}' FROM t"));
    texts.push(format!("SELECT b NOT ILIKE '{long}' ESCAPE 'x' FROM t"));
    texts.push(format!("SELECT regexp_replace(b, '{long}', 'x') FROM t"));
    texts.push(format!("SELECT COLUMNS('{long}') FROM t"));
    check(&bench, "TOO_EXPENSIVE", &texts.iter().map(String::as_str).collect::<Vec<_>>());
    for text in [
        "SELECT b ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' FROM t",
        "SELECT regexp_extract(b, '^.{1,255}@(.{1,255})$', 1) FROM t",
        "SELECT b LIKE '%a%b%c%d%e%f%g%h%' FROM t",
        "SELECT b GLOB '*.csv', b LIKE c FROM (SELECT 'a' b, '%' c)",
    ] {
        let error = bench.check(text).err().map(|error| error.detail);
        assert_eq!(error, None, "{text}");
    }
}

fn doubling(levels: usize) -> String {
    let mut text = "WITH x0 AS (SELECT 1 a)".to_owned();
    for level in 1..=levels {
        let below = level - 1;
        text += &format!(", x{level} AS (SELECT l.a FROM x{below} l, x{below} r)");
    }
    text + &format!(" SELECT count(*) FROM x{levels}")
}

#[test]
fn names_of_with_stand_for_so_many_queries() {
    let bench = Bench::new();
    assert_eq!(bench.rows(&doubling(8)), ["1"]);
    check(&bench, "TOO_EXPENSIVE", &[&doubling(10), &doubling(28)]);
    let error = bench.refusal(
        "WITH a AS (FROM t, t, t),\n b AS (SELECT 1) SELECT 1 FROM range(1e9::BIGINT), temp.x",
    );
    assert_eq!(error.error_code, "TABLE_NOT_FOUND");
    // One after the other they are few.
    let chain: String =
        (1..200).map(|n| format!(", y{n} AS (SELECT a + 1 AS a FROM y{})", n - 1)).collect();
    assert_eq!(bench.rows(&format!("WITH y0 AS (SELECT 1 a){chain} SELECT a FROM y199")), ["200"]);
}

#[test]
fn lambdas_stand_within_each_other_eight_deep() {
    let bench = Bench::parser();
    let nested = |levels: usize| {
        let begin: String = (0..levels).map(|n| format!("list_transform([1], x{n} -> ")).collect();
        format!("SELECT {begin}1{}", ")".repeat(levels))
    };
    assert_eq!(bench.run(&bench.sql(&nested(8))).expect("a row").len(), 1);
    check(&bench, "TOO_EXPENSIVE", &[&nested(9), &nested(25)]);
}

#[test]
fn functions_that_crash_on_deep_json_are_refused_and_say_what_to_take() {
    let bench = Bench::parser();
    for call in [
        "json_structure(b)",
        "json_group_structure(b)",
        "json_merge_patch(b, b)",
        "json_contains(b, '1')",
        "from_json(b, '[\"JSON\"]')",
        "from_json_strict(b, '\"JSON\"')",
        "json_transform(b, '\"JSON\"')",
        "JSON_TRANSFORM_STRICT(b, '\"JSON\"')",
    ] {
        let error = bench.refusal(&format!("SELECT {call} FROM t"));
        assert_eq!(error.error_code, "FUNCTION_NOT_ALLOWED", "{call}");
        assert!(error.detail.contains("json_extract"), "{error}");
    }
    for text in [
        "SELECT {'a': [1, 2.5, 'x']}::VARIANT, 1::VARIANT, 'x'::VARCHAR::VARIANT",
        "SELECT 1::BIGNUM, '123'::BIGNUM, a::HUGEINT::BIGNUM FROM t",
        "SELECT json_extract(b, '$.a'), json_keys(b), json_type(b) FROM t, json_each(b)",
    ] {
        let error = bench.check(text).err().map(|error| error.detail);
        assert_eq!(error, None, "{text}");
    }
}

#[test]
fn joins_and_grouping_sets_are_few() {
    let bench = Bench::parser();
    let joined = |joins: usize, with: &str| {
        let more: String = (1..=joins).map(|n| format!("{with} range(2) t{n}(x) ")).collect();
        format!("FROM range(2) t0(x) {more}")
    };
    let cube = |columns: usize| {
        let names: Vec<_> = (0..columns).map(|n| format!("c{n}")).collect();
        format!("SELECT count(*) FROM t GROUP BY CUBE ({})", names.join(", "))
    };
    let inner = joined(40, "CROSS JOIN");
    check(
        &bench,
        "TOO_EXPENSIVE",
        &[
            &joined(65, ","),
            &joined(65, "POSITIONAL JOIN"),
            &format!("SELECT * FROM ({inner}) a, ({inner}) b"),
            &format!(
                "SELECT (SELECT max(x) {})",
                joined(65, "CROSS JOIN").replace("t0(x)", "t0(y)")
            ),
            &cube(9),
            &cube(12),
            &("SELECT 1".to_owned() + &" UNION ALL SELECT 1".repeat(1_001)),
        ],
    );
    for text in [
        joined(64, ","),
        format!("SELECT * FROM ({inner}) a UNION ALL SELECT * FROM ({inner}) b"),
        format!("SELECT (SELECT count(*) {inner}), (SELECT count(*) {inner}) FROM t"),
        format!("WITH a AS ({inner}), b AS ({inner}) SELECT 1"),
        cube(8),
    ] {
        let error = bench.check(&text).err().map(|error| error.detail);
        assert_eq!(error, None, "{text:.200}");
    }
}
