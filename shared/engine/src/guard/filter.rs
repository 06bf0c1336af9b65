//! A caller's condition: one expression, parsed alone before it meets a statement.

use domain::{Error, Result};

use super::json::{Node, Object};
use super::lake::Lake;
use super::scope::Names;
use super::source::Source;
use super::{Answers, Guarded, Kind, Rules, check_size, compare, refusal, tree};

/// Between these only expressions can stand, with commas between them.
const BEFORE: &str = "SELECT coalesce(\n";
const BEHIND: &str = "\n)";

/// How it is used.
const WHERE: &str = "SELECT 1 WHERE (\n";

/// Checks a condition. What comes back is to be put into `WHERE (\n…\n)` of a statement whose tables
/// stand in subqueries (`FROM (SELECT * FROM t) AS t`): such have no columns of DuckLake's own.
///
/// Errors are those of [`check`](super::check), with positions in `text` and the field `filter`.
pub(crate) fn filter<'a>(text: &str, rules: &Rules<'a>, answers: Answers<'a>) -> Result<Guarded> {
    guarded(text, rules, answers).map_err(|error| in_filter(text, error))
}

fn guarded<'a>(text: &str, rules: &Rules<'a>, answers: Answers<'a>) -> Result<Guarded> {
    check_size(text)?;
    let mut lake = Lake::new(answers, rules);
    let whole = format!("{BEFORE}{text}{BEHIND}");
    let source = Source::new(&whole);
    let json = lake.parse(&source.plain)?;
    only(&tree::query(&source, &json)?)?;
    let checked = super::checked::checked(&source, &Names::of(rules), &mut lake)?;
    let sql = checked.sql.strip_prefix(BEFORE).and_then(|sql| sql.strip_suffix(BEHIND));
    let sql = sql.ok_or_else(not_one)?.to_owned();
    // As it is used it must say the same.
    let nowhere = Source::new("");
    let used = lake.parse(&format!("{WHERE}{sql}{BEHIND}"))?;
    let used = tree::query(&nowhere, &used).map_err(|_| not_one())?;
    let alone = tree::query(&nowhere, &checked.json)?;
    if !used.get("where_clause").is_some_and(|used| is_expression(&alone, used)) {
        return Err(not_one());
    }
    let (tables, splices) = (checked.tables, checked.splices);
    let (kind, mentions_now, before) = (Kind::Rows, lake.mentions_now, BEFORE.len());
    Ok(Guarded { kind, sql, tables, mentions_now, splices, before, lines: 1 })
}

fn is_expression(query: &Object<'_>, used: &Node<'_>) -> bool {
    only(query).is_ok_and(|expression| compare::is_equal(expression, used))
}

/// The one expression of a query that is nothing else.
fn only<'o, 'a>(query: &'o Object<'a>) -> Result<&'o Node<'a>> {
    const KEYS: [&str; 4] = ["type", "select_list", "from_table", "aggregate_handling"];
    let plain = query.text("type") == "SELECT_NODE"
        && query.0.iter().all(|(key, _)| KEYS.contains(key))
        && query.object("from_table").is_some_and(|table| table.text("type") == "EMPTY");
    let [Node::Object(coalesce)] = query.array("select_list") else { return Err(not_one()) };
    let is_ours = coalesce.text("type") == "OPERATOR_COALESCE" && coalesce.text("alias").is_empty();
    match coalesce.array("children") {
        [only] if plain && is_ours && !is_star(only) => Ok(only),
        _ => Err(not_one()),
    }
}

fn is_star(node: &Node<'_>) -> bool {
    matches!(node, Node::Object(star) if star.text("type") == "STAR" && star.get("columns").is_none())
}

fn not_one() -> Error {
    refusal::not_allowed("A filter is one condition, as it stands behind WHERE")
}

/// One line stands before the caller's text, and one behind it.
fn in_filter(text: &str, mut error: Error) -> Error {
    let last = u32::try_from(text.split('\n').count()).unwrap_or(u32::MAX);
    error.position = error.position.and_then(|(line, column)| {
        let line = line.checked_sub(1).filter(|line| *line > 0)?;
        if line <= last {
            return Some((line, column));
        }
        Some(super::position::of_byte(text, text.len()))
    });
    let message = error.detail.clone();
    error.field("filter", message)
}
