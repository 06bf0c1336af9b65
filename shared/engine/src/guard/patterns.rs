//! Patterns: some take a time that grows beyond any bound with the text they meet.

use super::constants::{length, text};
use super::json::Node;

/// Characters of a pattern.
const CHARACTERS: f64 = 1_000.0;

/// The largest count of a repetition in a regular expression, and the product of all of them.
const REPETITIONS: u64 = 256;
const ALL_REPETITIONS: u64 = 100_000;

/// Stars of a pattern that is tried at every place again for each of them.
const STARS: usize = 6;

const LIKE: [&str; 8] = [
    "!~~",
    "!~~*",
    "ilike_escape",
    "like_escape",
    "not_ilike_escape",
    "not_like_escape",
    "~~",
    "~~*",
];

const REGEX: [&str; 9] = [
    "regexp_extract",
    "regexp_extract_all",
    "regexp_full_match",
    "regexp_matches",
    "regexp_replace",
    "regexp_split_to_array",
    "regexp_split_to_table",
    "str_split_regex",
    "string_split_regex",
];

/// Why a call takes too much because of its pattern, if the text says so.
pub(super) fn too_much(name: &str, arguments: &[Node<'_>]) -> Option<String> {
    let pattern = arguments.get(1)?;
    let (like, glob) = (LIKE.contains(&name), name == "~~~");
    let regex = REGEX.contains(&name);
    if !like && !glob && !regex {
        return None;
    }
    if length(pattern).is_some_and(|length| length > CHARACTERS) {
        return Some("A pattern may have 1,000 characters at most".to_owned());
    }
    let text = text(pattern)?;
    if regex {
        return expression(&text);
    }
    let stars = text.split(if glob { '*' } else { '%' }).count() - 1;
    // Without `_` a LIKE looks for one part after the other.
    let retries = glob || text.contains('_');
    (retries && stars > STARS)
        .then(|| format!("A pattern with that many `*` or `%` takes too long; {STARS} are taken"))
}

/// As [`too_much`], of the text of a regular expression.
pub(super) fn expression(text: &str) -> Option<String> {
    if text.chars().nth(1_000).is_some() {
        return Some("A pattern may have 1,000 characters at most".to_owned());
    }
    let mut all = 1_u64;
    for part in text.split('{').skip(1) {
        let counts = part.split('}').next().unwrap_or_default();
        let numbers = counts.split(',').map_while(|number| number.trim().parse::<u64>().ok());
        let most = numbers.max().unwrap_or(1);
        all = all.saturating_mul(most.max(1));
        if most > REPETITIONS || all > ALL_REPETITIONS {
            return Some(format!(
                "A regular expression repeats too often; each count may be {REPETITIONS} at most, and \
                 their product {ALL_REPETITIONS}"
            ));
        }
    }
    None
}
