//! 100,000 rows appended over HTTP, and the same INSERT in process, each into a lake of its own on
//! SQLite and the same kind of S3.

use std::time::Duration;

use anyhow::ensure;
use config::EmbeddedStorageConfig;
use embedded::ObjectServer;

use crate::arrow_in;
use crate::data::{self, Sample};
use crate::duck::Duck;
use crate::http::{Client, Request};
use crate::place::Place;
use crate::report::{Report, megabytes};
use crate::rounds::{Way, interleave, timed};
use crate::server::Server;

const ROUNDS: usize = 21;
const ROWS: usize = 100_000;
const ARROW: &str = "application/vnd.apache.arrow.stream";
const PARQUET: &str = "application/vnd.apache.parquet";

pub(crate) fn run(place: &Place) -> anyhow::Result<Report> {
    let server = Server::start(place, &place.fresh("append")?)?;
    let own_home = place.fresh("append-own")?;
    // Stores as Eider makes them, then served by this process alone.
    Server::start(place, &own_home)?.stop()?;
    let objects = place.runtime.block_on(ObjectServer::start(&EmbeddedStorageConfig {
        folder: own_home.join("objects"),
        keys: own_home.join("s3.json"),
        bucket: "eider".to_owned(),
    }))?;
    let duck = Duck::attach(place, &own_home, false)?;
    for table in ["by_arrow", "by_parquet"] {
        server.create(table, &data::COLUMNS)?;
        let columns = data::COLUMNS.map(|(name, r#type)| format!("{name} {type}")).join(", ");
        duck.run(&format!("CREATE TABLE lake.{table} ({columns})"))?;
    }
    let sample = Sample::of(place, ROWS, &own_home)?;
    let file = sample.file.display().to_string();
    let from_file = format!("INSERT INTO lake.by_parquet FROM read_parquet('{file}')");
    let from_view = "INSERT INTO lake.by_arrow FROM memory.main.sample";

    let (mut arrow, mut parquet) = (server.connect()?, server.connect()?);
    let mut ways: [Way<'_>; 4] = [
        Box::new(|| put(&mut arrow, "by_arrow", ARROW, &sample.arrow)),
        Box::new(|| {
            let sql = ["BEGIN", from_view, "COMMIT"];
            timed(|| arrow_in::with_view(&duck, "sample", &sample.batches, &sql))
        }),
        Box::new(|| put(&mut parquet, "by_parquet", PARQUET, &sample.parquet)),
        Box::new(|| timed(|| duck.run(&format!("BEGIN; {from_file}; COMMIT")))),
    ];
    let times = interleave("append", ROUNDS, &mut ways)?;
    drop(ways);
    check(&mut arrow, &duck)?;
    drop((duck, objects));

    let mut report = Report::default();
    let bodies = [("Arrow", &sample.arrow, &times[..2]), ("Parquet", &sample.parquet, &times[2..])];
    for (name, body, times) in bodies {
        let ratio = times[1].median() / times[0].median();
        report.at_least(format!("{name}: speed over HTTP, in process being 1"), ratio, 0.8);
        let what = format!("{name}: over HTTP, {ROWS} rows, {}", megabytes(body.len() as u64));
        report.line(what, times[0].describe());
        report.line(format!("{name}: INSERT in process"), times[1].describe());
    }
    Ok(report)
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
fn check(client: &mut Client, duck: &Duck) -> anyhow::Result<()> {
    let expected = (ROUNDS + 1) * ROWS;
    for table in ["by_arrow", "by_parquet"] {
        let answer = client.text(&Request::get(&format!("/tables/{table}")))?;
        let over_http = serde_json::from_str::<serde_json::Value>(&answer)?["row_count"].as_u64();
        ensure!(over_http == Some(expected as u64), "the server's {table} holds {over_http:?}");
        let sql = format!("SELECT count(*) FROM lake.{table}");
        let own: usize = duck.connection.query_row(&sql, [], |row| row.get(0))?;
        ensure!(own == expected, "the other {table} holds {own} rows");
    }
    Ok(())
}
