//! What callers hear of DuckDB's own words.

use crate::raw::Failure;

/// The first line of a message, if it holds nothing of ours: no path, host, statement or name of
/// DuckLake's own.
pub(super) fn shown(failure: &Failure) -> Option<String> {
    let line = failure.message.lines().next()?;
    // DuckDB looks for what it might be in every catalog.
    let line = line.split("Did you mean").next().unwrap_or_default().trim();
    (!holds_ours(line)).then(|| without_lake(line).chars().take(500).collect())
}

/// The names that DuckDB offers in place of one that is not there: columns, tables or fields of the
/// statement itself. What it finds elsewhere (`Did you mean`) may be what the caller may not read.
pub(super) fn candidates(failure: &Failure) -> Option<String> {
    const OFFERED: [&str; 3] = ["Candidate bindings:", "Candidate tables:", "Candidate Entries:"];
    if !failure.is("Binder") {
        return None;
    }
    let mut lines = failure.message.lines().skip(1);
    let names = lines.find_map(|line| OFFERED.iter().find_map(|what| line.strip_prefix(what)))?;
    let names = names.trim_start_matches([':', ' ']).trim_end();
    let shown = !names.is_empty() && names.len() <= 500 && !holds_ours(names);
    shown.then(|| without_lake(&names.replace('"', "`")))
}

fn holds_ours(line: &str) -> bool {
    const OURS: [&str; 12] = [
        "__ducklake",
        "ducklake_",
        "eider_",
        "postgres",
        "sqlite",
        "s3://",
        "http://",
        "https://",
        "/tmp/",
        "password",
        "select ",
        "insert ",
    ];
    let folded = line.to_ascii_lowercase();
    OURS.iter().any(|ours| folded.contains(ours))
}

/// The lake's name is ours: people call their tables without it. Only where a name begins with it: in
/// `datalake.t` and in the value `'lake.x'` it is the caller's.
fn without_lake(line: &str) -> String {
    let in_a_name = |before: char| before.is_alphanumeric() || "_$.'".contains(before);
    let (mut shown, mut from) = (String::new(), 0);
    for (at, name) in line.match_indices("lake.") {
        if !line[..at].chars().next_back().is_some_and(in_a_name) {
            shown.push_str(&line[from..at]);
            from = at + name.len();
        }
    }
    shown + &line[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_duckdb_finds_elsewhere_is_not_said() {
        for (text, said) in [
            (
                "Type with name itn does not exist!\nDid you mean \"secret_type\"?\n\nLINE 1: x",
                "Type with name itn does not exist!",
            ),
            ("Table \"x\" is not there. Did you mean \"hidden\"?", "Table \"x\" is not there."),
            (
                "Referenced table \"lake.main.t\" not found!",
                "Referenced table \"main.t\" not found!",
            ),
        ] {
            assert_eq!(shown(&Failure::of("Catalog", text)).as_deref(), Some(said));
        }
        assert_eq!(shown(&Failure::of("Binder", "Failed: SELECT 1 FROM x")), None);
    }

    #[test]
    fn what_stands_in_the_statement_is_offered() {
        let offered = |kind, text: &str| candidates(&Failure::of(kind, text));
        let text = "Referenced column \"z\" not found in FROM clause!\nCandidate bindings: \"a\", \"lake.main.t.b\"\n\nLINE 1: SELECT";
        assert_eq!(
            offered("Binder", text).as_deref(),
            Some("`a`, `lake.main.t.b`".replace("lake.", "").as_str())
        );
        let text =
            "Table \"t\" does not have a column named \"z\"\n\nCandidate bindings: : \"a\", \"b\"";
        assert_eq!(offered("Binder", text).as_deref(), Some("`a`, `b`"));
        let text = "Could not find key \"b\" in struct\n\nCandidate Entries: \"a\"";
        assert_eq!(offered("Binder", text).as_deref(), Some("`a`"));
        for (kind, text) in [
            ("Binder", "x\nCandidate functions:\n lower(VARCHAR)"),
            ("Binder", "x\nCandidate bindings: \"eider_commit\""),
            ("Catalog", "x\nCandidate tables: \"hidden\""),
            ("Binder", "Candidate bindings: \"a\""),
        ] {
            assert_eq!(offered(kind, text), None, "{text}");
        }
    }
}
