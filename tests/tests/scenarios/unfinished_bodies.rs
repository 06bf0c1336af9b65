//! What a server that was killed had spooled is removed by the next one, and what one in use has is not.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::harness::app::App;
use crate::harness::http::{ARROW, path_of, unique};
use crate::harness::lake::Lake;
use crate::harness::poll::until;
use crate::harness::raw::Raw;
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::way::{SERVERS, Way};

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only SERVERS, "the server's process is ours to kill";
        the_bodies_of_a_killed_server_are_removed_by_the_next_start,
    ]
}

/// Larger bodies wait in a file.
const SETTINGS: &[(&str, &str)] = &[("EIDER_SPOOL_MEMORY_BYTES", "1000")];

/// The files of bodies below this folder.
fn spooled(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.path() {
            path if path.is_dir() => spooled(&path),
            _ => usize::from(entry.file_name().as_encoded_bytes().starts_with(b"spool-")),
        })
        .sum()
}

/// Sends half a body and waits until it is spooled.
async fn half_an_append(app: &App, lake: &Arc<Lake>, name: &str) -> Raw {
    let body = arrow_of(&[numbered(0, 3_000)]);
    let mut raw = Raw::connect(app).await;
    let headers = [format!("Content-Type: {ARROW}"), format!("Content-Length: {}", 2 * body.len())];
    raw.begin("PUT", &path_of(name), &headers).await;
    raw.send(&body).await;
    let limit = Duration::from_secs(20);
    until("the body is spooled", limit, async || (spooled(lake.home()) == 1).then_some(())).await;
    raw
}

async fn the_bodies_of_a_killed_server_are_removed_by_the_next_start() {
    let (lake, name) = (Lake::new().await, unique("unfinished"));
    let killed = lake.serve(SETTINGS).await;
    killed.create(&name, numbered_columns()).await;
    let sending = half_an_append(&killed, &lake, &name).await;
    killed.server().signal("KILL");
    drop((sending, killed));
    assert_eq!(spooled(lake.home()), 1, "a killed server cannot have removed it");

    let next = lake.serve(SETTINGS).await;
    assert_eq!(spooled(lake.home()), 0, "it is of no use to anyone");
    let sending = half_an_append(&next, &lake, &name).await;
    // Stores that are not embedded may have several servers, on one machine too.
    if Way::current() == Way::Services {
        let other = lake.serve(SETTINGS).await;
        assert_eq!(spooled(lake.home()), 1, "another server's body is no leftover");
        drop(other);
        assert_eq!(spooled(lake.home()), 1);
    }
    drop((sending, next));
}
