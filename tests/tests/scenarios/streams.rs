//! Streams of events lose nothing and repeat nothing, wherever they are cut.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::StreamExt;
use serde_json::{Value, json};

use super::jobs::{job, put, run};
use crate::harness::app::{App, shared};
use crate::harness::scenario::Scenario;
use crate::harness::sse::{Frame, Sse};
use crate::harness::way::{SERVERS, Way, counts};

pub(crate) fn all() -> Vec<Scenario> {
    let mut all = scenarios![
        a_run_is_told_from_its_start_to_its_end,
        what_happens_is_told_at_once,
        a_stream_that_is_over_says_204,
        a_stream_of_all_jobs_goes_on_where_it_was_cut,
        events_are_filtered_and_a_heartbeat_says_where_the_stream_is,
        an_id_that_no_event_has_is_refused,
    ];
    all.extend(scenarios![only SERVERS, "settings of its own";
        a_stream_ends_in_time_and_goes_on_in_the_next,
    ]);
    all.extend(scenarios![only &[Way::Services], "embedded stores have one process";
        a_stream_goes_on_at_another_server,
    ]);
    all
}

async fn progress(app: &App, run: &str, percentage: u32) {
    put(app, &format!("{run}/progress"), json!({"percentage": percentage})).await.is(200);
}

async fn complete(app: &App, run: &str) {
    put(app, &format!("{run}/complete"), json!({})).await.is(200);
}

fn id_of(run: &str) -> &str {
    run.rsplit('/').next().expect("an id")
}

async fn a_run_is_told_from_its_start_to_its_end() {
    let app = shared().await;
    let name = job(&app).await;
    let run = run(&app, &name).await;
    progress(&app, &run, 50).await;
    complete(&app, &run).await;
    let path = format!("{run}/events");
    let frames = Sse::open(&app, &path, None).await.rest().await;
    let status = |state: &str, before: Value| json!({"job_name": name, "run_id": id_of(&run), "state": state, "previous_state": before});
    let told: Vec<(&str, &str)> = frames.iter().map(|f| (&*f.id, &*f.event)).collect();
    assert_eq!(told, [("1", "job_status"), ("2", "run_progress"), ("3", "job_status")]);
    assert_eq!(frames[0].data, status("RUNNING", Value::Null));
    assert_eq!(frames[1].data["percentage"], 50.0, "{frames:?}");
    assert_eq!(frames[2].data, status("COMPLETED", json!("RUNNING")));
    assert!(frames.windows(2).all(|two| two[0].timestamp <= two[1].timestamp), "{frames:?}");
    // Again, and from each place: the same frames.
    for after in 0..3 {
        let last = (after > 0).then(|| frames[after - 1].id.clone());
        let rest = Sse::open(&app, &path, last.as_deref()).await.rest().await;
        assert_eq!(rest, frames[after..], "after {last:?}");
        let last = last.unwrap_or_else(|| "earliest".to_owned());
        let by_query = format!("{path}?last_event_id={last}");
        assert_eq!(Sse::open(&app, &by_query, None).await.rest().await, frames[after..]);
    }
    // The header goes before what the client was begun with.
    let both = format!("{path}?last_event_id=earliest");
    assert_eq!(Sse::open(&app, &both, Some("2")).await.rest().await, frames[2..]);
}

