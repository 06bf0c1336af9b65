//! Appends of one moment share a snapshot: a commit takes some milliseconds of the catalog, whatever is in
//! it, and one comes after the other.
//!
//! While one group is committed the next one gathers. Each append keeps its own entry in the ledger, and so
//! its key and its answer. If anything goes wrong with a group, each of its appends is written alone.

use std::collections::HashSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use domain::Result;
use service::{Catalog, Outcome, Write};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::merged;
use crate::answer;
use crate::instance::{Instance, Slot};
use crate::settings::EngineSettings;
use crate::threads;
use crate::watchdog::Watchdog;

/// Appends of a group at most, and bytes of their rows.
const MOST: usize = 256;
const MOST_BYTES: usize = 8 << 20;

/// Bytes of rows that may wait for a group; beyond that each is written alone.
const WAITING_BYTES: usize = 32 << 20;

/// One whose time is over so soon is written alone: the group would be late with it.
const SOON: Duration = Duration::from_millis(500);

/// So long those who have just been answered are waited for: most come again.
const LINGER: Duration = Duration::from_millis(2);

/// The groups of a process.
#[derive(Clone)]
pub(super) struct Groups {
    pub(super) settings: Arc<EngineSettings>,
    pub(super) slot: Arc<Slot>,
    pub(super) catalog: Arc<dyn Catalog>,
    pub(super) turns: Arc<Semaphore>,
    pub(super) watchdog: Arc<Watchdog>,
    pub(super) queue: Arc<Queue>,
}

/// Those who wait for the next group.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    came: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<Member>,
    /// How many are being committed.
    committing: usize,
    /// The most that waited or were committed at once since the last group was taken.
    most: usize,
    /// Whether a thread sees to them.
    is_led: bool,
}

/// One append.
pub(super) struct Member {
    pub(super) write: Write,
    pub(super) rows: RecordBatch,
    tell: oneshot::Sender<Told>,
    /// By this it is told from its twin, which has the same key.
    itself: Arc<()>,
}

impl Member {
    fn bytes(&self) -> usize {
        self.rows.get_array_memory_size()
    }
}

/// What became of one that wants to wait.
enum Pushed {
    /// It waits, and someone leads.
    Led,
    /// It waits, and someone must lead.
    Leaderless,
    /// Too much waits already.
    Full,
}

/// What one is told.
pub(super) enum Told {
    /// It is committed.
    Done(Outcome),
    /// It is to be written alone; with what is known of a commit that it may have been in.
    Alone { commit_lost: bool },
}

impl Groups {
    /// Writes it in the next group.
    pub(super) async fn join(&self, write: Write, rows: RecordBatch) -> Result<Told> {
        let (tell, mut told) = oneshot::channel();
        let (deadline, itself) = (write.deadline, Arc::new(()));
        match self.queue.push(Member { write, rows, tell, itself: Arc::clone(&itself) }) {
            Pushed::Full => return Ok(Told::Alone { commit_lost: false }),
            Pushed::Led => (),
            Pushed::Leaderless => {
                let (groups, runtime) = (self.clone(), Handle::current());
                let led = threads::start(move || groups.lead(&runtime));
                led.inspect_err(|_| self.queue.abandon())?;
            }
        }
        let in_time = match deadline {
            Some(at) => tokio::time::timeout_at(at.into(), &mut told).await.ok(),
            None => None,
        };
        let told = match in_time {
            Some(told) => told,
            None if deadline.is_some() && self.queue.withdraw(&itself) => {
                return Err(answer::write_timed_out());
            }
            // A group that is on its way has its own time.
            None => told.await,
        };
        // Or the thread panicked: no one knows how far it came.
        Ok(told.unwrap_or(Told::Alone { commit_lost: true }))
    }

    /// Commits group after group until no one waits. They wait for the turn in the queue, which each may
    /// leave.
    fn lead(&self, runtime: &Handle) {
        let _abandoning = Abandoning(&self.queue);
        while self.queue.gather() {
            let turn = runtime.block_on(Arc::clone(&self.turns).acquire_owned());
            let instance = runtime.block_on(self.slot.current(&*self.catalog));
            let (members, apart) = self.queue.take();
            for (member, told) in apart {
                // It may be gone.
                let _ = member.tell.send(told);
            }
            if members.is_empty() {
                continue;
            }
            let (members, twins) = twins(members);
            let told = match (turn, instance) {
                (Ok(turn), Ok(instance)) => self.commit(runtime, &instance, &members, turn),
                // Each hears why from its own try.
                _ => alone(&members, false),
            };
            for (member, told) in members.into_iter().zip(told) {
                let _ = member.tell.send(told);
            }
            for twin in twins {
                let _ = twin.tell.send(Told::Alone { commit_lost: false });
            }
        }
    }

