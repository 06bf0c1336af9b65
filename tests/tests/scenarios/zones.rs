//! The same query answers the same everywhere: the zone of the machine is no part of an answer.

use serde_json::json;

use crate::harness::app::App;
use crate::harness::http::{ARROW, path_of, unique};
use crate::harness::rows::{arrow_of, numbered};
use crate::harness::scenario::Scenario;
use crate::harness::way::SERVERS;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only SERVERS, "a function's machine is in UTC";
        a_query_is_answered_in_utc_on_a_machine_that_is_elsewhere,
        a_write_is_understood_in_utc_on_a_machine_that_is_elsewhere,
    ]
}

/// A server on a machine in Berlin, which is ahead of UTC in winter and more so in summer.
async fn in_berlin() -> App {
    App::own(&[("TZ", "Europe/Berlin")]).await
}

async fn a_query_is_answered_in_utc_on_a_machine_that_is_elsewhere() {
    let app = in_berlin().await;
    for (expression, value) in [
        ("extract('hour' FROM TIMESTAMPTZ '2026-01-01 00:00:00Z')", "0"),
        ("TIMESTAMPTZ '2026-07-01 12:00:00+00'::VARCHAR", "\"2026-07-01 12:00:00+00\""),
        ("TIMESTAMPTZ '2026-07-01 23:30:00Z'::DATE", "\"2026-07-01\""),
        ("epoch(TIMESTAMPTZ '2026-07-01 12:00:00')", "1782907200.0"),
        ("date_trunc('day', TIMESTAMPTZ '2026-07-01 12:00:00Z')", "\"2026-07-01T00:00:00Z\""),
    ] {
        assert_eq!(app.value(&format!("SELECT {expression} AS v")).await, value, "{expression}");
    }
}

/// A default without a zone: the instance that writes must be in UTC as well.
async fn a_write_is_understood_in_utc_on_a_machine_that_is_elsewhere() {
    let (app, name) = (in_berlin().await, unique("zones"));
    let columns = json!([
        {"name": "id", "type": "BIGINT"}, {"name": "name", "type": "VARCHAR"},
        {"name": "seen", "type": "TIMESTAMPTZ", "default": "2026-07-01 12:00:00"},
    ]);
    app.create(&name, columns).await;
    // One kept in the catalog, some in a file.
    for count in [1, 100] {
        app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, count)])).await.is(200);
    }
    let rows = app.rows(&format!("SELECT DISTINCT seen FROM {name}")).await;
    assert_eq!(rows, [json!({"seen": "2026-07-01T12:00:00Z"})]);
}
