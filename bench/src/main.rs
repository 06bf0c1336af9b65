//! Measures Eider against the same work without it: `./dev bench [NAME…] [--write]`.
//!
//! Each row compares two things in one run, in turns, and says their ratio; a number alone says more
//! about the machine than about Eider. `--write` keeps what was measured in `docs/benchmarks.md`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what it measures is for a person to read"
)]

mod append;
mod appenders;
mod arrow_in;
mod arrow_out;
mod attach;
mod cold_start;
mod data;
mod document;
mod duck;
mod export;
mod export_parquet;
mod growth;
mod growth_lakes;
mod http;
mod lambda;
mod load;
mod machine;
mod own_engine;
mod pair;
mod place;
mod plain_appenders;
mod plain_runs;
mod reads;
mod report;
mod request;
mod rounds;
mod runs;
mod select42;
mod server;
mod services;
mod sizes;
mod small_table;
mod start;
mod tpch;

use std::process::ExitCode;

use place::Place;
use report::Report;

/// A row: its name, what it asks, how it is measured.
struct Row(&'static str, &'static str, fn(&Place) -> anyhow::Result<Report>);

const ROWS: [Row; 10] = [
    Row("export", "6 million rows as Arrow and Parquet over HTTP, and in process", export::run),
    Row("append", "100,000 and 5 million rows over HTTP, and by INSERT in process", append::run),
    Row("appenders", "16 clients, a row a request, and 16 connections of DuckDB", appenders::run),
    Row("reads", "a count and a row by its id over HTTP, and in process", reads::run),
    Row("tpch", "the 22 queries of TPC-H over HTTP, and in process", tpch::run),
    Row("select42", "SELECT 42 by 8 connections, beside an empty route", select42::run),
    Row("runs", "runs of one job started and completed over HTTP, and by the SDK", runs::run),
    Row("growth", "listings and a first query, by tables and snapshots", growth::run),
    Row("start", "from a server's start to its answers", start::run),
    Row("sizes", "zips and cold starts of the functions", sizes::run),
];

fn main() -> ExitCode {
    match measure(std::env::args().skip(1).collect()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Success is that every bar was met.
fn measure(mut names: Vec<String>) -> anyhow::Result<ExitCode> {
    let all = names.len();
    names.retain(|name| name != "--write");
    let write = names.len() < all;
    let known = |name: &String| ROWS.iter().any(|Row(row, ..)| row == name);
    if !names.iter().all(known) {
        eprintln!("usage: ./dev bench [NAME…] [--write]\n");
        ROWS.iter().for_each(|Row(name, what, _)| eprintln!("  {name:<10} {what}"));
        return Ok(ExitCode::from(2));
    }
    let place = Place::new()?;
    println!("{}", machine::describe());
    let mut met = true;
    for Row(name, what, run) in ROWS {
        if names.is_empty() || names.iter().any(|asked| asked == name) {
            let report = run(&place)?;
            println!("\n{name}: {what}\n{}", report.as_text());
            met &= report.is_met();
            if write {
                document::write(&place, name, &report)?;
            }
        }
    }
    Ok(if met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
