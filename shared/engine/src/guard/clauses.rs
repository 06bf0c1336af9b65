//! Parts of statements, found by DuckDB's lexer: EXPLAIN, AT, and what DuckDB writes of a view.

use super::lake::ViewBody;
use super::lexer::{name, plain_end, skip_space, token_end};

/// Where the keyword EXPLAIN stands, if the text begins with it, and the word behind it: more than a
/// query may follow there.
pub(super) fn explain(text: &str) -> Option<(usize, &str)> {
    let at = skip_space(text, 0);
    let end = keyword(text, at, "EXPLAIN")?;
    let next = skip_space(text, end);
    let first = text[next..].chars().next()?;
    Some((at, &text[next..token_end(text, next, first)]))
}

/// Where AT begins and ends that follows a table's name and alias, the first behind `from`.
pub(super) fn at_clause(text: &str, from: usize) -> Option<(usize, usize)> {
    let mut at = skip_space(text, from);
    loop {
        let first = text[at..].chars().next()?;
        let end = token_end(text, at, first);
        let next = skip_space(text, end);
        let opens = text[next..].starts_with('(');
        if text[at..end].eq_ignore_ascii_case("AT") && opens {
            return Some((at, closed(text, next)?));
        }
        at = if first == '(' { skip_space(text, closed(text, at)?) } else { next };
    }
}

/// What DuckDB's `CREATE VIEW name (aliases) AS body;` creates.
pub(super) fn view_body(definition: &str) -> Option<ViewBody> {
    let mut at = keyword(definition, skip_space(definition, 0), "CREATE")?;
    at = keyword(definition, skip_space(definition, at), "VIEW")?;
    (_, at) = name(definition, skip_space(definition, at))?;
    at = skip_space(definition, at);
    let mut column_aliases = Vec::new();
    if definition[at..].starts_with('(') {
        loop {
            let (parts, end) = name(definition, skip_space(definition, at + 1))?;
            column_aliases.extend(parts);
            at = skip_space(definition, end);
            if !definition[at..].starts_with(',') {
                break;
            }
        }
        at = skip_space(definition, at + definition[at..].starts_with(')').then_some(1)?);
    }
    at = keyword(definition, at, "AS")?;
    let sql = definition[at..].trim().trim_end_matches(';').to_owned();
    Some(ViewBody { sql, column_aliases })
}

/// The byte behind a keyword.
fn keyword(text: &str, at: usize, word: &str) -> Option<usize> {
    let end = plain_end(text, at);
    text[at..end].eq_ignore_ascii_case(word).then_some(end)
}

/// The byte behind the parenthesis that closes the one at `at`.
fn closed(text: &str, mut at: usize) -> Option<usize> {
    let mut open = 0_usize;
    loop {
        let first = text[at..].chars().next()?;
        at = token_end(text, at, first);
        match first {
            '(' => open += 1,
            ')' if open == 1 => return Some(at),
            ')' => open -= 1,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explain_is_a_word_of_its_own() {
        assert_eq!(explain(" /* x */ explain FROM t"), Some((9, "FROM")));
        assert_eq!(explain("EXPLAIN(ANALYZE) FROM t"), Some((0, "(")));
        assert_eq!(explain("EXPLAIN -- x\n analyze SELECT"), Some((0, "analyze")));
        for text in ["", "EXPLAIN", "EXPLAINED x", "SELECT 'EXPLAIN'", "\"EXPLAIN\" x"] {
            assert_eq!(explain(text), None, "{text}");
        }
    }

    #[test]
    fn at_is_found_behind_the_alias() {
        for (text, clause) in [
            (" AT (VERSION => 1), u", "AT (VERSION => 1)"),
            (
                " AS x(a, b) at /* ( */ (TIMESTAMP => (')'::DATE)) WHERE",
                "at /* ( */ (TIMESTAMP => (')'::DATE))",
            ),
        ] {
            let (begin, end) = at_clause(text, 0).expect("a clause");
            assert_eq!(&text[begin..end], clause);
        }
        assert_eq!(at_clause(" x WHERE at > 1", 0), None);
        assert_eq!(at_clause(" AT (VERSION => 1", 0), None);
    }

    #[test]
    fn what_duckdb_writes_of_a_view_is_read() {
        for (text, aliases, sql) in [
            ("CREATE VIEW v3 (x, \"y, \"\"z\") AS SELECT 1;", vec!["x", "y, \"z"], "SELECT 1"),
            ("CREATE VIEW \"a.b\" AS SELECT ';';", vec![], "SELECT ';'"),
        ] {
            let body = view_body(text).expect("a view");
            assert_eq!(
                (body.column_aliases, body.sql.as_str()),
                (aliases.iter().map(|a| (*a).to_owned()).collect(), sql)
            );
        }
        for text in
            ["", "CREATE VIEW", "CREATE VIEW v (x AS SELECT 1", "CREATE TABLE t AS SELECT 1"]
        {
            assert!(view_body(text).is_none(), "{text}");
        }
    }
}
