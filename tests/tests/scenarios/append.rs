//! Rows go in as Arrow or Parquet and come out as either.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, FixedSizeBinaryArray, FixedSizeListArray, Int32Array,
    Int64Array, LargeStringArray, StringArray, StringViewArray,
};
use reqwest::Method;
use serde_json::json;

use super::jobs::run_id;
use crate::harness::app::{App, shared};
use crate::harness::http::{ARROW, PARQUET, path_of, send, unique};
use crate::harness::rows::{
    arrow_of, batch, numbered, numbered_columns, parquet_of, read_arrow, read_parquet, sorted_ids,
    texts,
};
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        rows_go_in_as_arrow_or_parquet_and_come_out_as_either,
        an_append_answers_table_rows_bytes_snapshot_and_run,
        columns_are_matched_by_name_and_what_is_left_out_is_filled,
        narrower_types_and_other_encodings_fit,
        sixteen_bytes_become_a_uuid_whatever_else_the_body_holds,
        a_dictionary_that_changes_in_mid_stream_is_the_one_of_its_rows,
        no_rows_of_the_right_schema_make_no_snapshot,
        small_and_large_appends_are_counted_exactly,
        appends_at_the_same_moment_all_arrive_once,
        an_append_is_seen_by_the_very_next_request,
    ]
}

async fn filled(columns: serde_json::Value) -> (Arc<App>, String, String) {
    let (app, name) = (shared().await, unique("append"));
    app.create(&name, columns).await;
    let path = path_of(&name);
    (app, name, path)
}

async fn rows_go_in_as_arrow_or_parquet_and_come_out_as_either() {
    let (app, name, path) = filled(numbered_columns()).await;
    let (first, second) = (numbered(0, 3_000), numbered(3_000, 2_000));
    app.put(&path, ARROW, arrow_of(&[first.slice(0, 1_000), first.slice(1_000, 2_000)]))
        .await
        .is(200);
    app.put(&path, PARQUET, parquet_of(&[second])).await.is(200);
    let data = format!("{path}/data");
    let arrow = app.get(&data).await.is(200);
    assert_eq!(arrow.media_type(), ARROW, "Arrow unless asked otherwise: {:?}", arrow.headers);
    let request = app.request(Method::GET, &data).header("accept", PARQUET);
    let parquet = send(request).await.is(200);
    assert_eq!(parquet.media_type(), PARQUET);
    for read in [read_arrow(&arrow.body), read_parquet(parquet.body)] {
        assert_eq!(sorted_ids(&read, "id"), (0..5_000).collect::<Vec<i64>>());
        let ids = read.column(0).as_any().downcast_ref::<Int64Array>().expect("ids").clone();
        for (id, name) in ids.values().iter().zip(texts(&read, "name")) {
            assert_eq!(name, format!("row {id}"), "a row came apart");
        }
    }
    assert_eq!(app.table(&name).await["row_count"], 5_000);
}

async fn an_append_answers_table_rows_bytes_snapshot_and_run() {
    let (app, name, path) = filled(numbered_columns()).await;
    let (body, run) = (arrow_of(&[numbered(0, 100)]), run_id(&app).await);
    let request =
        app.request(Method::PUT, &path).header("content-type", ARROW).header("x-run-id", &run);
    let answer = send(request.body(body.clone())).await.is(200).json();
    let expected = json!({
        "table": name, "rows": 100, "bytes": body.len(), "snapshot": answer["snapshot"], "run_id": run,
    });
    assert_eq!(answer, expected);
    assert_eq!(app.table(&name).await["snapshot"], answer["snapshot"]);
    let plain = app.put(&path, ARROW, body).await.is(200).json();
    assert!(plain["run_id"].is_null(), "{plain}");
    assert!(plain["snapshot"].as_u64() > answer["snapshot"].as_u64(), "{plain} after {answer}");
    let request =
        app.request(Method::PUT, &path).header("content-type", ARROW).header("x-run-id", "mine");
    send(request.body(arrow_of(&[numbered(0, 1)]))).await.problem(400, "INVALID_RUN_ID");
}

