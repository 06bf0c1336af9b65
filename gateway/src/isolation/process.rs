//! One query process after another: started, watched, killed, started again.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::{READY, STUCK};

/// How often its memory is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// After an end that no query explains it is started again so much later, and later each time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(10);

/// One that lived so long was well.
const WELL: Duration = Duration::from_secs(10);

/// What all of them are started with.
pub(super) struct Plan {
    pub(super) environment: BTreeMap<OsString, OsString>,
    /// Where their sockets are.
    pub(super) folder: PathBuf,
    /// What one may hold.
    pub(super) memory_bytes: u64,
}

impl Plan {
    /// One that holds so much ended by it, if it ended; and what it keeps is missing for the next query.
    fn is_full(&self, bytes: u64) -> bool {
        bytes > self.memory_bytes / 4 * 3
    }
}

/// Why one ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// A query did not heed the interrupt; the time of these requests was over.
    Stuck(Vec<u64>),
    /// It needed more memory than it may have; so many requests were in it.
    TooLarge(usize),
    /// It kept much memory, and nothing was done in it.
    Retired,
    /// It crashed, was killed, or did not start.
    Lost,
}

/// One that is ready.
pub(super) struct Process {
    pub(super) socket: PathBuf,
    requests: AtomicUsize,
    ending: watch::Sender<Option<Ending>>,
}

/// Where one process follows another.
pub(super) struct Slot {
    number: usize,
    process: Mutex<Option<Arc<Process>>>,
    changed: Arc<watch::Sender<()>>,
}

impl Process {
    pub(super) fn requests(&self) -> &AtomicUsize {
        &self.requests
    }

    /// Why it ended, if it does so within `limit`.
    pub(super) async fn ended(&self, limit: Duration) -> Option<Ending> {
        let mut ending = self.ending.subscribe();
        let ended = tokio::time::timeout(limit, ending.wait_for(Option::is_some)).await;
        ended.ok()?.ok()?.clone()
    }
}

impl Slot {
    /// Starts one, and another whenever it has ended, until this process ends.
    pub(super) fn start(
        number: usize,
        plan: Arc<Plan>,
        changed: Arc<watch::Sender<()>>,
    ) -> std::io::Result<Arc<Self>> {
        let slot = Arc::new(Self { number, process: Mutex::new(None), changed });
        let supervised = Arc::clone(&slot);
        // A thread of its own: Linux ends a child with the thread that started it.
        let builder = thread::Builder::new().name(format!("query-process-{number}"));
        builder.spawn(move || supervised.supervise(&plan))?;
        Ok(slot)
    }

    /// The one that is ready.
    pub(super) fn process(&self) -> Option<Arc<Process>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, process: Option<Arc<Process>>) {
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = process;
        self.changed.send_replace(());
    }

    fn supervise(&self, plan: &Plan) {
        let mut pause = FIRST_PAUSE;
        for turn in 0_u64.. {
            let started = Instant::now();
            let socket = plan.folder.join(format!("{}-{turn}", self.number));
            let ending = self.run(plan, &socket).unwrap_or_else(|error| {
                tracing::error!(slot = self.number, "a query process did not start: {error}");
                Ending::Lost
            });
            // It is gone with its socket; a name that is left does no harm.
            let _ = std::fs::remove_file(&socket);
            if ending == Ending::Lost && started.elapsed() < WELL {
                thread::sleep(pause);
                pause = (pause * 2).min(LAST_PAUSE);
            } else {
                pause = FIRST_PAUSE;
            }
        }
    }

    /// One, from its start to its end.
    fn run(&self, plan: &Plan, socket: &Path) -> std::io::Result<Ending> {
        let (mut child, _stdin, stdout) = spawn(plan, socket)?;
        bound_memory(child.id(), plan.memory_bytes);
        let lines = follow(stdout)?;
        let process = Arc::new(Process {
            socket: socket.to_owned(),
            requests: AtomicUsize::new(0),
            ending: watch::Sender::new(None),
        });
        let (started, mut ending, mut memory) = (Instant::now(), Ending::Lost, 0);
        loop {
            match lines.recv_timeout(LOOK) {
                Ok(line) if line == READY => {
                    let elapsed_ms = started.elapsed().as_millis() as u64;
                    tracing::info!(
                        slot = self.number,
                        pid = child.id(),
                        elapsed_ms,
                        "a query process is ready"
                    );
                    self.set(Some(Arc::clone(&process)));
                }
                Ok(line) => ending = stuck(&line).unwrap_or(ending),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => {}
            }
            memory = memory_of(child.id()).unwrap_or(memory);
            if plan.is_full(memory) && process.requests.load(Ordering::Relaxed) == 0 {
                ending = Ending::Retired;
                break;
            }
        }
        if ending == Ending::Lost && plan.is_full(memory) {
            ending = Ending::TooLarge(process.requests.load(Ordering::Relaxed));
        }
        self.set(None);
        // It may have ended by itself.
        let _ = child.kill();
        let status = child.wait()?;
        tracing::warn!(
            slot = self.number, pid = child.id(), %status, ?ending, memory, "a query process ended"
        );
        process.ending.send_replace(Some(ending.clone()));
        Ok(ending)
    }
}

