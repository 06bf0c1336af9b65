//! Rows appended over HTTP, and the same INSERT in process, each into a lake of its own of the same
//! kind.

use std::time::Duration;

use anyhow::ensure;

use crate::arrow_in;
use crate::data::{self, Sample};
use crate::http::{Client, Request};
use crate::pair::Pair;
use crate::place::Place;
use crate::report::{Report, megabytes};
use crate::rounds::{Times, Way, interleave, timed};
use crate::services::Services;

const ARROW: &str = "application/vnd.apache.arrow.stream";
const PARQUET: &str = "application/vnd.apache.parquet";

/// How many rows, as people write it, in how many rounds.
const SIZES: [(usize, &str, usize); 2] =
    [(100_000, "100,000 rows", 21), (5_000_000, "5 million rows", 3)];

pub(crate) fn run(place: &Place) -> anyhow::Result<Report> {
    let services = Services::new(place)?;
    let mut report = Report::default();
    for (rows, size, rounds) in SIZES {
        let sample = Sample::of(place, rows, &place.fresh("sample")?)?;
        let pair = Pair::on(place, &services, "append")?;
        let found = measure(&pair, &sample, rounds)?;
        found.tell(&mut report, &format!("{size}, PostgreSQL and MinIO"), Some(0.9));
        drop(pair);
        let pair = Pair::embedded(place, "append")?;
        let found = measure(&pair, &sample, rounds)?;
        found.tell(&mut report, &format!("{size}, embedded"), None);
    }
    Ok(report)
}

/// Of one kind of stores.
struct Found {
    /// Over HTTP and in process, as Arrow and as Parquet.
    times: Vec<Times>,
    /// Bytes of both bodies.
    bodies: [u64; 2],
    /// Bytes of the server's memory.
    growth: Option<u64>,
}

fn measure(pair: &Pair, sample: &Sample, rounds: usize) -> anyhow::Result<Found> {
    let Pair { server, duck, .. } = pair;
    for table in ["by_arrow", "by_parquet"] {
        pair.create(table, &data::COLUMNS)?;
    }
    let file = sample.file.display().to_string();
    let from_file = format!("INSERT INTO lake.by_parquet FROM read_parquet('{file}')");
    let from_view = "INSERT INTO lake.by_arrow FROM memory.main.sample";
    let before = server.memory("VmRSS");
    let (mut arrow, mut parquet) = (server.connect()?, server.connect()?);
    let mut ways: [Way<'_>; 4] = [
        Box::new(|| put(&mut arrow, "by_arrow", ARROW, &sample.arrow)),
        Box::new(|| {
            let sql = ["BEGIN", from_view, "COMMIT"];
            timed(|| arrow_in::with_view(duck, "sample", &sample.batches, &sql))
        }),
        Box::new(|| put(&mut parquet, "by_parquet", PARQUET, &sample.parquet)),
        Box::new(|| timed(|| duck.run(&format!("BEGIN; {from_file}; COMMIT")))),
    ];
    let times = interleave("append", rounds, &mut ways)?;
    drop(ways);
    let growth = before.zip(server.memory("VmHWM")).map(|(before, most)| most - before);
    check(pair, (rounds + 1) * sample.rows)?;
    let bodies = [&sample.arrow, &sample.parquet].map(|body| body.len() as u64);
    Ok(Found { times, bodies, growth })
}

fn put(
    client: &mut Client,
    table: &str,
    media_type: &str,
    body: &[u8],
) -> anyhow::Result<Duration> {
    let path = format!("/tables/{table}");
    let headers = [("content-type", media_type)];
    let request = Request { method: "PUT", path: &path, headers: &headers, body };
    Ok(client.send(&request)?.whole)
}

/// Both lakes hold every row of every round.
fn check(pair: &Pair, expected: usize) -> anyhow::Result<()> {
    let expected = expected as u64;
    for table in ["by_arrow", "by_parquet"] {
        let over_http = pair.server.row_count(table)?;
        ensure!(over_http == expected, "the server's {table} holds {over_http} rows");
        let own = pair.duck.number(&format!("SELECT count(*) FROM lake.{table}"))?;
        ensure!(own == expected, "the other {table} holds {own} rows");
    }
    Ok(())
}

impl Found {
    fn tell(&self, report: &mut Report, on: &str, bar: Option<f64>) {
        let forms = ["Arrow", "Parquet"].into_iter().zip(self.times.chunks(2)).zip(self.bodies);
        for ((form, times), bytes) in forms {
            let ratio = times[1].median() / times[0].median();
            let what = format!("{on}, {form}: speed over HTTP, in process being 1");
            match bar {
                Some(bar) => report.at_least(what, ratio, bar),
                None => report.line(what, format!("{ratio:.2}")),
            }
            let what = format!("{on}, {form}: over HTTP, {}", megabytes(bytes));
            report.line(what, times[0].describe());
            report.line(format!("{on}, {form}: INSERT in process"), times[1].describe());
        }
        if let Some(growth) = self.growth {
            report.line(format!("{on}: growth of the server's memory"), megabytes(growth));
        }
    }
}