async fn columns_are_matched_by_name_and_what_is_left_out_is_filled() {
    let columns = json!([
        {"name": "a", "type": "BIGINT", "nullable": false},
        {"name": "b", "type": "BIGINT"},
        {"name": "c", "type": "VARCHAR", "default": "it's \"filled\""},
        {"name": "d", "type": "DECIMAL(10,2)", "default": 1.5},
        {"name": "e", "type": "DATE", "nullable": false, "default": "2026-01-31"},
    ]);
    let (app, name, path) = filled(columns).await;
    let one = |n: i64| Arc::new(Int64Array::from(vec![n])) as ArrayRef;
    for body in
        [arrow_of(&[batch([("B", one(2)), ("a", one(1))])]), arrow_of(&[batch([("a", one(1))])])]
    {
        app.put(&path, ARROW, body).await.is(200);
    }
    app.put(&path, PARQUET, parquet_of(&[batch([("b", one(2)), ("A", one(1))])])).await.is(200);
    let rows = app.rows(&format!("SELECT a, b, c, d, e FROM {name} ORDER BY b NULLS LAST")).await;
    let row = |b: Option<i64>| json!({"a": 1, "b": b, "c": "it's \"filled\"", "d": 1.50, "e": "2026-01-31"});
    let shown: Vec<_> =
        rows.iter().map(|r| (r["b"].clone(), r["c"].clone(), r["e"].clone())).collect();
    let expected: Vec<_> = [row(Some(2)), row(Some(2)), row(None)]
        .iter()
        .map(|r| (r["b"].clone(), r["c"].clone(), r["e"].clone()))
        .collect();
    assert_eq!(shown, expected, "{rows:?}");
    assert_eq!(app.value(&format!("SELECT sum(d) = 4.5 FROM {name}")).await, "true");
}

async fn narrower_types_and_other_encodings_fit() {
    let (app, name, path) = filled(numbered_columns()).await;
    let dictionary: DictionaryArray<Int32Type> =
        vec![Some("x"), None, Some("x")].into_iter().collect();
    let narrow = || Arc::new(Int32Array::from(vec![1, 2, 3])) as ArrayRef;
    let others: [ArrayRef; 3] = [
        Arc::new(dictionary),
        Arc::new(StringViewArray::from(vec![
            Some("x"),
            None,
            Some("a text that is too long to be inlined"),
        ])),
        Arc::new(arrow_array::LargeStringArray::from(vec![Some("x"), None, Some("y")])),
    ];
    for names in others {
        let kind = names.data_type().clone();
        let body = arrow_of(&[batch([("id", narrow()), ("name", names.clone())])]);
        let answer = app.put(&path, ARROW, body).await;
        assert_eq!(answer.status, 200, "{kind}: {answer}");
        let body = parquet_of(&[batch([("id", narrow()), ("name", names)])]);
        let answer = app.put(&path, PARQUET, body).await;
        assert_eq!(answer.status, 200, "{kind} in Parquet: {answer}");
    }
    let shown = app
        .rows(&format!("SELECT count(*) AS n, count(name) AS t, sum(id) AS s FROM {name}"))
        .await;
    assert_eq!(json!(shown), json!([{"n": 18, "t": 12, "s": 36}]));
    let names = StringArray::from(vec!["z"]);
    let body = arrow_of(&[batch([
        ("id", Arc::new(Int64Array::from(vec![0]))),
        ("name", Arc::new(names) as ArrayRef),
    ])]);
    app.put(&path, "Application/Vnd.Apache.Arrow.Stream; charset=x", body).await.is(200);
}

/// Encodings that Arrow knows and Parquet only has hints for: they must not be taken for one another.
async fn sixteen_bytes_become_a_uuid_whatever_else_the_body_holds() {
    let columns = json!([
        {"name": "u", "type": "UUID"}, {"name": "t", "type": "VARCHAR"},
        {"name": "v", "type": "VARCHAR"}, {"name": "l", "type": "INTEGER[]"},
        {"name": "gap", "type": "INTERVAL"},
    ]);
    let (app, name, path) = filled(columns).await;
    let keys = [[0_u8; 16], [0xab; 16]].map(|key| key.to_vec());
    let uuids = FixedSizeBinaryArray::try_from_iter(keys.into_iter()).expect("uuids");
    let long = "a text that is longer than any view holds inline";
    let lists = FixedSizeListArray::from_iter_primitive::<Int32Type, _, _>(
        [Some([Some(1), Some(2)]), None],
        2,
    );
    let gaps = arrow_array::IntervalYearMonthArray::from(vec![Some(14), None]);
    let rows = batch([
        ("u", Arc::new(uuids) as ArrayRef),
        ("t", Arc::new(LargeStringArray::from(vec!["short", long]))),
        ("v", Arc::new(StringViewArray::from(vec!["short", long]))),
        ("l", Arc::new(lists)),
        ("gap", Arc::new(gaps)),
    ]);
    app.put(&path, ARROW, arrow_of(std::slice::from_ref(&rows))).await.is(200);
    app.put(&path, PARQUET, parquet_of(&[rows])).await.is(200);
    let sql = format!(
        "SELECT u, t, v, l, gap::VARCHAR AS gap, count(*) AS n FROM {name} GROUP BY ALL ORDER BY u"
    );
    let found = app.post("/query", json!({"sql": sql})).await.is(200).json()["rows"].clone();
    let (first, second) =
        ("00000000-0000-0000-0000-000000000000", "abababab-abab-abab-abab-abababababab");
    let expected = json!([
        {"u": first, "t": "short", "v": "short", "l": [1, 2], "gap": "1 year 2 months", "n": 2},
        {"u": second, "t": long, "v": long, "l": null, "gap": null, "n": 2},
    ]);
    assert_eq!(found, expected);
}

