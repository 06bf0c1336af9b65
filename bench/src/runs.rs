//! Runs of one job are started and completed: over HTTP, and the same transactions by the SDK.

use std::cell::Cell;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::json;

use crate::http::Request;
use crate::load::{self, Together};
use crate::place::Place;
use crate::plain_runs::PlainRuns;
use crate::report::{Report, number, per_second};
use crate::rounds::{Times, Way, interleave, timed};
use crate::server::Server;
use crate::services::Services;

const ROUNDS: usize = 4;
pub(crate) const ROUND: Duration = Duration::from_secs(6);
const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

pub(crate) fn run(place: &Place) -> anyhow::Result<Report> {
    let services = Services::new(place)?;
    let lake = services.lake()?;
    let server = Server::start_on(place, &place.fresh("runs")?, lake.variables())?;
    send(&server, "POST", "/jobs", r#"{"name": "load"}"#)?;
    let plain = place.runtime.block_on(PlainRuns::new(lake.variables()))?;
    let mut report = Report::default();
    for clients in [8, 64] {
        measure(place, &server, &plain, clients, &mut report)?;
    }
    Ok(report)
}

fn measure(
    place: &Place,
    server: &Server,
    plain: &PlainRuns,
    clients: usize,
    report: &mut Report,
) -> anyhow::Result<()> {
    let (mut eider, mut raw) = (Vec::new(), Vec::new());
    let round = Cell::new(0);
    let mut ways: [Way<'_>; 2] = [
        Box::new(|| {
            let round = round.replace(round.get() + 1);
            timed(|| live(server, clients, round).map(|times| eider.push(times)))
        }),
        Box::new(|| {
            timed(|| place.runtime.block_on(plain.live(clients)).map(|times| raw.push(times)))
        }),
    ];
    interleave(&format!("{clients} runs at once"), ROUNDS, &mut ways)?;
    drop(ways);
    let [eider, raw] = [eider, raw].map(|rounds| Together::of(rounds, ROUND));
    let what = |what: &str| format!("{clients} runs of one job at once: {what}");
    report.at_least(what("changes a second, of the SDK's"), eider.rate / raw.rate, 0.8);
    report.line(what("changes a second"), per_second(eider.rate));
    report.line(what("p99"), format!("{} ms", number(eider.times.percentile(0.99))));
    report.line(what("the SDK: changes a second"), per_second(raw.rate));
    report.line(what("the SDK: p99"), format!("{} ms", number(raw.times.percentile(0.99))));
    Ok(())
}

/// Each client starts a run and completes it, then the next one.
fn live(server: &Server, clients: usize, round: usize) -> anyhow::Result<Vec<Times>> {
    let times = load::run(server.host(), clients, ROUND, &|client, nth, into| {
        let id = format!("{clients:08x}-{round:04x}-4000-8000-{client:04x}{:08x}", nth / 2);
        let start = json!({ "run_id": id }).to_string();
        let complete = format!("/jobs/load/runs/{id}/complete");
        let (method, path, body) = match nth % 2 {
            0 => ("POST", "/jobs/load/runs", start.as_str()),
            _ => ("PUT", complete.as_str(), "{}"),
        };
        let body = body.as_bytes();
        let request = Request { method, path, headers: &JSON, body };
        into.extend_from_slice(request.head(server.host()).as_bytes());
        into.extend_from_slice(body);
    })?;
    let counted: usize = times.iter().map(|times| times.0.len().div_ceil(2)).sum();
    ensure!(counted > 0, "no run was started");
    Ok(times)
}

fn send(server: &Server, method: &'static str, path: &str, body: &str) -> anyhow::Result<()> {
    let request = Request { method, path, headers: &JSON, body: body.as_bytes() };
    server.connect()?.send(&request).map(drop).with_context(|| format!("{method} {path}"))
}
