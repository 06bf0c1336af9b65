//! Snapshots that are kept no more: another client of the lake lets them go.

use reqwest::Method;
use serde_json::json;

use crate::clients::{attachable, python, said};
use crate::harness::app::App;
use crate::harness::http::{ARROW, Answer, path_of, send, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::way::SERVERS;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only SERVERS, "the lake is the server's own";
        what_has_expired_is_gone_and_what_is_kept_is_read_on,
    ]
}

async fn append(app: &App, path: &str, turn: i64) -> Answer {
    let request = app.request(Method::PUT, &format!("{path}?mode=overwrite"));
    let request = request.header("content-type", ARROW);
    let request = request.header("idempotency-key", format!("{path} {turn}"));
    send(request.body(arrow_of(&[numbered(turn * 1_000, 500)]))).await.is(200)
}

async fn what_has_expired_is_gone_and_what_is_kept_is_read_on() {
    let app = App::own(&[]).await;
    let name = unique("expired");
    app.create(&name, numbered_columns()).await;
    let path = path_of(&name);
    let mut documents = Vec::new();
    for turn in 0..3 {
        append(&app, &path, turn).await;
        documents.push(app.table(&name).await);
    }
    let count = async || {
        let sql = json!({"sql": "SELECT count(*) AS n, min(id) AS least FROM this"});
        app.post(&format!("{path}/query"), sql).await.is(200).json()["rows"].clone()
    };
    let now = json!([{"n": 500, "least": 2_000}]);
    assert_eq!(count().await, now);
    let mut script = python("expire.py");
    script.envs(attachable(&app));
    println!("{}", said(&app, script).await.trim());
    // In a transaction that was open before.
    assert_eq!(count().await, now);
    let (old, new) = (&documents[1]["snapshot"], &documents[2]["snapshot"]);
    let time = documents[1]["updated_at"].as_str().expect("a time").replace('+', "%2B");
    for query in [format!("snapshot={old}"), format!("as_of={time}")] {
        for of in ["", "/data"] {
            let answer = app.get(&format!("{path}{of}?{query}")).await;
            answer.problem(410, "SNAPSHOT_EXPIRED");
        }
    }
    let sql = json!({"sql": "SELECT 1 FROM this", "snapshot": old});
    app.post(&format!("{path}/query"), sql).await.problem(410, "SNAPSHOT_EXPIRED");
    let changes = app.get(&format!("{path}/changes?from={old}&format=ndjson")).await;
    changes.problem(410, "SNAPSHOT_EXPIRED");
    app.get(&format!("{path}/data?snapshot={new}")).await.is(200);
    let listed = app.get(&format!("{path}/snapshots")).await.is(200).json();
    let kept = listed["items"].as_array().expect("items").iter();
    let kept: Vec<_> = kept.map(|item| item["available"] == true).collect();
    assert_eq!(kept, [true, false, false, false], "{listed}");
    // The ledger outlives them.
    assert!(append(&app, &path, 0).await.replayed());
    assert_eq!(count().await, now);
    append(&app, &path, 3).await;
    assert_eq!(count().await, json!([{"n": 500, "least": 3_000}]));
}
