//! `eider-server`, the release binary.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, bail};

use crate::http::{Client, Request};
use crate::place::Place;

/// A running server; it ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    host: String,
    /// What else it says there is not read, but it must be able to say it.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts one on the embedded stores in `home`, and waits until it listens.
    pub(crate) fn start(place: &Place, home: &Path) -> anyhow::Result<Self> {
        Self::start_on(place, home, &place.variables())
    }

    /// Starts one on the stores that the variables name.
    pub(crate) fn start_on(
        place: &Place,
        home: &Path,
        variables: &[(String, String)],
    ) -> anyhow::Result<Self> {
        let log = File::options().create(true).append(true).open(home.join("server.log"))?;
        let mut child = Command::new(place.binary("eider-server")?)
            .env_clear()
            .envs(variables.iter().cloned())
            .env("EIDER_HOME", home)
            .env("EIDER_LISTEN", "127.0.0.1:0")
            .current_dir(home)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let mut said = String::new();
        let mut stdout = BufReader::new(child.stdout.take().context("no pipe")?);
        stdout.read_line(&mut said)?;
        let Some(host) = said.trim().strip_prefix("listening on http://") else {
            child.kill().ok();
            child.wait().ok();
            let log = fs::read_to_string(home.join("server.log")).unwrap_or_default();
            bail!("eider-server did not start:\n{log}");
        };
        let host = host.trim_end_matches('/').to_owned();
        Ok(Self { child, host, _stdout: stdout })
    }

    /// Where it listens: `host:port`.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// A connection to it.
    pub(crate) fn connect(&self) -> anyhow::Result<Client> {
        Client::connect(&self.host)
    }

    /// Makes a table of these columns.
    pub(crate) fn create(&self, table: &str, columns: &[(&str, &str)]) -> anyhow::Result<()> {
        let columns: Vec<_> = columns
            .iter()
            .map(|(name, r#type)| serde_json::json!({"name": name, "type": r#type}))
            .collect();
        let body = serde_json::json!({"name": table, "columns": columns}).to_string();
        let headers = [("content-type", "application/json")];
        let body = body.as_bytes();
        let request = Request { method: "POST", path: "/tables", headers: &headers, body };
        self.connect()?.send(&request).map(drop)
    }

    /// How many rows a table of it has.
    pub(crate) fn row_count(&self, table: &str) -> anyhow::Result<u64> {
        let answer = self.connect()?.text(&Request::get(&format!("/tables/{table}")))?;
        let answer: serde_json::Value = serde_json::from_str(&answer)?;
        answer["row_count"].as_u64().with_context(|| format!("no row_count in {answer}"))
    }

    /// Bytes of memory that the kernel counts under this name: `VmRSS` now, `VmHWM` at most so far.
    /// `None` where there is no `/proc`.
    pub(crate) fn memory(&self, name: &str) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let value = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        let kilobytes: u64 = value.split_whitespace().next()?.parse().ok()?;
        Some(kilobytes << 10)
    }

    /// Stops it in good order.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        let pid = self.child.id().to_string();
        crate::place::run(Command::new("kill").args(["-TERM", &pid]))?;
        self.child.wait().context("waiting for the server").map(drop)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
