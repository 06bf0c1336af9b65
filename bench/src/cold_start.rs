//! From nothing to an answer: each function as a process, started anew in each round.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::Value;

use crate::lambda::Function;
use crate::own_engine;
use crate::place::Place;
use crate::report::Report;
use crate::rounds::{Times, bar};
use crate::services::Services;

const ROUNDS: usize = 7;

/// A function, its memory as the template has it, and the event that it is given twice.
const FUNCTIONS: [(&str, u32, &str); 5] = [
    ("system", 256, "get_health"),
    ("jobs", 256, "list_jobs"),
    ("tables", 2048, "list_tables"),
    ("tables", 2048, "append_table"),
    ("rows", 3008, "run_query"),
];

/// Adds its lines.
pub(crate) fn measure(place: &Place, report: &mut Report) -> anyhow::Result<()> {
    let services = Services::new(place)?;
    let lake = services.lake()?;
    let variables = lake.variables();
    let create = event(place, "tables", "create_table", 0)?;
    Function::start(place, "tables", 2048, variables)?.invoke(&create)?;

    let progress = bar("cold starts", ROUNDS * (FUNCTIONS.len() + 1));
    let mut opened = Times::default();
    let mut found = vec![[const { Vec::new() }; 3]; FUNCTIONS.len()];
    for round in 1..=ROUNDS {
        opened.0.push(open(place, variables)?);
        progress.inc(1);
        for ((name, megabytes, of), times) in FUNCTIONS.iter().zip(&mut found) {
            let mut function = Function::start(place, name, *megabytes, variables)?;
            let [init, first, second] = times;
            init.push(function.init);
            first.push(function.invoke(&event(place, name, of, 2 * round)?)?);
            second.push(function.invoke(&event(place, name, of, 2 * round + 1)?)?);
            progress.inc(1);
        }
    }
    progress.finish_and_clear();
    report.line("opening the engine (DuckDB, extensions, the lake)", opened.describe());
    for ((name, _, of), times) in FUNCTIONS.iter().zip(found) {
        let [init, first, second] = times.map(Times);
        report
            .line(format!("{name}: init, from its start to asking for an event"), init.describe());
        report.line(format!("{name}: first answer, {of}"), first.describe());
        report.line(format!("{name}: second answer, {of}"), second.describe());
    }
    Ok(())
}

/// The engine alone, in this process: DuckDB's library is in memory already.
fn open(place: &Place, variables: &[(String, String)]) -> anyhow::Result<Duration> {
    let engine = own_engine::on(variables.iter().cloned())?;
    let started = Instant::now();
    place.runtime.block_on(engine.warm_up())?;
    Ok(started.elapsed())
}

/// An event as AWS would send it; a write's key is of this round alone.
fn event(place: &Place, function: &str, name: &str, round: usize) -> anyhow::Result<Value> {
    let file = place.root.join(format!("events/{function}/{name}.json"));
    let text = fs::read(&file).with_context(|| format!("{}", file.display()))?;
    let mut event: Value = serde_json::from_slice(&text)?;
    if let Some(key) = event.pointer_mut("/headers/idempotency-key") {
        *key = format!("bench-{round}").into();
    }
    Ok(event)
}
