//! The embedded catalog's questions, asked where its file is open: in DuckDB's SQLite.
//!
//! Two SQLite libraries in one process drop each other's locks on a file (FACTS 12), so the adapter
//! in `catalog` has the questions and this has the connection.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use catalog::{AskSqlite, Failure};
use domain::{Code, Error};
use tokio::sync::Semaphore;

use crate::instance::{Instance, Slot};
use crate::sql::{METADATA, literal};
use crate::{error, raw, threads, values};

/// Asks on the reading instance.
pub(crate) struct AskEngine {
    slot: Arc<Slot>,
    kept: Arc<Kept>,
    /// Each question has a thread and a connection of its own while it runs.
    turns: Semaphore,
}

/// The connection of the last answer, its transaction still open: while SQLite has one on the file, the
/// next to close is not the last, which would write the whole log back and remove it, five syncs each
/// time. With a reader always there SQLite could never begin the log anew, so every now and then none
/// is kept, and none while no one asks: another process may be writing.
#[derive(Default)]
struct Kept {
    answers: AtomicU64,
    /// Whether a thread waits for a time without questions.
    watched: AtomicBool,
    connection: Mutex<Option<raw::Connection>>,
}

/// Answers until the log may begin anew: some megabytes of it.
const ANSWERS_A_LOG: u64 = 200;

/// So long after the last answer its connection goes.
const IDLE: Duration = Duration::from_secs(2);

/// Questions that are asked at once: some milliseconds each.
const QUESTIONS: usize = 8;

impl Kept {
    /// Keeps this one, unless it is time for none; the one before goes.
    fn keep(self: &Arc<Self>, connection: raw::Connection) {
        let count = self.answers.fetch_add(1, Ordering::Relaxed) + 1;
        let next = (!count.is_multiple_of(ANSWERS_A_LOG)).then_some(connection);
        let mut place = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *place, next);
        drop(place);
        // Closing takes a while: not under the lock.
        drop(before);
        if !self.watched.swap(true, Ordering::AcqRel) {
            let kept = Arc::clone(self);
            if threads::start(move || kept.let_go_when_idle()).is_err() {
                self.watched.store(false, Ordering::Release);
            }
        }
    }

    fn let_go_when_idle(&self) {
        let mut answers = None;
        while answers != Some(self.answers.load(Ordering::Relaxed)) {
            answers = Some(self.answers.load(Ordering::Relaxed));
            thread::sleep(IDLE);
        }
        self.watched.store(false, Ordering::Release);
        let idle = self.connection.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(idle);
    }
}

impl AskEngine {
    pub(crate) fn new(slot: Arc<Slot>) -> Self {
        Self { slot, kept: Arc::default(), turns: Semaphore::new(QUESTIONS) }
    }
}

#[async_trait]
impl AskSqlite for AskEngine {
    async fn ask(&self, sql: &str, parameters: &[Option<String>]) -> Result<String, Failure> {
        let other = |error: Error| Failure::Other(error.into());
        let _turn = self.turns.acquire().await.map_err(|e| other(Error::internal(e)))?;
        let statement = statement(sql, parameters);
        let mut tried = false;
        loop {
            let instance = self.slot.get().await.map_err(not_open)?;
            let (on, sql, kept) =
                (Arc::clone(&instance), statement.clone(), Arc::clone(&self.kept));
            let answer = threads::run(move || answer(&on, &sql, &kept)).await;
            match answer.map_err(other)? {
                Ok(text) => return Ok(text),
                Err(failure) if error::is_instance_broken(&failure) && !tried => {
                    self.slot.discard(&instance);
                    tried = true;
                }
                Err(failure) => return Err(Failure::from_sqlite(failure)),
            }
        }
    }
}

/// As literals, not as parameters: outside a transaction `sqlite_query` cannot be prepared first
/// (see `raw::Connection::query`).
fn statement(sql: &str, parameters: &[Option<String>]) -> String {
    let given: Vec<_> = parameters
        .iter()
        .map(|value| value.as_deref().map_or_else(|| "NULL".to_owned(), literal) + "::VARCHAR")
        .collect();
    let given = match given.len() {
        0 => String::new(),
        _ => format!(", params => row({})", given.join(", ")),
    };
    format!("SELECT * FROM sqlite_query('{METADATA}', {}{given})", literal(sql))
}

fn answer(instance: &Instance, sql: &str, kept: &Arc<Kept>) -> Result<String, raw::Failure> {
    let connection = instance.connect()?;
    connection.execute("BEGIN")?;
    let rows = values::texts(&connection, sql)?;
    kept.keep(connection);
    let text = rows.into_iter().flatten().next().flatten();
    text.ok_or_else(|| raw::Failure::of("Invalid Input", "the catalog gave no row"))
}

fn not_open(error: Error) -> Failure {
    match (error.code, error.error_code) {
        (_, error::NO_LAKE) => Failure::Missing(error.into()),
        (Code::Unavailable, _) => Failure::Unreachable(error.into()),
        _ => Failure::Other(error.into()),
    }
}
