//! One process of `eider-server`: started, watched, killed, never left behind.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::way::{repository, variable};

/// Names and values for a server's environment.
pub(crate) type Variables = BTreeMap<String, String>;

/// The process groups that are alive because of us, and what they log to.
static GROUPS: Mutex<BTreeMap<u32, PathBuf>> = Mutex::new(BTreeMap::new());

/// A running server.
pub(crate) struct Server {
    child: Mutex<Child>,
    pid: u32,
    log: PathBuf,
}

impl Server {
    /// Starts one and waits for its address; the error holds what it said.
    pub(crate) async fn start(
        home: &Path,
        variables: &Variables,
    ) -> Result<(Self, String), String> {
        let log = home.join("server.log");
        let file = File::options().create(true).append(true).open(&log).map_err(text)?;
        let mut command = command(home, variables);
        command.process_group(0).stdout(Stdio::piped()).stderr(file);
        let mut child = command.spawn().map_err(|e| format!("{}: {e}", binary().display()))?;
        let pid = child.id();
        GROUPS.lock().expect("groups").insert(pid, log.clone());
        let stdout = child.stdout.take().expect("a pipe");
        let server = Self { child: Mutex::new(child), pid, log };
        let (told, address) = oneshot::channel();
        let out = home.join("server.out");
        std::thread::spawn(move || follow(BufReader::new(stdout), &out, told));
        match tokio::time::timeout(Duration::from_secs(60), address).await {
            Ok(Ok(address)) => Ok((server, address)),
            _ => {
                Err(format!("the server did not say where it listens; it said:\n{}", server.said()))
            }
        }
    }

    /// The end of its log: of what it says on standard error.
    pub(crate) fn said(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    /// All that it and its forerunners in this home have logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The same of standard output, which is no log.
    pub(crate) fn out(&self) -> String {
        std::fs::read_to_string(self.log.with_file_name("server.out")).unwrap_or_default()
    }

    /// `KILL`, `TERM`, `STOP`, `CONT`: to it and whatever it started.
    pub(crate) fn signal(&self, signal: &str) {
        signal_group(self.pid, signal);
    }

    /// Its number, by which its own processes know it.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// How it ended, if within `limit`.
    pub(crate) async fn ended(&self, limit: Duration) -> Option<ExitStatus> {
        let started = Instant::now();
        loop {
            let status = self.child.lock().expect("the child").try_wait().expect("its state");
            if status.is_some() || started.elapsed() > limit {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Memory that it holds now, in bytes; `None` where `/proc` is not.
    pub(crate) fn resident_bytes(&self) -> Option<u64> {
        self.bytes_of("VmRSS:")
    }

    /// The most that it has ever held; what it holds now where the kernel does not count that.
    pub(crate) fn peak_bytes(&self) -> Option<u64> {
        self.bytes_of("VmHWM:").or_else(|| self.resident_bytes())
    }

    fn bytes_of(&self, field: &str) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        let line = status.lines().find(|line| line.starts_with(field))?;
        let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kilobytes * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal("KILL");
        self.child.lock().expect("the child").wait().ok();
        GROUPS.lock().expect("groups").remove(&self.pid);
    }
}

/// Runs `eider-server` with these arguments to its end.
pub(crate) async fn run(home: &Path, variables: &Variables, arguments: &[&str]) -> Output {
    let mut command = command(home, variables);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let child = command.spawn().unwrap_or_else(|e| panic!("{}: {e}", binary().display()));
    let pid = child.id();
    GROUPS.lock().expect("groups").insert(pid, PathBuf::new());
    let ending = tokio::task::spawn_blocking(move || child.wait_with_output());
    let ended = tokio::time::timeout(Duration::from_secs(60), ending).await;
    signal_group(pid, "KILL");
    GROUPS.lock().expect("groups").remove(&pid);
    match ended {
        Ok(output) => output.expect("joined").expect("its output"),
        Err(_) => panic!("eider-server {arguments:?} did not end within a minute"),
    }
}

/// What servers have logged of a request: its id stands in each line.
pub(crate) fn logged_of(request_id: &str) -> String {
    let logs: Vec<PathBuf> = GROUPS.lock().expect("groups").values().cloned().collect();
    let logs = logs.iter().filter_map(|log| std::fs::read_to_string(log).ok());
    let of_it = |log: String| -> Vec<String> {
        log.lines().filter(|line| line.contains(request_id)).map(str::to_owned).collect()
    };
    logs.flat_map(of_it).collect::<Vec<_>>().join("\n")
}

/// Kills all that is left when the run is cut short.
pub(crate) fn kill_all() {
    for group in GROUPS.lock().expect("groups").keys() {
        signal_group(*group, "KILL");
    }
}

fn command(home: &Path, variables: &Variables) -> Command {
    let mut command = Command::new(binary());
    let path = variable("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("HOME", home).env("RUST_BACKTRACE", "1");
    // Cargo sets the first two itself, for the tests and not for the server.
    for name in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
        command.env(name, repository(".cache/duckdb/lib"));
    }
    for (name, default) in
        [("EIDER_EXTENSION_DIR", ".cache/duckdb/extensions"), ("EIDER_ASSET_DIR", ".cache/assets")]
    {
        command.env(name, variable(name).map_or_else(|| repository(default), PathBuf::from));
    }
    command.current_dir(home).envs(variables).stdin(Stdio::null());
    command
}

fn binary() -> PathBuf {
    let folder = variable("EIDER_TEST_BIN_DIR").map(PathBuf::from);
    folder.unwrap_or_else(|| repository("target/release")).join("eider-server")
}

/// Finds the address in the first line, and keeps reading so that the server never blocks.
fn follow(stdout: impl BufRead, out: &Path, told: oneshot::Sender<String>) {
    let mut told = Some(told);
    let mut file = File::options().create(true).append(true).open(out).expect("a file");
    for line in stdout.lines().map_while(Result::ok) {
        writeln!(file, "{line}").ok();
        if let Some(address) = line.strip_prefix("listening on ")
            && let Some(told) = told.take()
        {
            told.send(address.trim_end_matches('/').to_owned()).ok();
        }
    }
}

fn signal_group(group: u32, signal: &str) {
    let mut kill = Command::new("kill");
    kill.args([&format!("-{signal}"), "--", &format!("-{group}")]);
    kill.stderr(Stdio::null()).status().ok();
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
