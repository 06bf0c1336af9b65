//! The place of an instance: opened on first need, once; emptied when it is broken.

use std::sync::Arc;
use std::time::Duration;

use domain::{Code, Result};
use service::S3Credentials;
use tokio::sync::Mutex;

use super::{Instance, open};
use crate::settings::{EngineSettings, Purpose, StorageLocation};
use crate::{error, threads};

/// The place of an instance.
pub(crate) struct Slot {
    settings: Arc<EngineSettings>,
    purpose: Purpose,
    open: Mutex<Option<Arc<Instance>>>,
}

impl Slot {
    pub(crate) fn new(settings: Arc<EngineSettings>, purpose: Purpose) -> Self {
        Self { settings, purpose, open: Mutex::new(None) }
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
        let mut place = self.open.lock().await;
        if let Some(instance) = &*place {
            let instance = Arc::clone(instance);
            drop(place);
            if let Some(objects) = &objects {
                instance.refresh(objects).map_err(error::opening)?;
            }
            return Ok(instance);
        }
        let ducklake = self.settings.ducklake();
        let mut tries_left = ducklake.connection_retries;
        loop {
            let (settings, purpose) = (Arc::clone(&self.settings), self.purpose);
            let credentials = objects.clone();
            let opened =
                threads::run("open", move || open(&settings, purpose, credentials.as_ref()))
                    .await?;
            match opened {
                Ok(instance) => {
                    tracing::info!(purpose = ?self.purpose, "opened DuckDB");
                    return Ok(Arc::clone(place.insert(Arc::new(instance))));
                }
                Err(failed) if failed.code == Code::Unavailable && tries_left > 0 => {
                    tries_left -= 1;
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Err(failed) => return Err(failed),
            }
        }
    }

    /// Forgets this instance, unless another took its place: the next one to need it opens anew.
    /// What still runs on it goes on until it ends.
    pub(crate) async fn discard(&self, broken: &Arc<Instance>) {
        let mut place = self.open.lock().await;
        if place.as_ref().is_some_and(|open| Arc::ptr_eq(open, broken)) {
            tracing::warn!(purpose = ?self.purpose, "DuckDB is broken and will be opened anew");
            *place = None;
        }
    }
}
