//! A whole table as Arrow over HTTP, and the same scan and writing in process.

use std::path::Path;

use anyhow::{Context, ensure};
use domain::{Grants, TableName};
use futures::StreamExt;
use service::{Query, QueryEngine, Select};

use crate::arrow_out::{self, Nowhere};
use crate::attach::Attach;
use crate::data;
use crate::duck::Duck;
use crate::export_parquet;
use crate::http::{Client, Request};
use crate::own_engine;
use crate::place::Place;
use crate::report::{Report, megabytes};
use crate::rounds::{Times, Way, interleave, timed, waiting};
use crate::server::Server;

const ROUNDS: usize = 11;
pub(crate) const SQL: &str = "SELECT * FROM lake.lineitem";
const PATH: &str = "/tables/lineitem/data";

pub(crate) fn run(place: &Place) -> anyhow::Result<Report> {
    let home = place.fresh("export")?;
    load(place, &home)?;
    // Another process than the one that took the rows in: its memory is that of the export alone.
    let server = Server::start(place, &home)?;
    let mut client = server.connect()?;
    client.send(&Request::query(br#"{"sql": "SELECT 1"}"#))?;
    let before = server.memory("VmRSS");
    let bytes = check(&mut client)?;

    let engine = own_engine::on_server(place, &home)?;
    let queries = engine.queries(engine.catalog());
    let duck = Duck::attached(place, &Attach::embedded(&home, true)?)?;
    let mut first = Times::default();
    let mut ways: [Way<'_>; 4] = [
        Box::new(|| {
            let answer = client.send(&Request::get(PATH))?;
            ensure!(answer.bytes == bytes, "{} bytes in place of {bytes}", answer.bytes);
            first.0.push(answer.first);
            Ok(answer.whole)
        }),
        Box::new(|| timed(|| whole(place.runtime.block_on(by_engine(&*queries))?))),
        Box::new(|| timed(|| whole(arrow_out::by_chunks(&duck, SQL)?))),
        Box::new(|| timed(|| whole(arrow_out::by_crate(&duck, SQL)?))),
    ];
    let times = interleave("export", ROUNDS, &mut ways)?;
    drop(ways);
    let [http, in_process @ ..] = times.as_slice() else { unreachable!("four ways") };

    let fastest = in_process.iter().map(Times::median).fold(f64::INFINITY, f64::min);
    let mut report = Report::default();
    report.at_least(
        "speed over HTTP, the fastest in process being 1",
        fastest / http.median(),
        0.95,
    );
    first.0.remove(0);
    report.below("first byte of the body, warm, median", first.median(), 20.0, "ms");
    if let (Some(before), Some(most)) = (before, server.memory("VmHWM")) {
        let growth = most.saturating_sub(before) as f64 / 1e6;
        report.below("growth of the server's memory, first export included", growth, 300.0, "MB");
    }
    report.line(format!("over HTTP, {} rows, {}", data::ROWS, megabytes(bytes)), http.describe());
    let names =
        ["Eider's engine", "DuckDB's C API, two threads", "the duckdb crate's stream_arrow"];
    for (name, times) in names.iter().zip(in_process) {
        report.line(format!("in process: {name}"), times.describe());
    }
    // After the memory was looked at: that of the other format is not in it.
    export_parquet::measure(place, &mut client, &duck, &mut report)?;
    Ok(report)
}

/// The rows, appended over HTTP as anyone would.
fn load(place: &Place, home: &Path) -> anyhow::Result<()> {
    let file = std::fs::read(data::table(place, "lineitem")?)?;
    waiting("loading lineitem", || {
        let server = Server::start(place, home)?;
        server.create("lineitem", &data::COLUMNS)?;
        let headers = [("content-type", "application/vnd.apache.parquet")];
        let (method, path) = ("PUT", "/tables/lineitem");
        server.connect()?.send(&Request { method, path, headers: &headers, body: &file })?;
        server.stop()
    })
}

/// Reads the stream as a client would: it holds every row. Answers its length.
fn check(client: &mut Client) -> anyhow::Result<u64> {
    whole(client.arrow_rows(&Request::get(PATH))?)?;
    Ok(client.send(&Request::get(PATH))?.bytes)
}

fn whole(rows: usize) -> anyhow::Result<()> {
    ensure!(rows == data::ROWS, "{rows} rows in place of {}", data::ROWS);
    Ok(())
}

async fn by_engine(engine: &dyn QueryEngine) -> anyhow::Result<usize> {
    let select = Select::table(TableName::parse("lineitem")?);
    let query = Query::of(select, Grants::All);
    let mut rows = engine.query(query).await?;
    let mut nowhere = Nowhere::new(rows.schema)?;
    while let Some(batch) = rows.batches.next().await {
        nowhere.write(&batch.context("the engine")?)?;
    }
    nowhere.end()
}
