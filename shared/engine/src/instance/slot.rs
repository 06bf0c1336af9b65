//! The place of an instance: opened on first need, once; emptied when it is broken.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use domain::{Code, Error, Result};
use service::{Catalog, S3Credentials};
use tokio::sync::watch;

use super::{Instance, open};
use crate::settings::{EngineSettings, Purpose, StorageLocation};
use crate::{error, threads};

/// So long a request waits for an instance that is being opened.
const PATIENCE: Duration = Duration::from_secs(20);

/// Between two tries to open one.
const PAUSE: Duration = Duration::from_millis(200);

/// The place of an instance.
pub(crate) struct Slot {
    settings: Arc<EngineSettings>,
    purpose: Purpose,
    place: Arc<Mutex<Place>>,
}

#[derive(Default)]
struct Place {
    open: Option<Arc<Instance>>,
    /// One thread opens for all who wait, and goes on if they leave.
    opening: Option<watch::Receiver<Option<Opened>>>,
}

type Opened = Result<Arc<Instance>, Arc<Error>>;

impl Slot {
    pub(crate) fn new(settings: Arc<EngineSettings>, purpose: Purpose) -> Self {
        Self { settings, purpose, place: Arc::default() }
    }

    /// Whether the object store is reached with credentials, which may end.
    pub(crate) fn has_credentials(&self) -> bool {
        matches!(self.settings.storage, StorageLocation::S3 { .. })
    }

    async fn credentials(&self) -> Result<Option<S3Credentials>> {
        if !self.has_credentials() {
            return Ok(None);
        }
        self.settings.credentials.current().await.map(Some)
    }

    /// Gives an instance of this place the credentials that are valid now.
    pub(crate) async fn renew(&self, instance: &Instance) -> Result<()> {
        match self.credentials().await? {
            Some(objects) => instance.refresh(&objects).map_err(error::opening),
            None => Ok(()),
        }
    }

    /// The instance, with credentials that are valid now.
    pub(crate) async fn get(&self) -> Result<Arc<Instance>> {
        let objects = self.credentials().await?;
        let instance = match self.open_or_opening(objects.as_ref())? {
            Ok(instance) => instance,
            Err(opening) => self.opened(opening).await?,
        };
        if let Some(objects) = &objects {
            instance.refresh(objects).map_err(error::opening)?;
        }
        Ok(instance)
    }

    /// The instance, if no one told it to connect anew; else the next one. Elsewhere than on PostgreSQL there is
    /// no other process that could have told it.
    pub(crate) async fn current(&self, catalog: &dyn Catalog) -> Result<Arc<Instance>> {
        let instance = self.get().await?;
        if self.settings.is_sqlite() || catalog.mark().await?.generation == instance.generation {
            return Ok(instance);
        }
        self.discard(&instance);
        self.get().await
    }

    /// What is open, or what will be told once it is.
    fn open_or_opening(
        &self,
        objects: Option<&S3Credentials>,
    ) -> Result<Result<Arc<Instance>, watch::Receiver<Option<Opened>>>> {
        let mut place = lock(&self.place);
        if let Some(instance) = &place.open {
            return Ok(Ok(Arc::clone(instance)));
        }
        if let Some(opening) = &place.opening {
            return Ok(Err(opening.clone()));
        }
        let (send, opening) = watch::channel(None);
        let (settings, purpose) = (Arc::clone(&self.settings), self.purpose);
        let (objects, kept) = (objects.cloned(), Arc::clone(&self.place));
        threads::start(move || {
            let opened = try_to_open(&settings, purpose, objects.as_ref()).map_err(Arc::new);
            let mut place = lock(&kept);
            place.opening = None;
            place.open = opened.as_ref().ok().cloned();
            drop(place);
            send.send_replace(Some(opened));
        })?;
        place.opening = Some(opening.clone());
        Ok(Err(opening))
    }

    async fn opened(&self, mut opening: watch::Receiver<Option<Opened>>) -> Result<Arc<Instance>> {
        let told = tokio::time::timeout(PATIENCE, opening.wait_for(Option::is_some)).await;
        let told = told.map_err(|late| Error::unavailable("The lake", late))?;
        match told.as_deref() {
            Ok(Some(Ok(instance))) => Ok(Arc::clone(instance)),
            Ok(Some(Err(failed))) => Err(failed.shared()),
            Ok(None) | Err(_) => {
                lock(&self.place).opening = None;
                Err(Error::internal("the thread that opens DuckDB panicked"))
            }
        }
    }

    /// Forgets the instance, whichever it is.
    pub(crate) fn empty(&self) {
        let gone = lock(&self.place).open.take();
        // Closing may take a while: not under the lock.
        drop(gone);
    }

    /// Forgets this instance, unless another took its place: the next one to need it opens anew.
    /// What still runs on it goes on until it ends.
    pub(crate) fn discard(&self, broken: &Arc<Instance>) {
        let mut place = lock(&self.place);
        if place.open.as_ref().is_some_and(|open| Arc::ptr_eq(open, broken)) {
            tracing::warn!(purpose = ?self.purpose, "DuckDB is broken and will be opened anew");
            // Closing may take a while: not under the lock.
            let broken = place.open.take();
            drop(place);
            drop(broken);
        }
    }
}

fn lock(place: &Mutex<Place>) -> MutexGuard<'_, Place> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens one; tries again while a dependency is down.
fn try_to_open(
    settings: &EngineSettings,
    purpose: Purpose,
    objects: Option<&S3Credentials>,
) -> Result<Arc<Instance>> {
    let mut tries_left = settings.ducklake().connection_retries;
    loop {
        match open(settings, purpose, objects) {
            Ok(instance) => {
                tracing::info!(?purpose, "opened DuckDB");
                return Ok(Arc::new(instance));
            }
            Err(failed) if failed.code == Code::Unavailable && tries_left > 0 => {
                tries_left -= 1;
                thread::sleep(PAUSE);
            }
            Err(failed) => return Err(failed),
        }
    }
}
