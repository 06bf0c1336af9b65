//! How long times and intervals are that the text says: near enough to tell a long list from a short one.

use super::constants::{number, text};
use super::json::Node;

/// Seconds of each unit, by the end of its name.
const UNITS: [(&str, f64); 13] = [
    ("microsecond", 1e-6),
    ("millisecond", 1e-3),
    ("second", 1.0),
    ("minute", 60.0),
    ("hour", 3_600.0),
    ("day", 86_400.0),
    ("week", 604_800.0),
    ("month", 2_592_000.0),
    ("quarter", 7_776_000.0),
    ("year", 31_536_000.0),
    ("decade", 315_360_000.0),
    ("century", 3_153_600_000.0),
    ("millennium", 31_536_000_000.0),
];

/// Seconds of an interval, or of a time since the year 0.
pub(super) fn seconds(node: &Node<'_>) -> Option<f64> {
    let Node::Object(object) = node else { return None };
    match object.text("class") {
        "CAST" => {
            let child = object.get("child")?;
            let r#type = object.object("cast_type")?.text("id");
            match r#type {
                "INTERVAL" => interval(&text(child)?),
                _ if r#type == "DATE" || r#type.starts_with("TIMESTAMP") => match text(child) {
                    Some(text) => day(&text).map(|day| day * 86_400.0),
                    None => seconds(child),
                },
                _ => None,
            }
        }
        "FUNCTION" => match object.array("children") {
            [only] => {
                Some(number(only)? * unit(object.text("function_name").strip_prefix("to_")?)?)
            }
            _ => None,
        },
        _ => None,
    }
}

fn unit(name: &str) -> Option<f64> {
    let name = match name {
        "centuries" => "century",
        "millennia" => "millennium",
        plural => plural.trim_end_matches('s'),
    };
    UNITS.iter().find(|(unit, _)| unit.eq_ignore_ascii_case(name)).map(|(_, seconds)| *seconds)
}

/// `1 hour 30 minutes`
fn interval(text: &str) -> Option<f64> {
    let words: Vec<_> = text.split_whitespace().collect();
    let parts = words.chunks(2).map(|part| match part {
        [count, name] => Some(count.parse::<f64>().ok()? * unit(&name.to_ascii_lowercase())?),
        _ => None,
    });
    parts.sum()
}

/// The day of `2024-01-31 …`.
fn day(text: &str) -> Option<f64> {
    let date = text.split([' ', 'T']).next()?;
    let mut parts = date.split('-').map(|part| part.parse::<f64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    Some(year * 365.25 + month * 30.4 + day)
}