async fn no_rows_of_the_right_schema_make_no_snapshot() {
    let (app, name, path) = filled(numbered_columns()).await;
    app.put(&path, ARROW, arrow_of(&[numbered(0, 10)])).await.is(200);
    let before = app.table(&name).await;
    for (media_type, body) in
        [(ARROW, arrow_of(&[numbered(0, 0)])), (PARQUET, parquet_of(&[numbered(0, 0)]))]
    {
        let answer = app.put(&path, media_type, body).await.is(200).json();
        assert_eq!(answer["rows"], 0, "{answer}");
        assert_eq!(answer["snapshot"], before["snapshot"], "{answer}");
    }
    assert_eq!(app.table(&name).await, before);
}

async fn small_and_large_appends_are_counted_exactly() {
    let (app, name, path) = filled(numbered_columns()).await;
    let mut expected = 0;
    for count in [1, 1, 9, 10, 11, 1, 5_000, 1, 123, 2_048, 2_049, 1] {
        let answer = app.put(&path, ARROW, arrow_of(&[numbered(expected, count)])).await.is(200);
        assert_eq!(answer.json()["rows"], count);
        expected += i64::try_from(count).expect("a count");
        assert_eq!(app.table(&name).await["row_count"], expected, "after {count} more");
    }
    let all = read_arrow(&app.get(&format!("{path}/data")).await.is(200).body);
    assert_eq!(sorted_ids(&all, "id"), (0..expected).collect::<Vec<i64>>());
}

async fn appends_at_the_same_moment_all_arrive_once() {
    let (app, name, path) = filled(numbered_columns()).await;
    let writers = (0..6_i64).map(async |writer| {
        for turn in 0..5 {
            let first = writer * 1_000 + turn * 100;
            app.put(&path, ARROW, arrow_of(&[numbered(first, 100)])).await.is(200);
        }
    });
    futures::future::join_all(writers).await;
    let all = read_arrow(&app.get(&format!("{path}/data")).await.is(200).body);
    let expected: Vec<i64> =
        (0..6).flat_map(|writer| writer * 1_000..writer * 1_000 + 500).collect();
    assert_eq!(sorted_ids(&all, "id"), expected);
    assert_eq!(app.table(&name).await["row_count"], 3_000);
}

async fn an_append_is_seen_by_the_very_next_request() {
    let (app, name, path) = filled(numbered_columns()).await;
    for turn in 1..=30 {
        app.put(&path, ARROW, arrow_of(&[numbered(turn, 1)])).await.is(200);
        let counted = app.value(&format!("SELECT count(*) FROM {name}")).await;
        assert_eq!(counted, turn.to_string(), "the query after append {turn}");
        assert_eq!(app.table(&name).await["row_count"], turn, "the table after append {turn}");
    }
}

/// As the format has it: a dictionary takes the place of the one before, for the batches that follow.
async fn a_dictionary_that_changes_in_mid_stream_is_the_one_of_its_rows() {
    let (app, name) = (shared().await, unique("dictionaries"));
    app.create(&name, json!([{"name": "v", "type": "VARCHAR"}])).await;
    let of = |values: [&str; 2], rows: usize| {
        let keys: Int32Array = (0..rows).map(|row| Some((row % 2) as i32)).collect();
        let values = Arc::new(StringArray::from(values.to_vec()));
        let values = DictionaryArray::<Int32Type>::new(keys, values);
        batch([("v", Arc::new(values) as ArrayRef)])
    };
    let body = arrow_of(&[of(["a", "b"], 3_000), of(["c", "d"], 5), of(["a", "e"], 4_000)]);
    app.put(&path_of(&name), ARROW, body).await.is(200);
    let sql = format!("SELECT v, count(*) AS n FROM {name} GROUP BY v ORDER BY v");
    let found: Vec<_> =
        app.rows(&sql).await.into_iter().map(|row| json!([row["v"], row["n"]])).collect();
    assert_eq!(json!(found), json!([["a", 3_500], ["b", 1_500], ["c", 3], ["d", 2], ["e", 2_000]]));
}
