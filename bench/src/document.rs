//! `docs/benchmarks.md`: what a row found stands between two marks, the words around it are people's.

use std::fs;

use anyhow::Context;

use crate::machine;
use crate::place::Place;
use crate::report::Report;

/// Puts what the row found in the place of what it found last time.
pub(crate) fn write(place: &Place, name: &str, report: &Report) -> anyhow::Result<()> {
    let file = place.root.join("docs/benchmarks.md");
    let found = format!(
        "`./dev bench {name}` on {}, {}\n\n{}",
        machine::date(),
        machine::describe(),
        report.as_markdown()
    );
    let text = fs::read_to_string(&file)?;
    let text = replaced(&text, name, &found).with_context(|| format!("{}", file.display()))?;
    Ok(fs::write(file, text)?)
}

fn replaced(text: &str, name: &str, found: &str) -> anyhow::Result<String> {
    let (first, last) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
    let missing = || format!("there is no `{}` with its end", first.trim());
    let (before, rest) = text.split_once(&first).with_context(missing)?;
    let (_, after) = rest.split_once(&last).with_context(missing)?;
    Ok(format!("{before}{first}{found}{last}{after}"))
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let text = "a\n<!-- x -->\nold\n<!-- end of x -->\nb\n";
        let new = replaced(text, "x", "new\n").expect("marks");
        assert_eq!(new, "a\n<!-- x -->\nnew\n<!-- end of x -->\nb\n");
        assert!(replaced(text, "y", "new\n").is_err());
    }
}