fn spawn(plan: &Plan, socket: &Path) -> std::io::Result<(Child, ChildStdin, ChildStdout)> {
    let mut command = Command::new(own_binary()?);
    command.args([crate::command::QUERY_WORKER.as_ref(), socket.as_os_str()]);
    command.env_clear().envs(&plan.environment).stdin(Stdio::piped()).stdout(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::arg0(&mut command, "eider-server");
    let mut child = command.spawn()?;
    let missing = || std::io::Error::other("a pipe is missing");
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    Ok((child, stdin.ok_or_else(missing)?, stdout.ok_or_else(missing)?))
}

/// The program that runs, also where another has taken its name since.
fn own_binary() -> std::io::Result<PathBuf> {
    if cfg!(target_os = "linux") { Ok("/proc/self/exe".into()) } else { std::env::current_exe() }
}

/// What it says, line by line; the end of it is its end.
fn follow(stdout: ChildStdout) -> std::io::Result<mpsc::Receiver<String>> {
    let (say, lines) = mpsc::channel();
    let read = move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if say.send(line).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().name("query-process-lines".to_owned()).spawn(read)?;
    Ok(lines)
}

fn stuck(line: &str) -> Option<Ending> {
    let numbers = line.strip_prefix(STUCK)?.trim().split(',');
    Some(Ending::Stuck(numbers.filter_map(|number| number.parse().ok()).collect()))
}

/// Bounds what the process may map for itself: past it an allocation fails, which DuckDB takes for what it
/// is, and says so to the one query. Only Linux holds to it.
fn bound_memory(pid: u32, bytes: u64) {
    #[cfg(target_os = "linux")]
    {
        let limit = libc::rlimit64 { rlim_cur: bytes, rlim_max: bytes };
        // SAFETY: the limit is read, and nothing is written.
        let set = unsafe {
            libc::prlimit64(pid.cast_signed(), libc::RLIMIT_DATA, &limit, std::ptr::null_mut())
        };
        if set != 0 {
            let error = std::io::Error::last_os_error();
            tracing::warn!(pid, "the memory of a query process is not bounded: {error}");
        }
    }
    #[cfg(not(target_os = "linux"))]
    tracing::debug!(pid, bytes, "this system does not bound a process's memory");
}

/// What the process has mapped for itself, in bytes. Only Linux tells.
fn memory_of(pid: u32) -> Option<u64> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let pages = std::fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    // Size, resident, shared, text, 0, data and stack.
    let data: u64 = pages.split_whitespace().nth(5)?.parse().ok()?;
    // SAFETY: it reads a constant of the system.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    Some(data * u64::try_from(page).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_says_whose_time_was_over() {
        assert_eq!(stuck("stuck 3,17"), Some(Ending::Stuck(vec![3, 17])));
        assert_eq!(stuck("stuck "), Some(Ending::Stuck(Vec::new())));
        assert_eq!(stuck("ready"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_memory_of_a_process_is_known() {
        let own = memory_of(std::process::id()).expect("this one is there");
        let more = vec![1_u8; 64 << 20];
        let then = memory_of(std::process::id()).expect("this one is there");
        assert!(then >= own + (60 << 20), "{own} {then} {}", more.len());
        assert_eq!(memory_of(0), None);
    }
}
