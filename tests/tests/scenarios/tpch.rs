//! TPC-H's queries give over HTTP what they give in DuckDB.

use crate::clients::{extensions, python, said};
use crate::harness::app::shared;
use crate::harness::http::unique;
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![the_22_answers_are_those_of_duckdb]
}

async fn the_22_answers_are_those_of_duckdb() {
    let mut command = python("tpch.py");
    command.env("EIDER_EXTENSION_DIR", extensions()).env("EIDER_SCHEMA", unique("tpch"));
    println!("{}", said(&*shared().await, command).await.trim());
}
