//! What is asked of a lake takes as long, however many tables and snapshots it has.

use std::path::Path;
use std::time::Duration;

use crate::growth_lakes::{self, SNAPSHOTS, TABLES};
use crate::http::{Request, sql};
use crate::place::Place;
use crate::report::{Report, number};
use crate::rounds::{Times, Way, interleave};
use crate::server::Server;
use crate::services::{Lake, Services};
use crate::small_table::COUNT;

const ROUNDS: usize = 200;
const STARTS: usize = 7;
const LIST: &str = "GET /tables?limit=100";
const SHORT_LIST: &str = "GET /tables?limit=10";
const GET: &str = "GET /tables/{t}";
const FIRST: &str = "the first query of a process";

pub(crate) fn run(place: &Place) -> anyhow::Result<Report> {
    let services = Services::new(place)?;
    let lakes = growth_lakes::make(place, &services)?;
    let mut report = Report::default();
    let home = place.fresh("growth")?;
    for (what, path) in
        [(LIST, "/tables?limit=100"), (SHORT_LIST, "/tables?limit=10"), (GET, "/tables/t")]
    {
        let times = metadata(place, &home, &lakes, path)?;
        let bar = (what != SHORT_LIST).then_some(1.5);
        tell(&mut report, what, &times, bar);
        if bar.is_some() {
            let slow = times.iter().map(|times| times.percentile(0.99)).fold(0.0, f64::max);
            report.below(format!("{what}: p99, of the slowest lake"), slow, 50.0, "ms");
        }
    }
    tell(&mut report, FIRST, &first_queries(place, &home, &lakes)?, Some(1.5));
    Ok(report)
}

/// A route of warm servers, one for each lake.
fn metadata(place: &Place, home: &Path, lakes: &[Lake], path: &str) -> anyhow::Result<Vec<Times>> {
    let start = |lake: &Lake| Server::start_on(place, home, lake.variables());
    let servers: Vec<Server> = lakes.iter().map(start).collect::<Result<_, _>>()?;
    let mut ways: Vec<Way<'_>> = Vec::new();
    for server in &servers {
        let mut client = server.connect()?;
        ways.push(Box::new(move || Ok(client.send(&Request::get(path))?.whole)));
    }
    interleave(path, ROUNDS, &mut ways)
}

/// Of a server that was started just now, each time.
fn first_queries(place: &Place, home: &Path, lakes: &[Lake]) -> anyhow::Result<Vec<Times>> {
    let body = sql(COUNT);
    let first = |lake: &Lake| -> anyhow::Result<Duration> {
        let server = Server::start_on(place, home, lake.variables())?;
        Ok(server.connect()?.send(&Request::query(&body))?.whole)
    };
    let ways = lakes.iter().map(|lake| Box::new(move || first(lake)) as Way<'_>);
    interleave(FIRST, STARTS, &mut ways.collect::<Vec<_>>())
}

fn tell(report: &mut Report, what: &str, times: &[Times], bar: Option<f64>) {
    let large = [format!("{TABLES} tables"), format!("{SNAPSHOTS} snapshots")];
    for (large, many) in large.iter().zip(&times[1..]) {
        let growth = many.median() / times[0].median();
        let ratio = format!("{what}: time with {large}, with few of both 1");
        match bar {
            Some(bar) => report.at_most(ratio, growth, bar),
            None => report.line(ratio, number(growth)),
        }
        report.line(format!("{what}: {large}"), many.describe());
    }
    report.line(format!("{what}: 10 tables, some snapshots"), times[0].describe());
}
