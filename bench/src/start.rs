//! From a server's start to its answers, and what of that time its parts take in process.

use std::time::Instant;

use crate::attach::Attach;
use crate::duck::Duck;
use crate::http::{Request, sql};
use crate::place::Place;
use crate::report::Report;
use crate::rounds::{Times, bar};
use crate::server::Server;
use crate::services::Services;
use crate::small_table::{self, COUNT};

const ROUNDS: usize = 7;

pub(crate) fn run(place: &Place) -> anyhow::Result<Report> {
    let services = Services::new(place)?;
    let lake = services.lake()?;
    let mut report = Report::default();
    measure(place, "embedded", &place.variables(), &mut report, |home| {
        Attach::embedded(home, true)
    })?;
    measure(place, "PostgreSQL and MinIO", lake.variables(), &mut report, |_| {
        Attach::services(&lake, true)
    })?;
    Ok(report)
}

fn measure(
    place: &Place,
    stores: &str,
    variables: &[(String, String)],
    report: &mut Report,
    attach: impl Fn(&std::path::Path) -> anyhow::Result<Attach>,
) -> anyhow::Result<()> {
    let home = place.fresh("start")?;
    let server = Server::start_on(place, &home, variables)?;
    small_table::put(&server)?;
    server.stop()?;
    let progress = bar(&format!("starts, {stores}"), ROUNDS + 1);
    let mut steps = Steps::default();
    for round in 0..=ROUNDS {
        steps.0.iter_mut().filter(|_| round == 1).for_each(|(_, times)| times.0.clear());
        let server = answers(&mut steps, || Server::start_on(place, &home, variables))?;
        // While it runs, for its process may be the one that has the data files.
        parts(&mut steps, place, &attach(&home)?)?;
        server.stop()?;
        progress.inc(1);
    }
    progress.finish_and_clear();
    for (what, times) in steps.0 {
        report.line(format!("{stores}: {what}"), times.describe());
    }
    Ok(())
}

/// What a client waits for, from the start on.
fn answers(
    steps: &mut Steps,
    start: impl FnOnce() -> anyhow::Result<Server>,
) -> anyhow::Result<Server> {
    let started = Instant::now();
    let server = start()?;
    steps.add("start to listening", started);
    let mut client = server.connect()?;
    client.send(&Request::get("/health"))?;
    steps.add("start to the answer of GET /health", started);
    client.send(&Request::query(&sql(COUNT)))?;
    steps.add("start to the first answer from the lake", started);
    let again = Instant::now();
    client.send(&Request::query(&sql(COUNT)))?;
    steps.add("the second answer from the lake, by itself", again);
    Ok(server)
}

/// The same in a process that has DuckDB's library in memory already.
fn parts(steps: &mut Steps, place: &Place, attach: &Attach) -> anyhow::Result<()> {
    let at = Instant::now();
    let duck = Duck::open()?;
    steps.add("in process: opening DuckDB", at);
    for name in attach.extensions {
        let at = Instant::now();
        duck.load(place, name)?;
        steps.add(&format!("in process: loading {name}"), at);
    }
    let at = Instant::now();
    duck.run(&attach.sql)?;
    duck.run("USE lake")?;
    steps.add("in process: ATTACH", at);
    for which in ["first", "second"] {
        let at = Instant::now();
        duck.fetch(COUNT)?;
        steps.add(&format!("in process: the {which} query"), at);
    }
    Ok(())
}

/// Steps in the order in which they came, with the times of all rounds.
#[derive(Default)]
struct Steps(Vec<(String, Times)>);

impl Steps {
    /// One that began then and is over now.
    fn add(&mut self, what: &str, began: Instant) {
        let time = began.elapsed();
        match self.0.iter_mut().find(|(known, _)| known == what) {
            Some((_, times)) => times.0.push(time),
            None => self.0.push((what.to_owned(), Times(vec![time]))),
        }
    }
}
