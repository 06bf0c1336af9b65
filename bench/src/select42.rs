//! `SELECT 42` by 8 connections that are kept, beside a route that does nothing.

use std::thread;
use std::time::{Duration, Instant};

use crate::http::{Client, Request};
use crate::place::Place;
use crate::report::Report;
use crate::rounds::{Times, Way, interleave, timed};
use crate::server::Server;

const ROUNDS: usize = 5;
const CONNECTIONS: usize = 8;
const ROUND: Duration = Duration::from_secs(2);

pub(crate) fn run(place: &Place) -> anyhow::Result<Report> {
    let server = Server::start(place, &place.fresh("select42")?)?;
    let headers = [("content-type", "application/json"), ("accept", "application/json")];
    let body = br#"{"sql": "SELECT 42 AS answer"}"#;
    let query = Request { method: "POST", path: "/query", headers: &headers, body };
    let empty = Request::get("/");
    let requests = [("SELECT 42", &query), ("GET /", &empty)];

    let mut found = [Vec::new(), Vec::new()];
    let [of_query, of_empty] = &mut found;
    let mut ways: [Way<'_>; 2] = [
        Box::new(|| timed(|| all(&server, &query).map(|times| of_query.push(times)))),
        Box::new(|| timed(|| all(&server, &empty).map(|times| of_empty.push(times)))),
    ];
    interleave("SELECT 42", ROUNDS, &mut ways)?;
    drop(ways);

    let mut report = Report::default();
    let mut rates = Vec::new();
    for ((name, _), mut rounds) in requests.into_iter().zip(found) {
        rounds.remove(0);
        let requests: usize = rounds.iter().map(|times| times.0.len()).sum();
        let rate = requests as f64 / (ROUND * ROUNDS as u32).as_secs_f64();
        let times = Times(rounds.into_iter().flat_map(|times| times.0).collect());
        report.line(format!("{name}, {CONNECTIONS} connections"), format!("{rate:.0} a second"));
        let (middle, slow) = (times.median(), times.percentile(0.99));
        report.line(format!("{name}, p50 and p99"), format!("{middle:.2} ms, {slow:.2} ms"));
        rates.push(rate);
    }
    let share = rates[0] / rates[1];
    report.line("rate of SELECT 42, the empty route's being 1", format!("{share:.3}"));
    Ok(report)
}

/// All connections at once, for one round.
fn all(server: &Server, request: &Request<'_>) -> anyhow::Result<Times> {
    let connect = |_| server.connect();
    let clients: Vec<Client> = (0..CONNECTIONS).map(connect).collect::<Result<_, _>>()?;
    thread::scope(|scope| {
        let start = |client| scope.spawn(move || one(client, request));
        let running: Vec<_> = clients.into_iter().map(start).collect();
        let mut times = Times::default();
        for client in running {
            let ended = client.join();
            times.0.extend(ended.unwrap_or_else(|_| anyhow::bail!("a client panicked"))?);
        }
        Ok(times)
    })
}

fn one(mut client: Client, request: &Request<'_>) -> anyhow::Result<Vec<Duration>> {
    let started = Instant::now();
    let mut times = Vec::new();
    while started.elapsed() < ROUND {
        times.push(client.send(request)?.whole);
    }
    Ok(times)
}
