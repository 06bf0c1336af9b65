//! Connections of the reading instance that queries use one after another, and the snapshot that the
//! transaction on one of them has.
//!
//! On PostgreSQL a transaction stays open behind a query: as long as no one commits, the next one reads the
//! same snapshot, and what DuckLake has asked the catalog once in a transaction it does not ask again. That
//! is most of what a small query takes (FACTS 16).

use std::cell::{Cell, RefCell};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use domain::SnapshotId;
use lru::LruCache;
use service::ResultColumn;

use super::plan::Ready;
use super::views::{self, View};
use crate::raw::{Connection, Database, Failure, Prepared};
use crate::threads;
use crate::values;

/// So long a transaction stays open behind its last query: PostgreSQL cleans up nothing that it may read.
const IDLE: Duration = Duration::from_secs(10);

/// And so long at most, however often it is used: nothing of the whole database is cleaned up meanwhile.
const OLD: Duration = Duration::from_secs(60);

/// What DuckDB makes ahead of the fetching: with its own megabyte, threads that scan a wide table stop and
/// start all the time, a tenth of an export.
const BUFFER: &str = "SET SESSION streaming_buffer_size = '2MiB'";

/// Statements that a session keeps, and bytes of the text of one.
const STATEMENTS: NonZeroUsize = NonZeroUsize::new(16).expect("not zero");
const TEXT: usize = 16 << 10;

/// A connection, and what is known of the transaction on it.
pub(crate) struct Session {
    /// Statements of the transaction that is open, or of none. Before the connection: they go first.
    kept: RefCell<LruCache<Key, Kept>>,
    pub(crate) connection: Connection,
    pin: RefCell<Option<Pin>>,
    /// Whether an earlier query began that transaction.
    is_old: Cell<bool>,
    /// When it began, and when a query last read in it.
    times: Cell<[Instant; 2]>,
}

/// What the lake is in an open transaction.
#[derive(Clone)]
pub(super) struct Pin {
    pub(super) snapshot: SnapshotId,
    pub(super) views: Arc<Vec<View>>,
}

impl Session {
    pub(crate) fn new(connection: Connection) -> Self {
        let kept = RefCell::new(LruCache::new(STATEMENTS));
        let (pin, is_old) = (RefCell::default(), Cell::new(false));
        Self { kept, connection, pin, is_old, times: Cell::new([Instant::now(); 2]) }
    }

    /// The statement under this key, if it was run in this transaction before.
    pub(super) fn kept(&self, key: &Key) -> Option<Ready<'_>> {
        let Kept { prepared, columns, offset } = self.kept.borrow_mut().pop(key)?;
        Some(Ready { prepared: prepared.0, columns, offset })
    }

    /// Keeps a statement of this session.
    pub(super) fn keep(&self, key: Key, ready: Ready<'_>) {
        let Ready { prepared, columns, offset } = ready;
        // SAFETY: it is of this session's connection, which lives longer than what is kept here, and which
        // is used by one thread at a time, as the session is.
        let prepared = ForThisSession(unsafe { prepared.detach() });
        self.kept.borrow_mut().put(key, Kept { prepared, columns, offset });
    }

    /// What the open transaction sees, if one is open.
    pub(super) fn pin(&self) -> Option<Pin> {
        self.pin.borrow().clone()
    }

    /// Whether an earlier query began the transaction that is open: what it relies on may be gone since.
    pub(super) fn is_old(&self) -> bool {
        self.is_old.get()
    }

    /// A query reads in the transaction that is open.
    pub(super) fn used(&self) {
        let [began, _] = self.times.get();
        self.times.set([began, Instant::now()]);
    }

    /// Whether the open transaction has been open for long enough.
    fn is_over(&self) -> bool {
        let [began, used] = self.times.get();
        began.elapsed() >= OLD || used.elapsed() >= IDLE
    }

    /// Begins a transaction, in the place of one that is open, and looks at what it sees. `known` was seen
    /// in another one: of the same snapshot it is the same.
    pub(super) fn begin(&self, known: Option<Pin>) -> Result<Pin, Failure> {
        self.end()?;
        self.connection.execute("BEGIN")?;
        self.times.set([Instant::now(); 2]);
        let snapshot = values::current_snapshot(&self.connection)?;
        let pin = match known.filter(|known| known.snapshot == snapshot) {
            Some(known) => known,
            None => Pin { snapshot, views: Arc::new(views::read(&self.connection)?) },
        };
        self.pin.replace(Some(pin.clone()));
        Ok(pin)
    }

    /// Ends the transaction, if one is open. One that cannot be ended was lost with its connection to the
    /// catalog.
    pub(super) fn end(&self) -> Result<(), Failure> {
        if self.pin.take().is_some() {
            self.kept.borrow_mut().clear();
            let ended = self.connection.execute("ROLLBACK");
            ended.map_err(|failure| Failure::of("TransactionContext", failure.message))?;
        }
        self.is_old.set(false);
        Ok(())
    }
}

