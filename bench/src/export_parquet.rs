//! A whole table as Parquet over HTTP, and by COPY to a local file in process.

use std::fs::File;
use std::io;
use std::path::Path;

use anyhow::ensure;

use crate::data;
use crate::duck::Duck;
use crate::export::SQL;
use crate::http::{Client, Request};
use crate::place::Place;
use crate::report::{Report, megabytes};
use crate::rounds::{Way, interleave, timed};

const ROUNDS: usize = 7;
const PATH: &str = "/tables/lineitem/data?format=parquet";

/// Adds its lines.
pub(crate) fn measure(
    place: &Place,
    client: &mut Client,
    duck: &Duck,
    report: &mut Report,
) -> anyhow::Result<()> {
    let file = place.fresh("export-parquet")?.join("own.parquet");
    let bytes = check(client, duck, &file.with_extension("http"))?;
    let own = file.display().to_string();
    // What the server writes: Snappy.
    let copy = format!("COPY ({SQL}) TO '{own}' (FORMAT parquet, COMPRESSION snappy)");
    let in_order = |ordered: bool| {
        duck.run(&format!("SET preserve_insertion_order = {ordered}"))?;
        timed(|| duck.run(&copy))
    };
    let mut ways: [Way<'_>; 3] = [
        Box::new(|| Ok(client.send(&Request::get(PATH))?.whole)),
        Box::new(|| in_order(true)),
        Box::new(|| in_order(false)),
    ];
    let times = interleave("export as Parquet", ROUNDS, &mut ways)?;
    drop(ways);
    let own = std::fs::metadata(&file)?.len();
    let fastest = times[1].median().min(times[2].median());
    let ratio = fastest / times[0].median();
    report.at_least("Parquet: speed over HTTP, the fastest COPY in process being 1", ratio, 0.9);
    report.line(format!("Parquet: over HTTP, {}", megabytes(bytes)), times[0].describe());
    let what = format!("Parquet: COPY to a file, {}", megabytes(own));
    report.line(what, times[1].describe());
    report.line("Parquet: COPY, rows in any order", times[2].describe());
    Ok(())
}

/// What is sent is a Parquet file of every row. Answers its length.
fn check(client: &mut Client, duck: &Duck, file: &Path) -> anyhow::Result<u64> {
    let bytes = io::copy(&mut client.begin(&Request::get(PATH))?, &mut File::create(file)?)?;
    let rows = duck.number(&format!("SELECT count(*) FROM read_parquet('{}')", file.display()))?;
    ensure!(rows == data::ROWS as u64, "{rows} rows in place of {}", data::ROWS);
    std::fs::remove_file(file)?;
    Ok(bytes)
}
