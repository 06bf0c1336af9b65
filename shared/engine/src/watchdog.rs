//! Stops what runs past its time, or what no one waits for: queries, and writes before their commit.
//!
//! DuckDB forgets an interrupt that comes before a statement starts, and one query is several
//! statements: so it is fired again and again until the work has ended.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::raw::Interrupt;
use crate::threads;

/// Between two interrupts of the same work.
const AGAIN: Duration = Duration::from_millis(10);

/// What to do about work that no interrupt stops.
#[derive(Clone)]
pub(crate) struct Stuck {
    /// So long it may go on after the first interrupt.
    pub(crate) grace: Duration,
    /// Called once for each such work.
    pub(crate) tell: Arc<dyn Fn() + Send + Sync>,
}

/// One thread that watches all of them; it starts with the first and ends with this value.
pub(crate) struct Watchdog {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    stuck: Option<Stuck>,
}

#[derive(Default)]
struct State {
    watched: Vec<Arc<Watched>>,
    /// When the thread looks next; `None` while nothing has a time.
    next: Option<Instant>,
    running: bool,
    closed: bool,
}

/// One piece of work under watch.
pub(crate) struct Watched {
    interrupt: Arc<Interrupt>,
    deadline: Mutex<Option<Instant>>,
    called_off: AtomicBool,
    /// When it was first interrupted, until that was told.
    interrupted: Mutex<Option<Instant>>,
    ended: AtomicBool,
    shared: Arc<Shared>,
}

/// The watch over one piece of work: it ends with this, however the work ends, also by a panic.
pub(crate) struct Watch(Arc<Watched>);

impl Deref for Watch {
    type Target = Arc<Watched>;

    fn deref(&self) -> &Arc<Watched> {
        &self.0
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Watchdog {
    pub(crate) fn new() -> Self {
        Self::telling(None)
    }

    /// One that tells of work that goes on all the same.
    pub(crate) fn telling(stuck: Option<Stuck>) -> Self {
        Self { shared: Arc::new(Shared { stuck, ..Shared::default() }) }
    }

    /// Watches from now on, until [`Watched::end`] or the guard goes: let the work own it.
    pub(crate) fn watch(&self, interrupt: Arc<Interrupt>, deadline: Option<Instant>) -> Watch {
        let watched = Arc::new(Watched {
            interrupt,
            deadline: Mutex::new(deadline),
            called_off: AtomicBool::new(false),
            interrupted: Mutex::new(None),
            ended: AtomicBool::new(false),
            shared: Arc::clone(&self.shared),
        });
        let mut state = lock(&self.shared);
        state.watched.push(Arc::clone(&watched));
        if !state.running {
            let shared = Arc::clone(&self.shared);
            state.running = threads::start(move || watch_all(&shared)).is_ok();
        }
        // Most come and go long before that, and wake no one.
        let is_sooner = deadline.is_some_and(|at| state.next.is_none_or(|next| at < next));
        if is_sooner {
            state.next = deadline;
            self.shared.changed.notify_one();
        }
        Watch(watched)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        lock(&self.shared).closed = true;
        self.shared.changed.notify_one();
    }
}

impl Watched {
    /// Stops the work as soon as it can be.
    pub(crate) fn call_off(&self) {
        if !self.ended.load(Ordering::Acquire) {
            self.called_off.store(true, Ordering::Release);
            let _state = lock(&self.shared);
            self.shared.changed.notify_one();
        }
    }

    /// From now on another time holds, a later one.
    pub(crate) fn extend(&self, deadline: Option<Instant>) {
        *self.deadline.lock().unwrap_or_else(PoisonError::into_inner) = deadline;
    }

    /// The work has ended, well or ill, or may no more be stopped. No interrupt comes after this.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Release);
        // Interrupts are fired under this lock.
        let mut state = lock(&self.shared);
        state.watched.retain(|other| !std::ptr::eq(&**other, self));
        if state.closed && state.watched.is_empty() {
            self.shared.changed.notify_one();
        }
    }

    /// It was interrupted now, and goes on: once it has done so for too long, that is told.
    fn tell_if_stuck(&self, stuck: Option<&Stuck>) {
        let Some(stuck) = stuck else { return };
        let mut since = self.interrupted.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = since.get_or_insert_with(Instant::now).elapsed();
        if waited >= stuck.grace && !self.ended.load(Ordering::Acquire) {
            // Not again for a day.
            *since = Instant::now().checked_add(Duration::from_hours(24));
            (stuck.tell)();
        }
    }

    /// Whether it is watched no more.
    #[cfg(test)]
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// When the work must have ended.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        *self.deadline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether its time is over.
    pub(crate) fn is_late(&self) -> bool {
        self.deadline().is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Whether no one waits for it any more.
    pub(crate) fn is_called_off(&self) -> bool {
        self.called_off.load(Ordering::Acquire)
    }
}

fn lock(shared: &Shared) -> MutexGuard<'_, State> {
    shared.state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn watch_all(shared: &Shared) {
    let mut state = lock(shared);
    loop {
        if state.closed && state.watched.is_empty() {
            return;
        }
        let mut next: Option<Instant> = None;
        for watched in &state.watched {
            let at = if watched.is_called_off() || watched.is_late() {
                watched.interrupt.fire();
                watched.tell_if_stuck(shared.stuck.as_ref());
                Some(Instant::now() + AGAIN)
            } else {
                watched.deadline()
            };
            next = next.into_iter().chain(at).min();
        }
        state.next = next;
        state = match next {
            Some(at) => {
                let wait = at.saturating_duration_since(Instant::now());
                let (state, _) = shared
                    .changed
                    .wait_timeout(state, wait)
                    .unwrap_or_else(PoisonError::into_inner);
                state
            }
            None => shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
        };
    }
}
