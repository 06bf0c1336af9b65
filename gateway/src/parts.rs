//! The adapters of this process, chosen by what is configured.

use std::path::Path;
use std::sync::Arc;

use catalog::PostgresCatalog;
use config::{CatalogConfig, Config, S3Config, StateStore, StorageConfig};
use embedded::ObjectServer;
use engine::{Engine, EngineSettings};
use service::jobs::Jobs;
use service::{Catalog, Items, ObjectStore};

use crate::home::{self, HomeLock};
use crate::scratch::Scratch;

/// What the routers work with.
pub struct Parts {
    /// The catalog, read.
    pub catalog: Arc<dyn Catalog>,
    /// DuckDB.
    pub engine: Engine,
    /// The object store.
    pub objects: Arc<dyn ObjectStore>,
    /// The state store.
    pub items: Arc<dyn Items>,
    /// Jobs and runs in it.
    pub jobs: Arc<Jobs>,
}

/// The stores below the adapters: what `migrate` works on too.
pub struct Stores {
    /// With every password read.
    pub(crate) catalog: CatalogConfig,
    pub(crate) s3: S3Config,
    scratch: Scratch,
    /// Kept, since they end with it, in this order: the server, then the folder that it is in.
    _server: Option<ObjectServer>,
    _home: Option<HomeLock>,
}

impl Stores {
    /// Starts what is embedded and reads what is secret.
    pub(crate) async fn open(config: &Config) -> anyhow::Result<Self> {
        let is_embedded = matches!(config.catalog, CatalogConfig::Sqlite(_))
            || matches!(config.storage, StorageConfig::Embedded(_))
            || matches!(config.state, StateStore::Sqlite(_));
        let home = is_embedded.then(|| home::take(&config.server.home)).transpose()?;
        let scratch = Scratch::new(&config.engine.temporary_dir)?;
        let catalog = aws::read_passwords(&config.catalog).await?;
        let (s3, server) = match &config.storage {
            StorageConfig::S3(s3) => (s3.clone(), None),
            StorageConfig::Embedded(embedded) => {
                let server = ObjectServer::start(embedded).await?;
                (server.as_s3(), Some(server))
            }
        };
        Ok(Self { catalog, s3, scratch, _home: home, _server: server })
    }

    /// Where this process spools and spills.
    pub(crate) fn temporary_dir(&self) -> &Path {
        self.scratch.path()
    }

    /// What the engine must know of them.
    pub(crate) async fn engine_settings(&self, config: &Config) -> anyhow::Result<EngineSettings> {
        let credentials = aws::credentials(&self.s3).await?;
        let mut config = config.clone();
        config.engine.temporary_dir = self.temporary_dir().to_owned();
        Ok(EngineSettings::of(&config, self.catalog.clone(), &self.s3, credentials))
    }
}

impl Parts {
    /// Connects lazily: a dependency that is down now is a 503 later, not a failed start.
    pub async fn new(config: &Config, stores: &Stores) -> anyhow::Result<Self> {
        let engine = Engine::new(stores.engine_settings(config).await?);
        let catalog: Arc<dyn Catalog> = match &stores.catalog {
            CatalogConfig::Sqlite(_) => engine.catalog(),
            CatalogConfig::Postgres(postgres) => Arc::new(PostgresCatalog::new(postgres)?),
        };
        let objects = Arc::new(aws::S3ObjectStore::new(&stores.s3).await);
        let items = items(&config.state).await?;
        let jobs = Arc::new(Jobs::new(items.clone(), config.events.retention));
        Ok(Self { catalog, engine, objects, items, jobs })
    }
}

/// The state store; the embedded one is made if it is not there.
async fn items(store: &StateStore) -> anyhow::Result<Arc<dyn Items>> {
    Ok(match store {
        StateStore::Sqlite(path) => Arc::new(embedded::SqliteItems::open(path, web::now()).await?),
        StateStore::DynamoDb(table) => Arc::new(aws::DynamoDbItems::new(table).await),
    })
}
