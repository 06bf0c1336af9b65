//! Takes variables by name and collects what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt;
use std::str::FromStr;

use crate::Secret;

/// One thing wrong with one variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The variable.
    pub variable: String,
    /// What is wrong and what would be right; never the value of a secret.
    pub message: String,
}

/// Everything wrong with the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration is not usable:")?;
        for problem in &self.0 {
            write!(f, "\n  {}: {}", problem.variable, problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

pub(crate) struct Reader {
    variables: BTreeMap<String, String>,
    /// Those whose value is not UTF-8; refused once they are asked for.
    unreadable: BTreeSet<String>,
    asked: BTreeSet<String>,
    /// Those of `asked` that must not be seen.
    secret: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl Reader {
    pub(crate) fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        // An empty value is an absent one, as `docker compose` and SAM write it.
        let variables = variables.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        Self {
            variables,
            unreadable: BTreeSet::new(),
            asked: BTreeSet::new(),
            secret: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    /// As the system has them: any bytes, most of them not for us.
    pub(crate) fn of_the_system(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut unreadable = BTreeSet::new();
        // No name of ours is anything but ASCII.
        let named = variables.into_iter().filter_map(|(n, v)| Some((n.into_string().ok()?, v)));
        let readable = named.map(|(name, value)| {
            let value = value.into_string().unwrap_or_else(|bytes| {
                unreadable.insert(name.clone());
                bytes.to_string_lossy().into_owned()
            });
            (name, value)
        });
        let reader = Self::new(readable.collect::<Vec<_>>());
        Self { unreadable, ..reader }
    }

    pub(crate) fn problem(&mut self, variable: &str, message: impl Into<String>) {
        self.problems.push(Problem { variable: variable.to_owned(), message: message.into() });
    }

    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        self.asked.insert(name.to_owned());
        if self.unreadable.remove(name) {
            self.problem(name, "is not text in UTF-8; set it anew.");
        }
        self.variables.get(name).cloned()
    }

    pub(crate) fn text_or(&mut self, name: &str, default: &str) -> String {
        self.text(name).unwrap_or_else(|| default.to_owned())
    }

    pub(crate) fn secret(&mut self, name: &str) -> Option<Secret> {
        self.secret.insert(name.to_owned());
        self.text(name).map(Secret::new)
    }

    /// The secrets that were asked for, and whether each is set.
    pub(crate) fn secrets(&self) -> BTreeMap<String, bool> {
        let is_set = |name: &String| (name.clone(), self.variables.contains_key(name));
        self.secret.iter().map(is_set).collect()
    }

    /// A variable that others make necessary.
    pub(crate) fn required(&mut self, name: &str, because: &str) -> String {
        self.text(name).unwrap_or_else(|| {
            self.problem(name, format!("is not set; it is needed because {because}."));
            String::new()
        })
    }

    /// A value of a type that reads itself; `expected` says in the error what that is.
    pub(crate) fn parsed<T: FromStr>(&mut self, name: &str, default: T, expected: &str) -> T {
        let Some(text) = self.text(name) else { return default };
        text.parse().unwrap_or_else(|_| {
            self.problem(name, format!("`{text}` is not {expected}."));
            default
        })
    }

    /// `true` or `false`, also as `1`/`0`, `yes`/`no`, `on`/`off`.
    pub(crate) fn flag(&mut self, name: &str, default: bool) -> bool {
        let Some(text) = self.text(name) else { return default };
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => true,
            "false" | "0" | "no" | "off" => false,
            _ => {
                self.problem(name, format!("`{text}` is neither true nor false."));
                default
            }
        }
    }

    /// A misspelt setting of ours must not be ignored in silence.
    pub(crate) fn refuse_unknown(&mut self) {
        let unknown: Vec<String> = self
            .variables
            .keys()
            .filter(|name| name.starts_with("EIDER_") && !name.starts_with("EIDER_TEST_"))
            .filter(|name| !self.asked.contains(*name) && *name != "EIDER_ASSET_DIR")
            .cloned()
            .collect();
        for name in unknown {
            self.problem(&name, "is not a setting of Eider; .env.example lists them all.");
        }
    }

    pub(crate) fn finish<T>(self, value: T) -> Result<T, Problems> {
        if self.problems.is_empty() { Ok(value) } else { Err(Problems(self.problems)) }
    }
}

#[cfg(test)]
mod tests;
