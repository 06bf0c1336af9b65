//! A failure in mid-stream is seen by the client: no body that ends well is incomplete (invariant 4).

use std::time::Duration;

use futures::StreamExt;
use reqwest::Method;

use crate::harness::app::App;
use crate::harness::http::{ARROW, JSON, NDJSON, PARQUET, path_of, unique};
use crate::harness::lake::Lake;
use crate::harness::poll::until;
use crate::harness::rows::{arrow_of, is_whole_arrow, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::services::Services;
use crate::harness::way::{SERVERS, Way};

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only SERVERS, "the server's process is ours to kill";
        a_storage_that_fails_in_mid_stream_breaks_the_body_visibly,
        a_server_that_dies_in_mid_stream_breaks_the_body_visibly,
    ]
}

/// Files enough that an export is far from its end when its reader has seen the first pieces.
async fn large_table(app: &App) -> String {
    let name = unique("broken");
    app.create(&name, numbered_columns()).await;
    for turn in 0..10 {
        app.put(&path_of(&name), ARROW, arrow_of(&[numbered(turn * 500_000, 500_000)]))
            .await
            .is(200);
    }
    name
}

/// Reads some of the export, lets `break_it` happen, and reads on: was the body ever whole?
async fn read_while(app: &App, name: &str, accept: &str, break_it: impl Future<Output = ()>) {
    let request = app.request(Method::GET, &format!("{}/data", path_of(name)));
    let response = request.header("accept", accept).send().await.expect("an answer");
    assert_eq!(response.status(), 200, "{accept}");
    let mut body = response.bytes_stream();
    let mut read = body.next().await.expect("a first piece").expect("a first piece").to_vec();
    break_it.await;
    while let Some(piece) = body.next().await {
        match piece {
            Ok(piece) => read.extend_from_slice(&piece),
            Err(_) => return,
        }
    }
    let bytes = read.len();
    assert!(accept != ARROW || !is_whole_arrow(&read), "a whole Arrow stream of {bytes} bytes");
    panic!("{accept}: the body of {bytes} bytes ended as if it were complete");
}

async fn a_server_that_dies_in_mid_stream_breaks_the_body_visibly() {
    let app = App::own(&[]).await;
    let name = large_table(&app).await;
    let lake = app.lake().clone();
    drop(app);
    for accept in [ARROW, JSON] {
        let app = lake.serve(&[]).await;
        read_while(&app, &name, accept, async { app.server().signal("KILL") }).await;
    }
}

async fn a_storage_that_fails_in_mid_stream_breaks_the_body_visibly() {
    let services = match Way::current() {
        Way::Services => Some(Services::own().await),
        _ => None,
    };
    let lake = match &services {
        Some(services) => Lake::on(services).await,
        None => Lake::new().await,
    };
    let name = large_table(&lake.serve(&[]).await).await;
    for accept in [ARROW, PARQUET, JSON, NDJSON] {
        // A new server, so that no file is cached.
        let app = lake.serve(&[]).await;
        let (objects, away) = (lake.home().join("objects"), lake.home().join("objects.away"));
        let breaking = async {
            match &services {
                Some(services) => services.kill("minio").await,
                None => std::fs::rename(&objects, &away).expect("the objects go away"),
            }
        };
        read_while(&app, &name, accept, breaking).await;
        match &services {
            Some(services) => services.start("minio").await,
            None => {
                std::fs::remove_dir_all(&objects).ok();
                std::fs::rename(&away, &objects).expect("the objects come back");
            }
        }
        until("a read after the failure", Duration::from_secs(30), async || {
            let answer = app.get(&format!("{}/data", path_of(&name))).await;
            (answer.status == 200).then_some(())
        })
        .await;
    }
}
