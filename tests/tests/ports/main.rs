//! The ports, on everything that keeps them; and what callers with grants may touch, over
//! HTTP. In process, on real stores: a part of plain `cargo test`, with what `./dev test unit` starts.

#![expect(clippy::disallowed_methods, reason = "tests ask their surroundings")]

mod callers;
mod grants;
mod items;
mod lakes;
mod objects;

use testkit::conformance;

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_stores_keep_the_ports_of_a_lake() {
    let lake = lakes::embedded().await;
    conformance::lake(lake.ports().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_and_s3_keep_the_ports_of_a_lake() {
    let lake = lakes::services().await;
    conformance::lake(lake.ports().await).await;
}