    fn commit(
        &self,
        runtime: &Handle,
        instance: &Instance,
        members: &[Member],
        turn: OwnedSemaphorePermit,
    ) -> Vec<Told> {
        let done = merged::commit(instance, &self.settings, &self.watchdog, members);
        drop(turn);
        match done {
            Ok(()) => self.recorded(runtime, members),
            Err(failed) => {
                let commit_lost = failed.is_commit_lost();
                tracing::debug!(members = members.len(), commit_lost, "each is written alone");
                alone(members, commit_lost)
            }
        }
    }

    /// After a commit: the ledger's own words for each.
    fn recorded(&self, runtime: &Handle, members: &[Member]) -> Vec<Told> {
        let keys: Vec<_> = members.iter().map(|member| member.write.key.key.clone()).collect();
        let found = runtime.block_on(self.catalog.find_writes(&keys)).unwrap_or_default();
        let told = |member: &Member| {
            let key = &member.write.key;
            let write = found.iter().find(|(found, _)| *found == key.key);
            match write.filter(|(_, write)| write.payload == key.payload) {
                Some((_, write)) => Told::Done(Outcome { write: write.clone(), replayed: false }),
                None => Told::Alone { commit_lost: true },
            }
        };
        members.iter().map(told).collect()
    }
}

/// None of them is written, or none for sure.
fn alone(members: &[Member], commit_lost: bool) -> Vec<Told> {
    members.iter().map(|_| Told::Alone { commit_lost }).collect()
}

/// Each key once; its twins find it in the ledger afterwards.
fn twins(members: Vec<Member>) -> (Vec<Member>, Vec<Member>) {
    let mut seen = HashSet::new();
    members.into_iter().partition(|member| seen.insert(member.write.key.key.clone()))
}

impl Queue {
    fn push(&self, member: Member) -> Pushed {
        let mut state = self.lock();
        let waiting: usize = state.waiting.iter().map(Member::bytes).sum();
        if waiting + member.bytes() > WAITING_BYTES {
            return Pushed::Full;
        }
        state.waiting.push(member);
        state.most = state.most.max(state.committing + state.waiting.len());
        self.came.notify_one();
        match std::mem::replace(&mut state.is_led, true) {
            true => Pushed::Led,
            false => Pushed::Leaderless,
        }
    }

    /// Waits a moment for the next group. `false` once no one waits, and no one leads. Where several came at
    /// once, as many are waited for: else they would go in two groups, of which each waits for the other.
    fn gather(&self) -> bool {
        let mut state = self.lock();
        state.committing = 0;
        let until = Instant::now() + LINGER;
        while state.waiting.len() < state.most && state.most > 1 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.came.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.is_led = !state.waiting.is_empty();
        state.is_led
    }

    /// The next group, and those who cannot wait for it, with what each is told.
    fn take(&self) -> (Vec<Member>, Vec<(Member, Told)>) {
        let mut state = self.lock();
        let soon = Instant::now() + SOON;
        let is_late = |member: &mut Member| member.write.deadline.is_some_and(|at| at < soon);
        let late: Vec<_> = state.waiting.extract_if(.., is_late).collect();
        let mut bytes = 0;
        let mut fits = |member: &Member| {
            bytes += member.bytes();
            bytes <= MOST_BYTES
        };
        let members = state.waiting.iter().take(MOST).take_while(|member| fits(member)).count();
        (state.committing, state.most) = (members, members);
        let alone = |member| (member, Told::Alone { commit_lost: false });
        (state.waiting.drain(..members).collect(), late.into_iter().map(alone).collect())
    }

    /// Takes one back that is not yet in a group; whether it was there.
    fn withdraw(&self, itself: &Arc<()>) -> bool {
        let mut state = self.lock();
        let before = state.waiting.len();
        state.waiting.retain(|member| !Arc::ptr_eq(&member.itself, itself));
        state.waiting.len() < before
    }

    /// No one leads: those who wait write alone.
    fn abandon(&self) {
        let mut state = self.lock();
        state.is_led = false;
        for member in state.waiting.drain(..) {
            let _ = member.tell.send(Told::Alone { commit_lost: false });
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// However the leader ends.
struct Abandoning<'q>(&'q Queue);

impl Drop for Abandoning<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.abandon();
        }
    }
}
