//! The query processes, and which of them takes a request.

use std::fmt::Write;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use config::{CatalogConfig, Config, Secret};
use http::HeaderValue;
use tempfile::TempDir;
use tokio::sync::watch;

use super::process::{Ending, Plan, Process, Slot};
use crate::parts::Stores;

/// So long a request waits for a process that is being started.
const PATIENCE: Duration = Duration::from_secs(10);

/// So soon it is known why a process ended whose connection broke.
const SOON: Duration = Duration::from_secs(2);

/// Bytes that the path of a socket may have, whatever the system.
const PATH_BYTES: usize = 100;

/// All of them.
pub(crate) struct Pool {
    slots: Vec<Arc<Slot>>,
    changed: Arc<watch::Sender<()>>,
    numbers: AtomicU64,
    /// By this header they know that a request is from here.
    pub(super) front_door: HeaderValue,
    _folder: TempDir,
}

/// A request's place in a process; it is free when this goes.
pub(super) struct Seat(pub(super) Arc<Process>);

impl Seat {
    /// Why the process ended, if it does so soon.
    pub(super) async fn ended(&self) -> Option<Ending> {
        self.0.ended(SOON).await
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.requests().fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pool {
    /// Starts as many as are configured; none is waited for.
    pub(crate) fn start(config: &Config, stores: &Stores) -> anyhow::Result<Arc<Self>> {
        let CatalogConfig::Postgres(postgres) = &stores.catalog else {
            anyhow::bail!("the embedded catalog may be opened by one process only");
        };
        let secret = Secret::new(random().context("no random bytes")?);
        let folder = socket_folder(stores).context("no folder for sockets")?;
        let mut environment = config.query_process_environment(postgres, &secret);
        // What they spool and spill goes with what this process does.
        environment.insert("EIDER_HOME".into(), stores.temporary_dir().into());
        let queries = config.server.queries;
        let plan = Plan {
            environment,
            folder: folder.path().to_owned(),
            memory_bytes: queries.memory_bytes,
        };
        let (plan, changed) = (Arc::new(plan), Arc::new(watch::Sender::new(())));
        let start = |number| Slot::start(number, Arc::clone(&plan), Arc::clone(&changed));
        let slots = (0..queries.processes as usize).map(start).collect::<Result<_, _>>();
        Ok(Arc::new(Self {
            slots: slots.context("no thread for a query process")?,
            changed,
            numbers: AtomicU64::new(1),
            front_door: HeaderValue::from_str(secret.reveal())?,
            _folder: folder,
        }))
    }

    /// A number that no other request has.
    pub(super) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// A place in the least busy process that is ready; none if none becomes it in time.
    pub(super) async fn seat(&self) -> Option<Seat> {
        let mut changed = self.changed.subscribe();
        let waiting = async {
            loop {
                changed.borrow_and_update();
                match self.free_seat() {
                    Some(seat) => return Some(seat),
                    None => changed.changed().await.ok()?,
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.ok()?
    }

    fn free_seat(&self) -> Option<Seat> {
        let ready = self.slots.iter().filter_map(|slot| slot.process());
        let process = ready.min_by_key(|process| process.requests().load(Ordering::Relaxed))?;
        process.requests().fetch_add(1, Ordering::Relaxed);
        Some(Seat(process))
    }

    /// Waits until one is ready, for so long at most.
    pub(crate) async fn ready(&self, limit: Duration) {
        if tokio::time::timeout(limit, self.seat()).await.ok().flatten().is_none() {
            tracing::warn!("no query process is ready yet");
        }
    }
}

/// 256 bits of the system's.
fn random() -> std::io::Result<String> {
    let mut bytes = [0; 32];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").map_err(std::io::Error::other)?;
    }
    Ok(text)
}

/// A folder for this user's eyes only: in that of this process, or, where its path is too long for a
/// socket, in the system's.
fn socket_folder(stores: &Stores) -> std::io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("s");
    let own = builder.tempdir_in(stores.temporary_dir())?;
    if own.path().as_os_str().len() + "/64-18446744073709551615".len() <= PATH_BYTES {
        return Ok(own);
    }
    builder.prefix("eider-").tempdir()
}
