//! Connections of one DuckDB that each commit one row after another to one table of its lake.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use duckdb::Connection;

use crate::appenders::{CLIENTS, Row};
use crate::duck::Duck;
use crate::rounds::Times;

/// Lets all of them go on for so long, each to the end of its last commit; answers each one's times.
/// A commit that fails all of its tries is an error.
pub(crate) fn run(duck: &Duck, length: Duration, round: usize) -> anyhow::Result<Vec<Times>> {
    duck.run("SET GLOBAL ducklake_max_retry_count = 100")?;
    let connect = |_| duck.connection.try_clone();
    let connections: Vec<Connection> = (0..CLIENTS).map(connect).collect::<Result<_, _>>()?;
    thread::scope(|scope| {
        let start =
            |(client, connection)| scope.spawn(move || one(connection, length, round, client));
        let running: Vec<_> = connections.into_iter().enumerate().map(start).collect();
        let ended = running.into_iter().map(|client| client.join());
        ended.map(|ended| ended.unwrap_or_else(|_| anyhow::bail!("a client panicked"))).collect()
    })
}

fn one(
    connection: Connection,
    length: Duration,
    round: usize,
    client: usize,
) -> anyhow::Result<Times> {
    let mut times = Times::default();
    let started = Instant::now();
    while started.elapsed() < length {
        let nth = times.0.len();
        let Row { id, client } = Row::of(round, client, nth);
        let at = Instant::now();
        let sql = format!("INSERT INTO lake.t VALUES ({id}, {client}, 'row {nth}')");
        connection.execute_batch(&sql).context("plain DuckLake")?;
        times.0.push(at.elapsed());
    }
    Ok(times)
}
