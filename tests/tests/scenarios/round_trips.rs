//! Every type in every format: read by real clients, and sent back by them.

use crate::clients::{extensions, node, python, said};
use crate::harness::app::shared;
use crate::harness::http::unique;
use crate::harness::leftovers;
use crate::harness::scenario::Scenario;
use crate::harness::way::{SERVERS, repository};

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only SERVERS, "the same rows of the same routers, a thousand requests long";
        what_clients_carry_comes_back_as_it_was_and_the_rest_is_documented,
    ]
}

async fn what_clients_carry_comes_back_as_it_was_and_the_rest_is_documented() {
    let folder = leftovers::folder("eider-round-trips-");
    let script = std::fs::read_to_string(repository("tests/clients/round_trips.mjs"));
    node(folder.path(), &script.expect("round_trips.mjs"));
    let mut command = python("round_trips.py");
    command.env("EIDER_NODE", folder.path().join("script.mjs"));
    command.env("EIDER_EXTENSION_DIR", extensions()).env("EIDER_PREFIX", unique("trip"));
    println!("{}", said(&*shared().await, command).await.trim());
}
