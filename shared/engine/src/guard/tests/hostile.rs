//! Texts that want to break the guard itself.

use domain::{Code, limits};

use super::Bench;

#[test]
fn moderate_depth_is_fine_and_more_is_said_to_be_too_much() {
    let bench = Bench::parser();
    assert_eq!(bench.rows(&format!("SELECT {}1", "1 + ".repeat(200))), ["201"]);
    let nested = |levels: usize| {
        format!("{}SELECT 1{}", "SELECT * FROM (".repeat(levels), ")".repeat(levels))
    };
    assert_eq!(bench.rows(&nested(60)), ["1"]);
    for text in [
        format!("SELECT {}1", "1 + ".repeat(20_000)),
        format!("SELECT {}1{}", "(SELECT ".repeat(2_000), ")".repeat(2_000)),
        format!("SELECT {}", "NOT ".repeat(20_000) + "true"),
        nested(500),
        format!("FROM t{}", ", t".repeat(10_000)),
        format!("SELECT {}1{}", "[".repeat(2_000), "]".repeat(2_000)),
        format!("SELECT NULL::INT{}", "[]".repeat(2_000)),
        format!("SELECT CASE WHEN {}", "CASE WHEN ".repeat(2_000)),
        "SELECT 1".to_owned() + &" UNION SELECT 1".repeat(10_000),
    ] {
        let error = bench.refusal(&text);
        let known = ["TOO_COMPLEX", "TOO_EXPENSIVE", "INVALID_SQL", "ONLY_SELECT"]
            .contains(&error.error_code);
        assert!(known, "{}…: {error:?}", &text[..20]);
    }
}

#[test]
fn a_text_has_its_limit_in_bytes() {
    let bench = Bench::parser();
    let text = |bytes: usize| format!("SELECT 'ü{}'", "x".repeat(bytes - 11));
    assert!(bench.check(&text(limits::SQL_BYTES)).is_ok());
    assert_eq!(bench.refusal(&text(limits::SQL_BYTES + 1)).error_code, "SQL_TOO_LONG");
}

#[test]
fn many_tables_are_many_splices() {
    let bench = Bench::parser();
    let text = format!("SELECT {}1", "EXISTS(FROM t), ".repeat(2_000));
    assert_eq!(bench.sql(&text).matches("\"lake\".\"main\".\"t\"").count(), 2_000);
}

/// Whatever is cut out of queries or put into them: an answer, and no table but the lake's.
#[test]
fn mangled_queries_are_answered() {
    let bench = Bench::parser();
    let pieces = [
        "SELECT a FROM t",
        "WITH t AS (SELECT 1) ",
        "FROM main.\"t\" x",
        "'",
        "\"",
        "$$",
        "/*",
        "*/",
        "--",
        "\n",
        ";",
        "(",
        ")",
        ",",
        ".",
        " AS t",
        "E'\\'",
        "t",
        "this",
        " filename ",
        "lake.",
        "DESCRIBE ",
        "UNION ALL ",
        "PIVOT t ON a IN (1)",
        "ü",
        "WHERE EXISTS (FROM t)",
        " ",
    ];
    let mut random = 88_172_645_463_325_252_u64;
    let mut below = |limit: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % limit as u64) as usize
    };
    let mut through = 0;
    for _ in 0..2_000 {
        let mut text = "SELECT t.a, 'it''s' FROM t, main.u AS u2 WHERE b = $$x$$ -- end".to_owned();
        for _ in 0..=below(4) {
            let places: Vec<usize> = text.char_indices().map(|(byte, _)| byte).collect();
            let start = places.get(below(places.len().max(1))).copied().unwrap_or(0);
            let end = places
                .get(below(places.len().max(1)))
                .copied()
                .unwrap_or(0)
                .clamp(start, start + 12);
            let end = (end..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(start);
            text.replace_range(start..end, pieces[below(pieces.len())]);
        }
        match bench.check(&text) {
            Ok(_) => through += 1,
            Err(error) => assert_ne!(error.code, Code::Internal, "{text:?}: {error:?}"),
        }
    }
    assert!(through > 100, "{through}");
}
