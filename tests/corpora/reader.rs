//! Reads the corpora: statements between lines of `---`, each behind a comment that says what is expected.
//! The first block says what the file is.

/// A statement of a corpus.
pub(crate) struct Case {
    /// What stands behind `-- ` in its first line.
    pub(crate) expected: String,
    /// Its SQL, with names of tables and repetitions still to be filled in.
    pub(crate) sql: String,
}

/// The statements of a file.
pub(crate) fn cases(file: &str) -> Vec<Case> {
    let blocks = file.split("\n---\n").skip(1);
    let case = |block: &str| {
        let (first, sql) = block.split_once('\n').expect("a comment and a statement");
        let expected = first.strip_prefix("-- ").expect("a comment that says what is expected");
        Case { expected: expected.to_owned(), sql: sql.trim_end().to_owned() }
    };
    blocks.map(case).collect()
}

/// The SQL with the tables' names in it, and with what is repeated: `{ab*3}` is `ababab`.
pub(crate) fn filled(sql: &str, people: &str, orders: &str) -> String {
    let sql = sql.replace("{orders}", orders);
    let (mut filled, mut rest) = (String::new(), sql.as_str());
    while let Some((before, after)) = rest.split_once('}') {
        match before.rsplit_once('{').and_then(|(head, inner)| Some((head, repeated(inner)?))) {
            Some((head, repeated)) => filled.push_str(&(head.to_owned() + &repeated)),
            None => filled.push_str(&(before.to_owned() + "}")),
        }
        rest = after;
    }
    (filled + rest).replace("{people}", people)
}

fn repeated(inner: &str) -> Option<String> {
    let (what, times) = inner.rsplit_once('*')?;
    let times: usize = times.parse().ok()?;
    Some(what.repeat(times))
}
