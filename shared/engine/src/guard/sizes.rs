//! Sizes that a text asks for: what is made of them is not bounded by the engine's memory, and is not
//! stopped when its time is over (FACTS 16).

use super::constants::{length, number, text};
use super::json::Node;
use super::patterns;
use super::times::seconds;

/// Items of a list, or characters of a text, that one call may be asked to make.
const SIZE: f64 = 1_000_000.0;

/// Characters of a text given to a comparison that takes their product in time and memory.
const COMPARED: f64 = 10_000.0;

/// Why a call with these arguments takes too much, if the text says so.
pub(super) fn too_much(name: &str, arguments: &[Node<'_>]) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let asked = match (name.as_str(), arguments) {
        ("repeat", [what, times]) => number(times).map(|n| n * length(what).unwrap_or(1.0)),
        ("lpad" | "rpad" | "list_resize" | "array_resize" | "bitstring", [_, size, ..]) => {
            number(size)
        }
        ("range" | "generate_series", _) => steps(arguments),
        ("bitstring_agg", [_, least, most]) => span(least, most),
        ("equi_width_bins", [_, _, count, ..]) | ("to_base", [_, _, count]) => number(count),
        ("printf" | "format", [format, ..]) => return written(&name, format),
        ("levenshtein" | "editdist3" | "damerau_levenshtein", [a, b]) => return compared(a, b),
        _ => return patterns::too_much(&name, arguments),
    };
    // What is no number at all is past every size.
    let within = asked.is_none_or(|asked| asked.abs() <= SIZE);
    (!within).then(|| format!("`{name}` may make 1,000,000 characters or items here, and not more"))
}

fn steps(arguments: &[Node<'_>]) -> Option<f64> {
    match arguments {
        [stop] => number(stop),
        [start, stop] => span(start, stop),
        [start, stop, step] => match number(step) {
            Some(step) => Some(span(start, stop)? / step),
            None => Some((seconds(stop)? - seconds(start)?) / seconds(step)?),
        },
        _ => None,
    }
}

fn span(least: &Node<'_>, most: &Node<'_>) -> Option<f64> {
    Some(number(most)? - number(least)?)
}

fn compared(a: &Node<'_>, b: &Node<'_>) -> Option<String> {
    let long = |node| length(node).is_some_and(|length| length > COMPARED);
    (long(a) || long(b)).then(|| "Texts of more than 10,000 characters are not compared".to_owned())
}

/// A width within the format, and none that comes from an argument.
fn written(name: &str, format: &Node<'_>) -> Option<String> {
    let Some(format) = text(format) else {
        return Some(format!("The format of `{name}` is no constant text; write it into the SQL"));
    };
    let from_argument = match name {
        "printf" => format.split('%').skip(1).any(|spec| {
            let end = spec.find(|c: char| c.is_alphabetic()).unwrap_or(spec.len());
            spec[..end].contains('*')
        }),
        _ => format.split('{').skip(1).any(|spec| !spec.contains('}') && spec.contains(':')),
    };
    if from_argument {
        return Some(format!("A width in the format of `{name}` must be a number"));
    }
    let mut numbers = format.split(|c: char| !c.is_ascii_digit());
    let wide = numbers.any(|number| number.parse::<f64>().is_ok_and(|width| width > SIZE));
    wide.then(|| format!("A width in the format of `{name}` may be 1,000,000 at most"))
}
