//! 16 clients that each append one row a request, and 16 plain DuckLake connections that do the same.

use std::cell::Cell;
use std::time::Duration;

use anyhow::ensure;

use crate::http::{Request, sql};
use crate::load::{self, Together};
use crate::pair::Pair;
use crate::place::Place;
use crate::plain_appenders;
use crate::report::{Report, number, per_second};
use crate::rounds::{Times, Way, interleave, timed};
use crate::server::Server;
use crate::services::Services;

const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_secs(8);
pub(crate) const CLIENTS: usize = 16;
const COLUMNS: [(&str, &str); 3] = [("id", "BIGINT"), ("client", "INTEGER"), ("name", "VARCHAR")];

pub(crate) fn run(place: &Place) -> anyhow::Result<Report> {
    let services = Services::new(place)?;
    let pair = Pair::on(place, &services, "appenders")?;
    pair.create("t", &COLUMNS)?;
    let (mut eider, mut plain) = (Vec::new(), Vec::new());
    let (first, second) = (Cell::new(0), Cell::new(0));
    let mut ways: [Way<'_>; 2] = [
        Box::new(|| timed(|| append(&pair.server, next(&first)).map(|round| eider.push(round)))),
        Box::new(|| {
            let round = next(&second);
            timed(|| plain_appenders::run(&pair.duck, ROUND, round).map(|round| plain.push(round)))
        }),
    ];
    interleave("16 appenders", ROUNDS, &mut ways)?;
    drop(ways);
    check(&pair, &eider, &plain)?;

    let mut report = Report::default();
    let [eider, plain] = [eider, plain].map(|rounds| Together::of(rounds, ROUND));
    report.rate("appends a second, acknowledged", eider.rate, 2000.0);
    report.below("p99", eider.times.percentile(0.99), 150.0, "ms");
    report.at_least("the slowest client, the mean of all being 1", eider.slowest, 0.5);
    report.line("worst wait", format!("{} ms", number(eider.times.percentile(1.0))));
    report.line("plain DuckLake: commits a second", per_second(plain.rate));
    report.line("plain DuckLake: p99", format!("{} ms", number(plain.times.percentile(0.99))));
    report
        .line("plain DuckLake: worst wait", format!("{} ms", number(plain.times.percentile(1.0))));
    report.line("plain DuckLake: the slowest, the mean being 1", number(plain.slowest));
    Ok(report)
}

/// A row that no one else appends.
pub(crate) struct Row {
    pub(crate) id: usize,
    pub(crate) client: usize,
}

impl Row {
    pub(crate) fn of(round: usize, client: usize, nth: usize) -> Self {
        Self { id: (round * CLIENTS + client) * 1_000_000 + nth, client }
    }
}

fn next(round: &Cell<usize>) -> usize {
    round.replace(round.get() + 1)
}

fn append(server: &Server, round: usize) -> anyhow::Result<Vec<Times>> {
    let headers = [("content-type", "application/x-ndjson")];
    load::run(server.host(), CLIENTS, ROUND, &|client, nth, into| {
        let Row { id, client } = Row::of(round, client, nth);
        let body = format!("{{\"id\":{id},\"client\":{client},\"name\":\"row {nth}\"}}\n");
        let body = body.as_bytes();
        let request = Request { method: "PUT", path: "/tables/t", headers: &headers, body };
        into.extend_from_slice(request.head(server.host()).as_bytes());
        into.extend_from_slice(body);
    })
}

const QUERY: &str = "SELECT count(*) AS rows, count(DISTINCT id) AS ids FROM t";

/// Every row that was acknowledged is there, once, and none beside them: each has an id of its own.
fn check(pair: &Pair, eider: &[Vec<Times>], plain: &[Vec<Times>]) -> anyhow::Result<()> {
    let sum = |rounds: &[Vec<Times>]| rounds.iter().flatten().map(|times| times.0.len()).sum();
    let (acknowledged, committed): (usize, usize) = (sum(eider), sum(plain));
    let answer = pair.server.connect()?.text(&Request::query(&sql(QUERY)))?;
    let expected = format!("{{\"rows\":{acknowledged},\"ids\":{acknowledged}}}");
    ensure!(answer.contains(&expected), "acknowledged {acknowledged}, but there: {answer}");
    let there = pair.duck.number("SELECT count(DISTINCT id) FROM lake.t")?;
    ensure!(there == committed as u64, "committed {committed}, but {there} are there");
    Ok(())
}
