//! Which functions callers may use: those that `functions.tsv` allows, by name, and no other.
//!
//! DuckDB has no list of what is safe, and an upgrade brings functions that no one has looked at
//! (FACTS 16).

use std::collections::HashMap;
use std::sync::LazyLock;

/// Each name with its class in expressions and in FROM.
const LIST: &str = include_str!("functions.tsv");

/// Functions that may stand in FROM; they read nothing but their arguments.
pub(super) const TABLE_FUNCTIONS: [&str; 6] =
    ["generate_series", "json_each", "json_tree", "range", "repeat", "unnest"];

/// What depends on when the transaction began: functions, macros, and names that the binder takes for one.
const OF_NOW: [&str; 16] = [
    "age",
    "ago",
    "current_date",
    "current_localtime",
    "current_localtimestamp",
    "current_time",
    "current_timestamp",
    "get_current_time",
    "get_current_timestamp",
    "localtime",
    "localtimestamp",
    "now",
    "pg_conf_load_time",
    "pg_postmaster_start_time",
    "today",
    "transaction_timestamp",
];

/// Whether what has this name may say what time it is.
pub(super) fn is_of_now(name: &str) -> bool {
    OF_NOW.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// What a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Allowed,
    Refused,
    /// It crashes on JSON that nests deep.
    Deep,
    /// There is none, or none that was looked at.
    Unknown,
}

static CLASSES: LazyLock<HashMap<&'static str, [Class; 2]>> =
    LazyLock::new(|| lines().map(|(name, classes)| (name, classes.map(class))).collect());

fn lines() -> impl Iterator<Item = (&'static str, [&'static str; 2])> {
    LIST.lines().filter(|line| !line.starts_with("# ")).filter_map(|line| {
        let mut parts = line.split('\t');
        Some((parts.next()?, [parts.next()?, parts.next()?]))
    })
}

fn class(text: &str) -> Class {
    match text {
        "yes" => Class::Allowed,
        "no" => Class::Refused,
        "deep" => Class::Deep,
        _ => Class::Unknown,
    }
}

/// What a scalar, aggregate or window function, an operator or a macro is.
pub(super) fn in_expression(name: &str) -> Class {
    classes(name)[0]
}

/// Whether a function may stand in FROM.
pub(super) fn is_allowed_in_from(name: &str) -> bool {
    classes(name)[1] == Class::Allowed
}

fn classes(name: &str) -> [Class; 2] {
    let name = name.to_ascii_lowercase();
    CLASSES.get(name.as_str()).copied().unwrap_or([Class::Unknown; 2])
}

/// Whether what stands before the function's dot is what the parser itself puts there (`[1, 2]` is
/// `main.list_value`), or the same written by hand: with the default database of callers' connections
/// that names built-ins only.
pub(super) fn is_plain(catalog: &str, schema: &str) -> bool {
    catalog.is_empty() && (schema.is_empty() || schema.eq_ignore_ascii_case("main"))
}

#[cfg(test)]
pub(super) fn listed() -> Vec<(&'static str, [&'static str; 2])> {
    lines().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole_in_order_and_says_each_name_once() {
        let listed = listed();
        assert!(listed.is_sorted_by(|(a, _), (b, _)| a < b));
        assert_eq!(listed.len(), LIST.lines().filter(|line| !line.starts_with("# ")).count());
        for (name, classes) in &listed {
            assert_eq!(*name, name.to_ascii_lowercase(), "names are looked up so");
            let known = |class: &&str| ["yes", "no", "deep", "-"].contains(class);
            assert!(classes.iter().all(known) && classes != &["-", "-"], "{name}");
        }
        let in_from = listed.iter().filter(|(_, classes)| classes[1] == "yes");
        assert_eq!(in_from.map(|(name, _)| *name).collect::<Vec<_>>(), TABLE_FUNCTIONS);
    }

    #[test]
    fn names_are_looked_up_without_case() {
        assert_eq!(in_expression("Current_Setting"), Class::Refused);
        assert_eq!(in_expression("PG_SLEEP"), Class::Refused);
        assert_eq!(in_expression("json_structure"), Class::Deep);
        assert_eq!(in_expression("no_such"), Class::Unknown);
        for name in ["lower", "+", "pg_typeof", "LOWER"] {
            assert_eq!(in_expression(name), Class::Allowed, "{name}");
        }
        assert!(is_allowed_in_from("RANGE") && !is_allowed_in_from("read_text"));
    }
}