async fn what_happens_is_told_at_once() {
    let app = shared().await;
    let run = run(&app, &job(&app).await).await;
    let mut stream = Sse::open(&app, &format!("{run}/events"), None).await;
    assert_eq!(stream.take(1).await[0].event, "job_status");
    // Within one process at once; between two it is looked for each second.
    for percentage in [10, 20, 30] {
        let began = Instant::now();
        progress(&app, &run, percentage).await;
        let frame = stream.take(1).await.remove(0);
        assert_eq!(frame.data["percentage"], f64::from(percentage), "{frame:?}");
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
    complete(&app, &run).await;
    let rest = stream.rest().await;
    assert_eq!(rest.len(), 1, "the run's end, and that of its stream: {rest:?}");
}

async fn a_stream_that_is_over_says_204() {
    let app = shared().await;
    let run = run(&app, &job(&app).await).await;
    complete(&app, &run).await;
    let path = format!("{run}/events");
    let last = Sse::open(&app, &path, None).await.rest().await.pop().expect("an event").id;
    let over = app.get(&format!("{path}?last_event_id={last}")).await.is(204);
    assert!(over.body.is_empty(), "{over}");
    let other = run.replace(id_of(&run), &uuid::Uuid::new_v4().to_string());
    app.get(&format!("{other}/events")).await.problem(404, "RUN_NOT_FOUND");
}

/// What a run goes through, and a reader of all jobs hears of it.
async fn live(app: &App, job: &str, runs: usize) -> Vec<String> {
    let lives = futures::stream::iter(0..runs).map(|_| async {
        let run = run(app, job).await;
        complete(app, &run).await;
        id_of(&run).to_owned()
    });
    lives.buffer_unordered(8).collect().await
}

/// States by run, of the frames that are of these runs.
fn states(frames: &[Frame], runs: &[String]) -> BTreeMap<String, Vec<String>> {
    let mut states: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for frame in frames {
        let text = |name: &str| frame.data[name].as_str().unwrap_or_default().to_owned();
        if runs.contains(&text("run_id")) {
            states.entry(text("run_id")).or_default().push(text("state"));
        }
    }
    states
}

fn each_lived(runs: &[String]) -> BTreeMap<String, Vec<String>> {
    let lived = || ["RUNNING", "COMPLETED"].map(str::to_owned).to_vec();
    runs.iter().map(|run| (run.clone(), lived())).collect()
}

async fn a_stream_of_all_jobs_goes_on_where_it_was_cut() {
    let app = shared().await;
    read_through_cuts(&[&app], "/jobs/events").await;
    read_through_cuts(&[&app], "/events/jobs").await;
}

/// Reads while runs live, connects anew after a few events each time, to one server after the other; every
/// event comes once and those of a run in order.
async fn read_through_cuts(servers: &[&App], path: &str) {
    let name = job(servers[0]).await;
    let mut stream = Sse::open(servers[0], path, None).await;
    let runs = counts(24, 200);
    let reading = async {
        let (mut frames, mut cuts, mut ours) = (Vec::new(), 0, 0);
        while ours < 2 * runs {
            for _ in 0..1 + cuts % 5 {
                // It may have been there for as long as a stream may.
                let Some(frame) = stream.next().await else { break };
                ours += usize::from(frame.data["job_name"] == *name);
                frames.push(frame);
            }
            // All between cuts may be others' events, on a server that is shared.
            let last = frames.last().map(|frame: &Frame| frame.id.clone());
            cuts += 1;
            stream = Sse::open(servers[cuts % servers.len()], path, last.as_deref()).await;
        }
        frames
    };
    let (lived, frames) = futures::join!(live(servers[0], &name, runs), reading);
    assert_eq!(states(&frames, &lived), each_lived(&lived));
}

async fn a_stream_goes_on_at_another_server() {
    let one = App::own(&[]).await;
    let other = one.lake().serve(&[]).await;
    read_through_cuts(&[&one, &other], "/jobs/events").await;
    let run = run(&one, &job(&one).await).await;
    let mut stream = Sse::open(&other, &format!("{run}/events"), None).await;
    stream.take(1).await;
    let began = Instant::now();
    complete(&one, &run).await;
    stream.take(1).await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

async fn events_are_filtered_and_a_heartbeat_says_where_the_stream_is() {
    let app = shared().await;
    let run = run(&app, &job(&app).await).await;
    let path = format!("{run}/events");
    let mut filtered = Sse::open(&app, &format!("{path}?events=run_progress"), None).await;
    for percentage in [1, 2] {
        progress(&app, &run, percentage).await;
    }
    let frames = filtered.take(2).await;
    assert_eq!(frames.iter().map(|f| &*f.id).collect::<Vec<_>>(), ["2", "3"]);
    let mut nothing = Sse::open(&app, &format!("{path}?events=nothing"), None).await;
    let began = Instant::now();
    let heartbeat = nothing.any().await.expect("a heartbeat");
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    assert_eq!(
        (&*heartbeat.event, &*heartbeat.id),
        ("heartbeat", "3"),
        "past what was filtered out"
    );
    complete(&app, &run).await;
    assert_eq!(nothing.rest().await, [], "it ends with the run all the same");
    assert_eq!(filtered.rest().await, [], "it has shown all that was asked for");
    assert_eq!((&*nothing.place, &*filtered.place), ("4", "4"), "and each says where");
    let over = format!("{path}?events=nothing&last_event_id=4");
    app.get(&over).await.is(204);
    assert_eq!(Sse::open(&app, &path, Some("3")).await.rest().await.len(), 1);
}

async fn an_id_that_no_event_has_is_refused() {
    let app = shared().await;
    let run = run(&app, &job(&app).await).await;
    for (path, id) in [
        (format!("{run}/events"), "2"),
        (format!("{run}/events"), "-1"),
        (format!("{run}/events"), "AAAAAAAAAAA"),
        ("/jobs/events".to_owned(), "1"),
        ("/jobs/events".to_owned(), "________________"),
        ("/events/jobs".to_owned(), "%00"),
    ] {
        let refused = app.get(&format!("{path}?last_event_id={id}")).await;
        refused.problem(400, "INVALID_EVENT_ID");
        assert_eq!(refused.fields(), ["last_event_id"], "{refused}");
    }
    app.get("/jobs/events?since=1").await.problem(400, "UNKNOWN_PARAMETER");
    app.post("/jobs/events", json!({})).await.problem(405, "METHOD_NOT_ALLOWED");
}

async fn a_stream_ends_in_time_and_goes_on_in_the_next() {
    let app = App::own(&[("EVENTS_MAX_CONNECTION_SECONDS", "2")]).await;
    let run = run(&app, &job(&app).await).await;
    let path = format!("{run}/events");
    let began = Instant::now();
    let first = Sse::open(&app, &path, None).await.rest().await;
    assert_eq!(first.len(), 1, "{first:?}");
    let took = began.elapsed();
    assert!(took > Duration::from_secs(1) && took < Duration::from_secs(10), "{took:?}");
    complete(&app, &run).await;
    let rest = Sse::open(&app, &path, Some(&first[0].id)).await.rest().await;
    assert_eq!(rest.len(), 1, "{rest:?}");
}
