//! Real data: three million flights, as `./dev up` loads them.

use reqwest::Method;
use serde_json::json;

use crate::harness::app::App;
use crate::harness::http::{ARROW, PARQUET, send};
use crate::harness::rows::{read_arrow, read_parquet};
use crate::harness::scenario::Scenario;
use crate::harness::way::{SERVERS, repository};

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only SERVERS, "13 MB in one body is over the limit of a function";
        three_million_flights_are_appended_queried_and_exported,
    ]
}

async fn three_million_flights_are_appended_queried_and_exported() {
    let app = App::own(&[]).await;
    let file = repository(".cache/data/flights-3m.parquet");
    let body = std::fs::read(&file)
        .unwrap_or_else(|e| panic!("{}: {e}; run ./dev fetch data", file.display()));
    let columns = json!([
        {"name": "date", "type": "TIMESTAMP"}, {"name": "delay", "type": "BIGINT"}, {"name": "distance", "type": "BIGINT"},
        {"name": "origin", "type": "VARCHAR"}, {"name": "destination", "type": "VARCHAR"},
    ]);
    app.create("flights", columns).await;
    let appended = app.put("/tables/flights", PARQUET, body.clone()).await.is(200).json();
    assert_eq!(appended["rows"], 3_000_000, "{appended}");
    let sql = "SELECT origin, count(*) AS flights FROM flights GROUP BY ALL ORDER BY flights DESC LIMIT 1";
    let busiest = app.rows(sql).await;
    assert!(busiest[0]["flights"].as_u64() > Some(10_000), "{busiest:?}");
    let sent = read_parquet(body.into());
    for accept in [ARROW, PARQUET] {
        let request = app.request(Method::GET, "/tables/flights/data").header("accept", accept);
        let answer = send(request).await.is(200);
        let read =
            if accept == ARROW { read_arrow(&answer.body) } else { read_parquet(answer.body) };
        assert_eq!((read.num_rows(), read.num_columns()), (sent.num_rows(), sent.num_columns()));
    }
    let limit = json!({"sql": "SELECT * FROM this WHERE origin = $1 ORDER BY date", "params": ["SEA"], "limit": 3});
    let some = app.post("/tables/flights/query", limit).await.is(200).json();
    assert_eq!((&some["row_count"], &some["truncated"]), (&json!(3), &json!(true)), "{some}");
}
