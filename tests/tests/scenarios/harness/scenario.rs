//! A scenario: one sentence that holds, and the ways of running it is for.
//!
//! Each theme lists its scenarios once, in `all()`; one that is not listed is dead code, which the
//! compiler reports.

use std::pin::Pin;
use std::sync::LazyLock;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};

use super::way::{Way, counts};

/// A scenario at work.
pub(crate) type Running = Pin<Box<dyn Future<Output = ()>>>;

/// One sentence.
pub(crate) struct Scenario {
    name: String,
    ways: &'static [Way],
    reason: &'static str,
    run: fn() -> Running,
}

/// One runtime for all, so that connections and the shared server outlive each scenario.
pub(crate) static RUNTIME: LazyLock<tokio::runtime::Runtime> =
    LazyLock::new(|| tokio::runtime::Runtime::new().expect("a runtime"));

/// Lists scenarios: `scenarios![a, b]`, or `scenarios![only SERVERS, "why"; a, b]`.
macro_rules! scenarios {
    (only $ways:expr, $reason:literal; $($name:ident),+ $(,)?) => {
        vec![$($crate::harness::scenario::Scenario::new(
            concat!(module_path!(), "::", stringify!($name)), $ways, $reason, || Box::pin($name()),
        )),+]
    };
    ($($name:ident),+ $(,)?) => {
        scenarios![only
            &[$crate::harness::way::Way::Embedded, $crate::harness::way::Way::Services, $crate::harness::way::Way::Stack],
            ""; $($name),+]
    };
}

impl Scenario {
    pub(crate) fn new(
        path: &str,
        ways: &'static [Way],
        reason: &'static str,
        run: fn() -> Running,
    ) -> Self {
        let name = path.trim_start_matches("scenarios::").to_owned();
        Self { name, ways, reason, run }
    }

    /// Why it is not for this way, if it is not.
    pub(crate) fn left_out(&self, way: Way) -> Option<String> {
        let left_out = !self.ways.contains(&way);
        left_out.then(|| format!("{}: {}", self.name, self.reason))
    }

    /// What the harness runs, or lists as ignored.
    pub(crate) fn into_trial(self, way: Way) -> Trial {
        if self.left_out(way).is_some() {
            let reason = format!("not for {way}: {}", self.reason);
            let trial = Trial::test(self.name, move || Err(Failed::from(reason)));
            return trial.with_ignored_flag(true);
        }
        let (name, run) = (self.name.clone(), self.run);
        Trial::test(self.name, move || {
            RUNTIME.block_on(within_limit(&name, run()));
            Ok(())
        })
    }
}

/// Nothing hangs a whole run; what takes long is done in a third of this on a slow machine.
async fn within_limit(name: &str, running: Running) {
    let limit = Duration::from_secs(counts(600, 3_600) as u64);
    if tokio::time::timeout(limit, running).await.is_err() {
        panic!("{name} did not end within {} s", limit.as_secs());
    }
}
