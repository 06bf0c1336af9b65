//! Credentials under a long read: what it opens later is signed with what is good then.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::instance::{Instance, Slot};

/// Between two looks; credentials are renewed minutes before their end.
const EVERY: Duration = Duration::from_mins(1);

/// Keeps the credentials of one instance good while a read on it runs.
pub(crate) struct Renewal {
    slot: Arc<Slot>,
    instance: Arc<Instance>,
    next: Instant,
}

impl Renewal {
    pub(crate) fn new(slot: &Arc<Slot>, instance: &Arc<Instance>) -> Self {
        let next = Instant::now() + EVERY;
        Self { slot: Arc::clone(slot), instance: Arc::clone(instance), next }
    }

    /// Looks whether it is time. One that fails is no end of the read: the old ones may still be good.
    pub(crate) async fn tick(&mut self, now: Instant) {
        if now < self.next {
            return;
        }
        self.next = now + EVERY;
        if let Err(error) = self.slot.renew(&self.instance).await {
            tracing::warn!(%error, source = ?error.source, "credentials were not renewed");
        }
    }
}
