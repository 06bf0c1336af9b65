//! The server dies in the middle of things: each acknowledged row is there once, and after a replay
//! with the same keys exactly all (invariants 1, 2 and 4).

use std::sync::Mutex;
use std::time::Duration;

use futures::StreamExt;
use reqwest::Method;

use crate::harness::app::App;
use crate::harness::http::{ARROW, Answer, path_of, try_send, unique};
use crate::harness::lake::Lake;
use crate::harness::rows::{arrow_of, numbered, numbered_columns, read_arrow, sorted_ids};
use crate::harness::scenario::Scenario;
use crate::harness::way::{SERVERS, counts};

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only SERVERS, "the server's process is ours to kill";
        a_server_killed_in_the_middle_of_appends_loses_and_repeats_nothing,
    ]
}

/// Each append is so large that it takes a while, or so small that it stays in the catalog.
fn rows_of(append: usize) -> usize {
    if append.is_multiple_of(3) { 5 } else { 2_000 }
}

async fn append(app: &App, name: &str, number: usize) -> Result<Answer, String> {
    let body = arrow_of(&[numbered(number as i64 * 10_000, rows_of(number))]);
    let request = app.request(Method::PUT, &path_of(name)).header("content-type", ARROW);
    try_send(request.header("idempotency-key", format!("{name}-{number}")).body(body)).await
}

fn ids_of(appends: impl IntoIterator<Item = usize>) -> Vec<i64> {
    let ids = |number: usize| (0..rows_of(number)).map(move |row| (number * 10_000 + row) as i64);
    appends.into_iter().flat_map(ids).collect()
}

async fn ids_in(app: &App, name: &str) -> Vec<i64> {
    let data = app.get(&format!("{}/data", path_of(name))).await.is(200);
    sorted_ids(&read_arrow(&data.body), "id")
}

async fn a_server_killed_in_the_middle_of_appends_loses_and_repeats_nothing() {
    let lake = Lake::new().await;
    let name = unique("killed");
    lake.serve(&[]).await.create(&name, numbered_columns()).await;
    let turns = counts(5, 100);
    const APPENDS: usize = 48;
    for turn in 0..turns {
        let numbers = turn * APPENDS..(turn + 1) * APPENDS;
        let acknowledged =
            appends_until_killed(&lake.serve(&[]).await, &name, numbers.clone(), turn).await;
        let app = lake.serve(&[]).await;
        check_whole(&app, &name, numbers.clone(), &acknowledged).await;
        // Everything is sent again under the same keys.
        for number in numbers.clone() {
            let answer = append(&app, &name, number).await.expect("an answer").is(200);
            let known = acknowledged.contains(&number);
            assert!(
                answer.replayed() || !known,
                "append {number} was acknowledged, then done again"
            );
        }
        assert_eq!(ids_in(&app, &name).await, ids_of(0..(turn + 1) * APPENDS), "turn {turn}");
        println!("killed after {} of {APPENDS} appends were acknowledged", acknowledged.len());
    }
}

/// Sixteen clients append; the server is killed once some of it is done. Which were acknowledged?
async fn appends_until_killed(
    app: &App,
    name: &str,
    numbers: std::ops::Range<usize>,
    turn: usize,
) -> Vec<usize> {
    let acknowledged = Mutex::new(Vec::new());
    let appending = futures::stream::iter(numbers).for_each_concurrent(16, async |number| {
        if append(app, name, number).await.is_ok_and(|answer| answer.status == 200) {
            acknowledged.lock().expect("the list").push(number);
        }
    });
    let killing = async {
        let enough = 1 + turn * 7 % 37;
        while acknowledged.lock().expect("the list").len() < enough {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        app.server().signal("KILL");
    };
    futures::future::join(appending, killing).await;
    acknowledged.into_inner().expect("the list")
}

/// What was acknowledged is there; what was not is wholly there or wholly not.
async fn check_whole(
    app: &App,
    name: &str,
    numbers: std::ops::Range<usize>,
    acknowledged: &[usize],
) {
    let ids = ids_in(app, name).await;
    for number in numbers {
        let first = number as i64 * 10_000;
        let found = ids.iter().filter(|id| (first..first + 10_000).contains(id)).count();
        let whole = found == rows_of(number);
        assert!(whole || found == 0, "append {number} is there by half: {found} rows");
        assert!(
            whole || !acknowledged.contains(&number),
            "append {number} was acknowledged and is gone"
        );
    }
}
