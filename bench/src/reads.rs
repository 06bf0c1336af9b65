//! Small reads over HTTP, and by a plain DuckDB connection, on one lake on PostgreSQL and MinIO.

use std::cell::Cell;

use anyhow::ensure;

use crate::attach::Attach;
use crate::duck::Duck;
use crate::http::{Client, Request, sql};
use crate::place::Place;
use crate::report::Report;
use crate::rounds::{Way, interleave, timed};
use crate::server::Server;
use crate::services::Services;
use crate::small_table::{self, COUNT};

const ROUNDS: usize = 300;

pub(crate) fn run(place: &Place) -> anyhow::Result<Report> {
    let services = Services::new(place)?;
    let lake = services.lake()?;
    let server = Server::start_on(place, &place.fresh("reads")?, lake.variables())?;
    small_table::put(&server)?;
    let duck = Duck::attached(place, &Attach::services(&lake, true)?)?;
    duck.run("USE lake")?;
    duck.run_raw("USE lake")?;
    let mut client = server.connect()?;
    check(&mut client, &duck)?;

    // Another row each time.
    let next = Cell::new(0);
    let point = |step: usize| {
        next.set((next.get() + step) % small_table::ROWS);
        format!("SELECT * FROM t WHERE id = {}", next.get())
    };
    let (mut first, mut second) = (server.connect()?, server.connect()?);
    let mut ways: [Way<'_>; 6] = [
        Box::new(|| Ok(first.send(&Request::query(&sql(COUNT)))?.whole)),
        Box::new(|| timed(|| one_row(&duck, COUNT))),
        Box::new(|| timed(|| duck.run_raw(COUNT))),
        Box::new(|| Ok(second.send(&Request::query(&sql(&point(37))))?.whole)),
        Box::new(|| timed(|| one_row(&duck, &point(37)))),
        Box::new(|| timed(|| duck.run_raw(&point(37)))),
    ];
    let times = interleave("reads", ROUNDS, &mut ways)?;
    drop(ways);

    let mut report = Report::default();
    let bars = [("count(*)", 0.75), ("one row by id", 0.85)];
    for ((name, bar), times) in bars.into_iter().zip(times.chunks(3)) {
        let ratio = times[0].median() / times[1].median();
        report.at_most(format!("{name}: time over HTTP, plain DuckDB's being 1"), ratio, bar);
        report.line(format!("{name}: over HTTP"), times[0].describe());
        report.line(format!("{name}: plain DuckDB"), times[1].describe());
        report.line(format!("{name}: plain DuckDB, unprepared"), times[2].describe());
    }
    Ok(report)
}

/// Prepares it, runs it in a transaction of its own, and fetches its one row.
fn one_row(duck: &Duck, sql: &str) -> anyhow::Result<()> {
    let rows = duck.fetch(sql)?;
    ensure!(rows == 1, "{rows} rows: {sql}");
    Ok(())
}

/// Both see the same table.
fn check(client: &mut Client, duck: &Duck) -> anyhow::Result<()> {
    for (query, part) in [
        (COUNT, format!("{}", small_table::ROWS)),
        ("SELECT * FROM t WHERE id = 4711", "\"id\":4711".to_owned()),
    ] {
        let answer = client.text(&Request::query(&sql(query)))?;
        ensure!(answer.contains(&part), "{query} answers {answer}");
        one_row(duck, query)?;
    }
    Ok(())
}
