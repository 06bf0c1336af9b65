//! The 22 queries of TPC-H over HTTP, and the same by DuckDB in process, on one lake.

use std::path::Path;

use anyhow::ensure;

use crate::attach::Attach;
use crate::data;
use crate::duck::Duck;
use crate::http::{self, Client, Request};
use crate::place::Place;
use crate::report::{Report, number};
use crate::rounds::{Times, Way, interleave, timed, waiting};
use crate::server::Server;

const ROUNDS: usize = 5;
/// A query that is slower than this by itself is told.
const TOLD: f64 = 1.2;

pub(crate) fn run(place: &Place) -> anyhow::Result<Report> {
    let home = place.fresh("tpch")?;
    load(place, &home)?;
    let server = Server::start(place, &home)?;
    let mut client = server.connect()?;
    // As many threads and as much memory as the server's.
    let duck = Duck::attached(place, &Attach::embedded(&home, true)?)?;
    duck.run("USE lake")?;

    let mut found = Vec::new();
    for (number, sql) in (1..).zip(queries(place)?) {
        let times = measure(&mut client, &duck, number, &sql)?;
        found.push((times[0].median() / times[1].median(), number, times));
    }
    let mean = found.iter().map(|(ratio, ..)| ratio.ln()).sum::<f64>() / found.len() as f64;
    found.sort_by(|one, other| other.0.total_cmp(&one.0));

    let mut report = Report::default();
    let what = "time over HTTP, in process being 1, geometric mean of 22 queries";
    report.at_most(what, mean.exp(), 1.05);
    for way in [0, 1] {
        let sum: f64 = found.iter().map(|(.., times)| times[way].median()).sum();
        let name = ["over HTTP", "in process"][way];
        report.line(format!("sum of the medians, {name}"), format!("{sum:.0} ms"));
    }
    for (at, (ratio, query, times)) in found.iter().enumerate() {
        if at == 0 || *ratio > TOLD {
            let what = if at == 0 { " (the worst)" } else { "" };
            let [http, own] = [0, 1].map(|way| number(times[way].median()));
            report.line(
                format!("Q{query}{what}"),
                format!("{} ({http} and {own} ms)", number(*ratio)),
            );
        }
    }
    Ok(report)
}

/// Every table, made over HTTP of its Parquet file.
fn load(place: &Place, home: &Path) -> anyhow::Result<()> {
    let server = Server::start(place, home)?;
    for name in data::TABLES {
        let file = std::fs::read(data::table(place, name)?)?;
        waiting(&format!("loading {name}"), || {
            let headers = [("content-type", "application/vnd.apache.parquet")];
            let path = format!("/tables?name={name}");
            let request = Request { method: "POST", path: &path, headers: &headers, body: &file };
            server.connect()?.send(&request)
        })?;
    }
    server.stop()
}

/// As the extension has them.
fn queries(place: &Place) -> anyhow::Result<Vec<String>> {
    let duck = Duck::open()?;
    duck.load(place, "tpch")?;
    let mut statement =
        duck.connection.prepare("SELECT query FROM tpch_queries() ORDER BY query_nr")?;
    let texts = statement.query_map([], |row| row.get::<_, String>(0))?;
    Ok(texts
        .map(|text| Ok(text?.trim().trim_end_matches(';').to_owned()))
        .collect::<Result<_, duckdb::Error>>()?)
}

/// Over HTTP and in process; all rows are fetched.
fn measure(
    client: &mut Client,
    duck: &Duck,
    number: usize,
    sql: &str,
) -> anyhow::Result<Vec<Times>> {
    let body = http::sql(sql);
    let headers =
        [("content-type", "application/json"), ("accept", "application/vnd.apache.arrow.stream")];
    let request = Request { method: "POST", path: "/query", headers: &headers, body: &body };
    let (over_http, own) = (client.arrow_rows(&request)?, duck.fetch(sql)?);
    ensure!(over_http == own, "Q{number}: {over_http} rows over HTTP, {own} in process");
    let mut ways: [Way<'_>; 2] = [
        Box::new(|| Ok(client.send(&request)?.whole)),
        Box::new(|| timed(|| duck.fetch(sql).map(drop))),
    ];
    interleave(&format!("Q{number}"), ROUNDS, &mut ways)
}