/// A statement that is kept, by its text and the limit of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key(String, Option<u64>);

impl Key {
    /// `None` for a text that is too long to be kept.
    pub(super) fn new(sql: &str, limit: Option<u64>) -> Option<Self> {
        (sql.len() <= TEXT).then(|| Self(sql.to_owned(), limit))
    }
}

struct Kept {
    prepared: ForThisSession,
    columns: Vec<ResultColumn>,
    offset: Option<usize>,
}

/// A statement that moves from thread to thread together with its connection.
struct ForThisSession(Prepared<'static>);

// SAFETY: a session owns both, is not Sync, and gives the statement out for no longer than it is borrowed.
unsafe impl Send for ForThisSession {}

/// The sessions of an instance that no query uses now.
pub(crate) struct Sessions {
    database: Arc<Database>,
    /// Whether a transaction stays open behind its query.
    keep_pins: bool,
    /// So many are kept.
    most: usize,
    /// Asks for every view that ever stood ([`crate::metadata::views`]).
    pub(super) views: String,
    idle: Mutex<Idle>,
}

/// One with the time of its last query; the last of them is the last that was used.
type Idler = (Instant, Session);

#[derive(Default)]
struct Idle {
    sessions: Vec<Idler>,
    /// Whether a thread looks after them.
    watched: bool,
    /// The last that was seen of the lake.
    seen: Option<Pin>,
}

impl Sessions {
    pub(crate) fn new(
        database: Arc<Database>,
        keep_pins: bool,
        most: usize,
        views: String,
    ) -> Arc<Self> {
        Arc::new(Self { database, keep_pins, most, views, idle: Mutex::default() })
    }

    /// One that is idle, or a new one.
    pub(crate) fn take(&self) -> Result<Session, Failure> {
        let idle = self.lock().sessions.pop();
        match idle {
            // The thread that closes them may have stood still, with all of the process.
            Some((at, session)) if at.elapsed() < IDLE * 2 => Ok(session),
            stale => {
                let_go(stale.into_iter().collect());
                self.new_one()
            }
        }
    }

    /// Reads once what a query reads first.
    pub(crate) fn warm_up(self: &Arc<Self>) -> Result<(), Failure> {
        let session = self.take()?;
        session.begin(None)?;
        self.put(session);
        Ok(())
    }

    /// One that no query has used.
    pub(crate) fn new_one(&self) -> Result<Session, Failure> {
        let session = Session::new(Connection::open(&self.database)?);
        session.connection.execute(BUFFER)?;
        Ok(session)
    }

    /// The last that any session saw.
    pub(super) fn seen(&self) -> Option<Pin> {
        self.lock().seen.clone()
    }

    /// Takes one back whose query ended well.
    pub(super) fn put(self: &Arc<Self>, session: Session) {
        let seen = session.pin();
        if (!self.keep_pins || session.is_over()) && session.end().is_err() {
            return;
        }
        session.is_old.set(session.pin.borrow().is_some());
        let mut idle = self.lock();
        idle.seen = seen.or(idle.seen.take());
        if idle.sessions.len() == self.most {
            // Closing takes a while: not under the lock.
            drop(idle);
            return drop(session);
        }
        idle.sessions.push((Instant::now(), session));
        if !std::mem::replace(&mut idle.watched, true) {
            let watched = Arc::downgrade(self);
            idle.watched = threads::start(move || close_idle(&watched)).is_ok();
        }
    }

    /// Closes all that are idle: one has just failed in its old transaction, and what befell that befell the
    /// others.
    pub(crate) fn clear(&self) {
        let_go(std::mem::take(&mut self.lock().sessions));
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes them on a thread of its own: to end a transaction may take a while, and whoever lets go may hold a
/// lock, or be a task.
fn let_go(gone: Vec<Idler>) {
    if !gone.is_empty() {
        // Without a thread it is done here.
        let _ = threads::start(move || drop(gone));
    }
}

/// Closes what was idle for long, until there is nothing more, or the instance is gone.
fn close_idle(sessions: &Weak<Sessions>) {
    loop {
        thread::sleep(IDLE / 4);
        let Some(sessions) = sessions.upgrade() else { return };
        let mut idle = sessions.lock();
        let old = idle.sessions.partition_point(|(at, _)| at.elapsed() >= IDLE);
        let gone: Vec<_> = idle.sessions.drain(..old).collect();
        idle.watched = !idle.sessions.is_empty();
        let done = !idle.watched;
        drop(idle);
        drop(gone);
        if done {
            return;
        }
    }
}
