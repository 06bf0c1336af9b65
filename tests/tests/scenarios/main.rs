//! Eider as its clients see it: one sentence, one scenario, on every way of running it.
//!
//! `./dev test embedded|services|stack [NAME]`, or by hand, after a release build:
//! `EIDER_TEST_WAY=services EIDER_TEST_SERVICES=.cache/services cargo test --test scenarios -- NAME`.
//! A scenario that is not for a way of running says so where its theme lists it, and is counted as
//! ignored; the end of the run names each with its reason.

#![expect(clippy::disallowed_methods, reason = "tests ask their surroundings and make names up")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "docs/soak.md keeps what was found")]

#[macro_use]
mod harness;

use std::process::ExitCode;

use harness::scenario::{RUNTIME, Scenario};
use harness::way::Way;
use harness::{app, leftovers, server};

mod alter;
mod append;
mod bad_bodies;
mod broken_streams;
mod cast_types;
mod clients;
mod conventions;
mod corpora;
mod create_from;
mod create_refused;
mod definitions;
mod events;
mod exact;
mod examples;
mod expired;
mod faults;
mod flights;
mod function_faults;
mod functions;
mod guard;
mod idempotency;
mod in_runs;
mod invalid_text;
mod isolation;
mod jobs;
mod jobs_refused;
mod kills;
mod limits;
mod logs;
mod lost_commits;
mod memory;
mod migrate;
mod modes;
mod names;
mod negotiation;
mod packed_answers;
mod paging;
mod parameters;
mod past;
mod processes;
mod query;
mod query_refused;
mod reads;
mod round_trips;
mod schemathesis;
mod settings;
mod slow_clients;
mod sources;
mod start;
mod state_faults;
mod streams;
mod system;
mod tables;
mod text_bodies;
mod tpch;
mod types;
mod unfinished_bodies;
mod unreadable;
mod uuids;
mod views;
mod whole_snapshots;
mod zones;

fn all() -> Vec<Scenario> {
    [
        alter::all(),
        append::all(),
        bad_bodies::all(),
        broken_streams::all(),
        cast_types::all(),
        clients::all(),
        conventions::all(),
        corpora::all(),
        create_from::all(),
        create_refused::all(),
        definitions::all(),
        events::all(),
        exact::all(),
        expired::all(),
        examples::all(),
        faults::all(),
        flights::all(),
        function_faults::all(),
        functions::all(),
        guard::all(),
        idempotency::all(),
        in_runs::all(),
        invalid_text::all(),
        isolation::all(),
        jobs::all(),
        jobs_refused::all(),
        kills::all(),
        limits::all(),
        logs::all(),
        lost_commits::all(),
        memory::all(),
        migrate::all(),
        modes::all(),
        names::all(),
        negotiation::all(),
        packed_answers::all(),
        paging::all(),
        parameters::all(),
        past::all(),
        processes::all(),
        query::all(),
        query_refused::all(),
        reads::all(),
        round_trips::all(),
        schemathesis::all(),
        settings::all(),
        slow_clients::all(),
        sources::all(),
        start::all(),
        state_faults::all(),
        streams::all(),
        system::all(),
        tables::all(),
        text_bodies::all(),
        tpch::all(),
        types::all(),
        unfinished_bodies::all(),
        unreadable::all(),
        uuids::all(),
        views::all(),
        whole_snapshots::all(),
        zones::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn main() -> ExitCode {
    let mut arguments = libtest_mimic::Arguments::from_args();
    // Many wait: for time-outs, for servers that start.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    arguments.test_threads.get_or_insert(2 * cores);
    let way = Way::current();
    // The place and the words; the failures are told once more at the end.
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    stop_servers_when_interrupted();
    let scenarios = all();
    let left_out: Vec<String> = scenarios.iter().filter_map(|s| s.left_out(way)).collect();
    let trials = scenarios.into_iter().map(|scenario| scenario.into_trial(way)).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    app::stop_shared();
    if !arguments.list && arguments.filter.is_none() && !left_out.is_empty() {
        println!("not for this way ({way}):\n  {}\n", left_out.join("\n  "));
    }
    conclusion.exit_code()
}

fn stop_servers_when_interrupted() {
    RUNTIME.spawn(async {
        let mut terminate =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
                .expect("a signal");
        tokio::select! {
            _ = tokio::signal::ctrl_c() => (),
            _ = terminate.recv() => (),
        }
        server::kill_all();
        leftovers::remove_all();
        std::process::exit(130);
    });
}
