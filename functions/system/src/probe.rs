//! Asks each dependency whether it is there: for health, for the status, for the validation.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant};

use api::{DependencyState, HealthState};
use domain::{Error, Result};
use service::CatalogStatus;

use crate::Adapters;

/// A dependency that does not answer within this is down, whatever it may say later.
const PATIENCE: Duration = Duration::from_secs(3);

/// One dependency's answer, and how long it took.
pub(crate) struct Probe<T> {
    pub(crate) answer: Result<T>,
    latency: Duration,
}

/// What all of them answered.
pub(crate) struct Probes {
    pub(crate) catalog: Probe<CatalogStatus>,
    pub(crate) storage: Probe<()>,
    pub(crate) state: Probe<()>,
}

impl Probes {
    /// Asks all at once.
    pub(crate) async fn of(adapters: &Adapters) -> Self {
        let (catalog, storage, state) = tokio::join!(
            measured("the catalog", adapters.catalog.status()),
            measured("the object store", adapters.objects.check()),
            measured("the state store", adapters.items.check()),
        );
        Self { catalog, storage, state }
    }

    pub(crate) fn all_up(&self) -> bool {
        self.catalog.answer.is_ok() && self.storage.answer.is_ok() && self.state.answer.is_ok()
    }

    /// What the catalog says of itself, while it is up.
    pub(crate) fn catalog_status(&self) -> Option<&CatalogStatus> {
        self.catalog.answer.as_ref().ok()
    }

    /// By name, as answers have them.
    pub(crate) fn states(&self) -> BTreeMap<String, DependencyState> {
        let states = [
            ("catalog", self.catalog.state()),
            ("storage", self.storage.state()),
            ("state", self.state.state()),
        ];
        BTreeMap::from(states.map(|(name, state)| (name.to_owned(), state)))
    }
}

impl<T> Probe<T> {
    pub(crate) fn latency_ms(&self) -> u64 {
        self.latency.as_millis() as u64
    }

    fn state(&self) -> DependencyState {
        let status = if self.answer.is_ok() { HealthState::Up } else { HealthState::Down };
        let detail = self.answer.as_ref().err().map(|error| error.detail.clone());
        DependencyState { status, latency_ms: self.latency_ms(), detail }
    }
}

async fn measured<T>(what: &str, asked: impl Future<Output = Result<T>>) -> Probe<T> {
    let started = Instant::now();
    let answer = tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_| {
        let text = format!("{what} did not answer within {} s", PATIENCE.as_secs());
        Err(Error::unavailable(what, text))
    });
    if let Err(error) = &answer {
        tracing::warn!(causes = ?error.source, "{what} is down: {error}");
    }
    Probe { answer, latency: started.elapsed() }
}
