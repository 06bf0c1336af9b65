//! What a row found: lines with a value each, some with a bar.

/// What a row found.
#[derive(Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
}

struct Line {
    what: String,
    value: String,
    /// The bar as a text, and whether it was met.
    bar: Option<(String, bool)>,
}

impl Report {
    /// A value that only says something beside others.
    pub(crate) fn line(&mut self, what: impl Into<String>, value: impl Into<String>) {
        self.lines.push(Line { what: what.into(), value: value.into(), bar: None });
    }

    /// A ratio that must be so high.
    pub(crate) fn at_least(&mut self, what: impl Into<String>, ratio: f64, bar: f64) {
        self.judge(what.into(), [number(ratio), format!("≥ {bar}")], ratio >= bar);
    }

    /// A ratio that must not be higher.
    pub(crate) fn at_most(&mut self, what: impl Into<String>, ratio: f64, bar: f64) {
        self.judge(what.into(), [number(ratio), format!("≤ {bar}")], ratio <= bar);
    }

    /// So many must be done in a second.
    pub(crate) fn rate(&mut self, what: impl Into<String>, rate: f64, bar: f64) {
        let texts = [per_second(rate), format!("≥ {}", per_second(bar))];
        self.judge(what.into(), texts, rate >= bar);
    }

    /// A value that must be lower.
    pub(crate) fn below(&mut self, what: impl Into<String>, value: f64, bar: f64, unit: &str) {
        let texts = [format!("{} {unit}", number(value)), format!("< {bar} {unit}")];
        self.judge(what.into(), texts, value < bar);
    }

    fn judge(&mut self, what: String, [value, bar]: [String; 2], met: bool) {
        self.lines.push(Line { what, value, bar: Some((bar, met)) });
    }

    /// Whether every bar was.
    pub(crate) fn is_met(&self) -> bool {
        self.lines.iter().all(|line| line.bar.as_ref().is_none_or(|(_, met)| *met))
    }

    /// For a terminal.
    pub(crate) fn as_text(&self) -> String {
        let width = |of: fn(&Line) -> &str| {
            self.lines.iter().map(|line| of(line).chars().count()).max().unwrap_or(0)
        };
        let (what, value) = (width(|line| &line.what), width(|line| &line.value));
        let text = |line: &Line| {
            format!("  {:<what$}  {:>value$}  {}\n", line.what, line.value, line.verdict())
        };
        self.lines.iter().map(text).collect()
    }

    /// For a document.
    pub(crate) fn as_markdown(&self) -> String {
        let row =
            |line: &Line| format!("| {} | {} | {} |\n", line.what, line.value, line.verdict());
        let rows: String = self.lines.iter().map(row).collect();
        format!("| what | measured | bar |\n| --- | ---: | --- |\n{rows}")
    }
}

impl Line {
    fn verdict(&self) -> String {
        match &self.bar {
            None => String::new(),
            Some((bar, true)) => format!("{bar}: met"),
            Some((bar, false)) => format!("{bar}: MISSED"),
        }
    }
}

/// With as many digits as say something.
pub(crate) fn number(value: f64) -> String {
    let decimals = [100.0, 10.0].iter().filter(|least| value < **least).count();
    format!("{value:.decimals$}")
}

/// A rate as people read it.
pub(crate) fn per_second(rate: f64) -> String {
    format!("{rate:.0} a second")
}

/// Bytes as people read them.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
