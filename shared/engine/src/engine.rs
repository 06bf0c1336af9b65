//! The engine as a whole: what the composition root makes once.

use std::sync::Arc;
use std::time::Duration;

use catalog::SqliteCatalog;
use domain::Result;
use service::{Catalog, Lake, QueryEngine};

use crate::instance::{Slot, open};
use crate::query::Queries;
use crate::raw::memory;
use crate::settings::{EngineSettings, Purpose, StorageLocation};
use crate::sqlite_catalog::AskEngine;
use crate::watchdog::{Stuck, Watchdog};
use crate::write::LakeEngine;
use crate::{error, threads};

/// DuckDB with the lake, in two instances that open on first need: one reads, one writes.
pub struct Engine {
    settings: Arc<EngineSettings>,
    pub(crate) reading: Arc<Slot>,
    pub(crate) writing: Arc<Slot>,
    stuck: Option<Stuck>,
}

impl Engine {
    /// Opens nothing yet.
    pub fn new(settings: EngineSettings) -> Self {
        memory::keep_little();
        let settings = Arc::new(settings);
        let slot = |purpose| Arc::new(Slot::new(Arc::clone(&settings), purpose));
        let (reading, writing) = (slot(Purpose::Read), slot(Purpose::Write));
        Self { reading, writing, settings, stuck: None }
    }

    /// Calls `tell` for each query that goes on for so long after its time was over or its reader left:
    /// DuckDB does not look for the interrupt everywhere (FACTS 16), and then the end of the process alone
    /// stops it. To be set before [`Engine::queries`].
    #[must_use]
    pub fn on_stuck(mut self, grace: Duration, tell: impl Fn() + Send + Sync + 'static) -> Self {
        self.stuck = Some(Stuck { grace, tell: Arc::new(tell) });
        self
    }

    /// The embedded catalog, read through the reading instance, which has its file open. On
    /// PostgreSQL take `catalog::PostgresCatalog`.
    pub fn catalog(&self) -> Arc<dyn Catalog> {
        Arc::new(SqliteCatalog::new(AskEngine::new(Arc::clone(&self.reading))))
    }

    /// The writer. `catalog` answers what the ledger holds: [`Engine::catalog`] on SQLite, the
    /// PostgreSQL adapter else. Make it once: it is what lets one write at a time on SQLite.
    pub fn lake(&self, catalog: Arc<dyn Catalog>) -> Arc<dyn Lake> {
        let (reading, writing) = (Arc::clone(&self.reading), Arc::clone(&self.writing));
        Arc::new(LakeEngine::new(Arc::clone(&self.settings), writing, reading, catalog))
    }

    /// The reader. `catalog` is the one that [`Engine::lake`] takes. Make it once: it is what bounds the
    /// queries at a time.
    pub fn queries(&self, catalog: Arc<dyn Catalog>) -> Arc<dyn QueryEngine> {
        let watchdog = Watchdog::telling(self.stuck.clone());
        Arc::new(Queries::new(&self.settings, Arc::clone(&self.reading), watchdog, catalog))
    }

    /// Opens the reading instance now and reads the lake's definitions, of which DuckLake loads all for the
    /// first name: so the first query does not wait for either.
    pub async fn warm_up(&self) -> Result<()> {
        let instance = self.reading.get().await?;
        let read = threads::run(move || instance.sessions.warm_up()).await?;
        read.map_err(error::opening)
    }
}

/// Makes the lake in its catalog, where there is none yet, and closes it again: the first step of a
/// migration. On SQLite the file must be in WAL mode before (FACTS 12), and is free afterwards.
///
/// Refuses a lake that is encrypted otherwise than configured.
pub async fn make_lake(settings: EngineSettings) -> Result<()> {
    let objects = match settings.storage {
        StorageLocation::Local(_) => None,
        StorageLocation::S3 { .. } => Some(settings.credentials.current().await?),
    };
    let opened =
        threads::run(move || open(&settings, Purpose::Migrate, objects.as_ref()).map(drop));
    opened.await?
}
