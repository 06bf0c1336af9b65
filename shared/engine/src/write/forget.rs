//! DuckDB's log of requests, which `orphans` reads, does not grow without end.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{LakeEngine, orphans};
use crate::{error, threads};

/// After so many writes the log of requests is forgotten: some 500 kB.
const WRITES_LOGGED: u64 = 256;

/// After so many it is forgotten also while others write: should one of them fail just then, its file
/// is left to the maintenance.
const MOST_LOGGED: u64 = 16 * WRITES_LOGGED;

impl LakeEngine {
    /// Every now and then, and while no one writes: else one of the next writes does it. Its failure is
    /// none of the write's.
    pub(super) async fn forget_log(&self) {
        let writes = self.writes.fetch_add(1, Ordering::Relaxed) + 1;
        if writes < WRITES_LOGGED {
            return;
        }
        let idle = self.turns.try_acquire_many(self.all_turns);
        if idle.is_err() && writes < MOST_LOGGED {
            return;
        }
        self.writes.store(0, Ordering::Relaxed);
        let Ok(instance) = self.slot.get().await else { return };
        let on = Arc::clone(&instance);
        let forget = move || on.connect().and_then(|on| orphans::forget_log(&on));
        match threads::run(forget).await {
            Ok(Ok(())) => (),
            Ok(Err(failure)) => {
                tracing::warn!(%failure, "DuckDB's log of requests is not forgotten yet");
                if error::is_instance_broken(&failure) {
                    self.slot.discard(&instance);
                }
            }
            Err(error) => tracing::warn!(%error, "DuckDB's log of requests is not forgotten yet"),
        }
    }
}
