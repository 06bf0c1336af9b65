//! The ways of running Eider, and which one this run tests.

use std::fmt;
use std::path::PathBuf;

/// A way of running Eider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// `eider-server` on SQLite and the in-process object store.
    Embedded,
    /// `eider-server` on PostgreSQL and MinIO.
    Services,
    /// The Lambda functions on a local AWS, behind the front door.
    Stack,
}

/// Where the server's process is ours: settings of its own, faults, its memory.
pub(crate) const SERVERS: &[Way] = &[Way::Embedded, Way::Services];

impl Way {
    /// `EIDER_TEST_WAY`; embedded unless it is set.
    pub(crate) fn current() -> Self {
        match variable("EIDER_TEST_WAY").as_deref() {
            None | Some("embedded") => Self::Embedded,
            Some("services") => Self::Services,
            Some("stack") => Self::Stack,
            Some(other) => {
                panic!("EIDER_TEST_WAY is `{other}`: it is embedded, services or stack")
            }
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Embedded => "embedded",
            Self::Services => "services",
            Self::Stack => "stack",
        })
    }
}

/// `few` in a usual run, `full` with `EIDER_TEST_SOAK=1`.
pub(crate) fn counts(few: usize, full: usize) -> usize {
    if variable("EIDER_TEST_SOAK").as_deref() == Some("1") { full } else { few }
}

/// A variable of the environment; empty is absent.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A file or folder of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}
