//! `SELECT 42` by 8 connections that are kept, beside a route that does nothing.

use std::time::Duration;

use crate::http::Request;
use crate::load::{self, Together};
use crate::place::Place;
use crate::report::{Report, number, per_second};
use crate::rounds::{Way, interleave, timed};
use crate::server::Server;

const ROUNDS: usize = 5;
const CONNECTIONS: usize = 8;
const ROUND: Duration = Duration::from_secs(2);

pub(crate) fn run(place: &Place) -> anyhow::Result<Report> {
    let server = Server::start(place, &place.fresh("select42")?)?;
    let query = Request::query(br#"{"sql": "SELECT 42 AS answer"}"#);
    let requests = [("SELECT 42", query), ("GET /", Request::get("/"))];
    let mut found = [Vec::new(), Vec::new()];
    let mut ways: Vec<Way<'_>> = Vec::new();
    for ((_, request), rounds) in requests.iter().zip(&mut found) {
        let mut sent = request.head(server.host()).into_bytes();
        sent.extend_from_slice(request.body);
        let server = &server;
        let write = move |_, _, into: &mut Vec<u8>| into.extend_from_slice(&sent);
        ways.push(Box::new(move || {
            timed(|| {
                rounds.push(load::run(server.host(), CONNECTIONS, ROUND, &write)?);
                Ok(())
            })
        }));
    }
    interleave("SELECT 42", ROUNDS, &mut ways)?;
    drop(ways);

    let mut report = Report::default();
    let [query, empty] = found.map(|rounds| Together::of(rounds, ROUND));
    report.rate(format!("SELECT 42, {CONNECTIONS} connections"), query.rate, 10_000.0);
    report.below("SELECT 42, p99", query.times.percentile(0.99), 3.0, "ms");
    let slow = empty.times.percentile(0.99);
    report.line(format!("GET /, {CONNECTIONS} connections"), per_second(empty.rate));
    report.line("SELECT 42, p50", format!("{} ms", number(query.times.median())));
    report.line(
        "GET /, p50 and p99",
        format!("{} ms, {} ms", number(empty.times.median()), number(slow)),
    );
    let share = query.rate / empty.rate;
    report.line("rate of SELECT 42, the empty route's being 1", format!("{share:.3}"));
    Ok(report)
}
