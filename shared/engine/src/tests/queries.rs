//! Queries.

use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int64Type};
use domain::{Code, ColumnType};
use futures::StreamExt;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_table_streams_with_its_snapshot() {
    let lake = TestLake::new().await;
    lake.create("t", &[("id", "BIGINT"), ("b", "VARCHAR")]).await.expect("made");
    lake.append("k", "t", Memory::of(writes::ids(0, 100_000))).await.expect("appended");
    let mut query = query("");
    query.select = Select::table(table("T"));
    let rows = lake.queries.query(query).await.expect("rows");
    assert_eq!(rows.snapshot, Some(domain::SnapshotId(2)));
    assert_eq!(rows.columns[0], ResultColumn { name: "id".into(), r#type: "BIGINT".into() });
    let batches: Vec<_> = rows.batches.try_collect().await.expect("all");
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 100_000);
    assert!(batches.len() < 12, "{} batches", batches.len());
}

#[tokio::test]
async fn types_that_arrow_gets_wrong_are_cast_and_named_as_they_were() {
    let lake = TestLake::new().await;
    let sql = "SELECT 12345678901234567890::HUGEINT a, 1::UHUGEINT a, '10:00:00+02'::TIMETZ c, \
               '101'::BIT d, 123::BIGNUM e, {'x': [1::HUGEINT]} f, {'k': 1}::VARIANT g, \
               'a'::ENUM('a', 'b') h, MAP {'m': 2::HUGEINT} i, NULL j, row(1::HUGEINT) k, 2::BIGINT l";
    let rows = lake.queries.query(query(sql)).await.expect("rows");
    let columns: Vec<_> =
        rows.columns.iter().map(|c| (c.name.as_str(), c.r#type.as_str())).collect();
    assert_eq!(columns[0], ("a", "HUGEINT"));
    assert_eq!(columns[1], ("a", "UHUGEINT"));
    assert_eq!(columns[5], ("f", "STRUCT(\"x\" HUGEINT[])"));
    assert_eq!(columns[7].1, "ENUM('a', 'b')");
    let batches: Vec<_> = rows.batches.try_collect().await.expect("all");
    let batch = &batches[0];
    assert_eq!(batch.column(0).as_primitive::<Decimal128Type>().value(0), 12345678901234567890);
    let text = |index: usize| batch.column(index).as_string::<i32>().value(0).to_owned();
    assert_eq!(text(1), "1");
    assert_eq!(text(2), "10:00:00+02");
    assert_eq!(text(3), "101");
    assert_eq!(text(4), "123");
    assert_eq!(text(6), "{\"k\":1}");
    assert_eq!(text(7), "a");
    assert_eq!(batch.column(11).as_primitive::<Int64Type>().value(0), 2);
}

#[tokio::test]
async fn parameters_of_every_kind_are_bound() {
    let lake = TestLake::new().await;
    let mut asked = query("SELECT $1 + 1, $2, $3::DATE, $4, typeof($5), $6, typeof($6)");
    let date = ColumnType::parse("DATE").expect("a type");
    let Select::Sql { parameters, .. } = &mut asked.select else { unreachable!() };
    *parameters = Parameters::Positional(vec![
        Parameter::Number("41".into()),
        Parameter::Text("x'y".into()),
        Parameter::Text("2020-01-01".into()),
        Parameter::List(vec![Parameter::Number("1".into()), Parameter::Null]),
        Parameter::Typed(date, Box::new(Parameter::Text("2020-01-01".into()))),
        Parameter::Number("170141183460469231731687303715884105727".into()),
    ]);
    let sql = lake.queries.query(asked.clone()).await;
    // The largest HUGEINT is no DECIMAL(38, 0): the error says so.
    assert_eq!(sql.err().expect("too large").error_code, "INVALID_SQL");
    let Select::Sql { parameters: Parameters::Positional(values), .. } = &mut asked.select else {
        unreachable!()
    };
    values[5] = Parameter::Number("9223372036854775808".into());
    let rows = lake.queries.query(asked).await.expect("rows");
    let batches: Vec<_> = rows.batches.try_collect().await.expect("all");
    assert_eq!(batches[0].column(0).as_primitive::<Int64Type>().value(0), 42);
    assert_eq!(batches[0].column(1).as_string::<i32>().value(0), "x'y");
    assert_eq!(batches[0].column(4).as_string::<i32>().value(0), "DATE");
    assert_eq!(batches[0].column(6).as_string::<i32>().value(0), "HUGEINT");
    let mut asked = query("SELECT $a");
    asked.select = Select::Sql {
        text: "SELECT $b - $a AS x".into(),
        parameters: Parameters::Named(vec![
            ("a".into(), Parameter::Number("1".into())),
            ("b".into(), Parameter::Number("3".into())),
        ]),
        this: None,
        default_schema: None,
    };
    let rows = lake.queries.query(asked).await.expect("rows");
    let batches: Vec<_> = rows.batches.try_collect().await.expect("all");
    assert_eq!(batches[0].column(0).as_primitive::<Int64Type>().value(0), 2);
    let failed = lake.queries.query(query("SELECT ?")).await;
    assert_eq!(failed.err().expect("no value").error_code, "PARAMETER_MISMATCH");
}

#[tokio::test]
async fn a_limit_makes_one_row_more_and_keeps_the_order() {
    let lake = TestLake::new().await;
    let mut asked = query("SELECT range AS r FROM range(100000) ORDER BY r DESC -- so");
    asked.limit = Some(3);
    let rows = lake.queries.query(asked).await.expect("rows");
    let batches: Vec<_> = rows.batches.try_collect().await.expect("all");
    let values = batches[0].column(0).as_primitive::<Int64Type>();
    assert_eq!(values.values(), &[99999, 99998, 99997, 99996]);
}

#[tokio::test]
async fn an_error_before_the_first_row_is_the_answer_and_later_the_last_item() {
    let lake = TestLake::new().await;
    let failed = lake.sql("SELECT nope FROM range(3)").await.expect_err("refused");
    assert_eq!((failed.code, failed.error_code), (Code::Invalid, "INVALID_SQL"));
    assert!(failed.detail.contains("nope"), "{}", failed.detail);
    assert_eq!(failed.position, Some((1, 8)));
    let sql = "SELECT if(range = 4900000, 'x', '1')::INTEGER FROM range(5000000)";
    let mut rows = lake.queries.query(query(sql)).await.expect("a start");
    let mut last = rows.batches.next().await.expect("a first item");
    assert!(last.is_ok());
    while let Some(item) = rows.batches.next().await {
        last = item;
    }
    let last = last.expect_err("an error at the end");
    assert!(["INVALID_SQL", "QUERY_FAILED"].contains(&last.error_code), "{last:?}");
    assert!(lake.sql("SELECT 42").await.is_ok());
}

const LONG: &str =
    "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range < 0";

#[tokio::test(flavor = "multi_thread")]
async fn time_ends_a_query_also_one_that_waits_or_whose_reader_is_slow() {
    let lake = TestLake::new().await;
    let at = |ms| Some(Instant::now() + Duration::from_millis(ms));
    lake.sql("SELECT 1").await.expect("warm");
    let started = Instant::now();
    let mut long = query(LONG);
    long.deadlines.last = at(300);
    let mut other = long.clone();
    other.deadlines.last = at(600);
    let mut waiting = query("SELECT 1");
    waiting.deadlines.last = at(100);
    let (first, second, third) =
        tokio::join!(lake.queries.query(long), lake.queries.query(other), async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            lake.queries.query(waiting).await
        });
    for (failed, code) in
        [(first, "QUERY_TIMEOUT"), (second, "QUERY_TIMEOUT"), (third, "TOO_MANY_QUERIES")]
    {
        assert_eq!(failed.err().expect("too late").error_code, code);
    }
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let mut slow = query("SELECT * FROM range(100000000)");
    slow.deadlines.last = at(3000);
    let rows = lake.queries.query(slow).await.expect("a start");
    tokio::time::sleep(Duration::from_millis(3200)).await;
    let failed = rows.batches.try_collect::<Vec<_>>().await.expect_err("too late");
    assert_eq!(failed.error_code, "QUERY_TIMEOUT");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_goes_stops_the_work_and_frees_its_place() {
    let lake = TestLake::new().await;
    for _ in 0..6 {
        let mut rows =
            lake.queries.query(query("SELECT * FROM range(1e12::BIGINT)")).await.expect("rows");
        rows.batches.next().await.expect("a batch").expect("rows");
        let long = lake.queries.query(query(LONG));
        assert!(tokio::time::timeout(Duration::from_millis(50), long).await.is_err());
    }
    let free = tokio::time::timeout(Duration::from_secs(2), lake.sql("SELECT 1")).await;
    free.expect("in time").expect("a place");
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_that_are_slow_keep_no_one_from_asking() {
    let lake = TestLake::new().await;
    let mut slow = Vec::new();
    for _ in 0..lake.settings.engine.concurrency * 2 {
        let many = "SELECT * FROM range(100000000)";
        slow.push(lake.queries.query(query(many)).await.expect("a place among those that wait"));
    }
    lake.sql("SELECT 1").await.expect("a place");
    for rows in slow {
        let rows = rows.batches.take(20).try_collect::<Vec<_>>().await.expect("each goes on");
        assert_eq!(rows.len(), 20);
    }
}

#[tokio::test]
async fn a_text_that_is_not_utf8_is_the_callers_to_mend_wherever_it_comes() {
    let lake = TestLake::new().await;
    for sql in [
        "SELECT printf('%c', 200) AS x",
        "SELECT [printf('%c', 200)] AS x",
        "SELECT {'a': MAP {'k': printf('%c', 200)}} AS x",
        "SELECT printf('%c', if(i < 2048, 65, 200)::INTEGER) AS x FROM range(100000) t(i)",
        "SELECT 'ü' || printf('%c', if(i < 2048, 65, 195)::INTEGER) AS x FROM range(100000) t(i)",
        // Valid when taken together, but not one by one.
        "SELECT printf('%c', if(i < 2048, 65, if(i % 2 = 0, 195, 164))::INTEGER) FROM range(100000) t(i)",
    ] {
        let error = lake.sql(sql).await.expect_err(sql);
        assert_eq!((error.code, error.error_code), (Code::Invalid, "TEXT_NOT_UTF8"), "{sql}");
    }
    lake.sql("SELECT printf('%c', 65) || 'ü', ['ü'] FROM range(5000)").await.expect("UTF-8");
}

#[tokio::test]
async fn times_are_utc_whatever_the_host_says() {
    let lake = TestLake::new().await;
    let zone = lake
        .text("SELECT current_setting('TimeZone')::VARCHAR, current_setting('Calendar')::VARCHAR");
    let expected = ["UTC", "gregorian"].map(|value| Some(value.to_owned())).to_vec();
    assert_eq!(zone.await, [expected]);
}

#[tokio::test]
async fn errors_say_where_in_the_callers_own_text() {
    let lake = TestLake::new().await;
    lake.create("s.t", &[("id", "BIGINT"), ("b", "VARCHAR")]).await.expect("made");
    lake.append("k", "s.t", Memory::of(writes::ids(0, 100))).await.expect("appended");
    for (sql, error_code, at) in [
        ("SELECT 'ü', id\nFROM s.t WHERE nope = 1", "INVALID_SQL", (2, 16)),
        ("SELECT id FROM s.t\nWHERE b::DATE > id", "INVALID_SQL", (2, 0)),
        ("SELECT * FROM s.t, nope", "TABLE_NOT_FOUND", (1, 20)),
        ("SELECT * FROM lost.t", "TABLE_NOT_FOUND", (1, 15)),
        ("SELECT\n SELECT", "INVALID_SQL", (2, 0)),
    ] {
        let error = lake.sql(sql).await.expect_err(sql);
        assert_eq!(error.error_code, error_code, "{sql}: {}", error.detail);
        let found = error.position.expect(sql);
        assert_eq!((found.0, if at.1 == 0 { 0 } else { found.1 }), at, "{sql}: {}", error.detail);
        assert!(!error.detail.contains("lake"), "{}", error.detail);
    }
    // At run time too, also behind a limit.
    for limit in [None, Some(5)] {
        let mut asked = query("SELECT\n  b::INTEGER FROM s.t");
        asked.limit = limit;
        let error = lake.queries.query(asked).await.err().expect("no number");
        assert_eq!(error.position.map(|at| at.0), Some(2), "{}", error.detail);
    }
}

#[tokio::test]
async fn only_granted_tables_are_read_and_this_is_one_of_them() {
    let lake = TestLake::new().await;
    lake.create("mine", &[("id", "BIGINT")]).await.expect("made");
    lake.create("theirs", &[("id", "BIGINT")]).await.expect("made");
    let mut asked = query("SELECT count(*) FROM this, mine");
    asked.grants = Grants::Tables(vec![(table("mine"), domain::Access::Read)]);
    let Select::Sql { this, text, .. } = &mut asked.select else { unreachable!() };
    *this = Some(table("mine"));
    *text = "SELECT count(*) FROM this, mine".into();
    let rows = lake.queries.query(asked.clone()).await.expect("rows");
    assert!(rows.snapshot.is_some());
    let Select::Sql { text, .. } = &mut asked.select else { unreachable!() };
    *text = "SELECT * FROM theirs".into();
    assert_eq!(
        lake.queries.query(asked).await.err().expect("refused").error_code,
        "TABLE_NOT_FOUND"
    );
    for hostile in [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT current_setting('memory_limit')",
        "SELECT * FROM __ducklake_metadata_lake.main.ducklake_table",
        "INSERT INTO mine VALUES (1)",
        "SELECT 1; SELECT 2",
        "SET threads = 1",
    ] {
        let error = lake.sql(hostile).await.expect_err(hostile);
        assert_eq!(error.code, Code::Invalid, "{hostile}");
    }
}

#[tokio::test]
async fn a_view_is_read_under_every_name_that_duckdb_finds_it_by() {
    let lake = TestLake::new().await;
    lake.create("t", &[("id", "BIGINT")]).await.expect("made");
    let writer = lake.engine.writing.get().await.expect("an instance").connect().expect("one");
    for sql in [
        "CREATE VIEW lake.\"ÜBERSICHT\" AS SELECT 1 AS one",
        "CREATE SCHEMA lake.\"Ö\"",
        "CREATE VIEW lake.\"Ö\".\"İ x\" AS SELECT 1 AS one",
        "CREATE TABLE lake.\"übersicht\" (id BIGINT)",
    ] {
        writer.execute(sql).expect(sql);
    }
    for name in ["\"ÜBERSICHT\"", "Übersicht", "\"Ö\".\"İ x\"", "Ö.\"İ X\"", "main.Übersicht"]
    {
        let rows = lake.sql(&format!("SELECT one + 1 FROM {name}")).await.expect(name);
        assert_eq!(rows.iter().map(RecordBatch::num_rows).sum::<usize>(), 1, "{name}");
    }
    // DuckDB folds ASCII letters only: these are other names.
    assert!(lake.sql("SELECT * FROM \"übersicht\"").await.expect("a table").is_empty());
    let other = lake.sql("SELECT * FROM \"ö\".\"İ x\"").await.expect_err("no table");
    assert_eq!(other.error_code, "TABLE_NOT_FOUND");
}

fn first_texts(batches: &[RecordBatch], column: usize) -> Vec<String> {
    let texts = batches.iter().flat_map(|batch| batch.column(column).as_string::<i32>().iter());
    texts.map(|text| text.unwrap_or("NULL").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn views_plans_and_lists_of_tables_are_answered() {
    let lake = TestLake::new().await;
    lake.create("t", &[("id", "BIGINT")]).await.expect("made");
    lake.create("raw.hidden", &[("id", "BIGINT")]).await.expect("made");
    let writer = lake.engine.writing.get().await.expect("an instance").connect().expect("one");
    for sql in [
        "CREATE VIEW lake.v (n) AS SELECT id FROM lake.t",
        "CREATE VIEW lake.broken AS SELECT id FROM lake.t",
        "CREATE VIEW lake.past AS SELECT id FROM lake.raw.hidden",
    ] {
        writer.execute(sql).expect(sql);
    }
    writer.execute("ALTER TABLE lake.t RENAME id TO n").expect("renamed");
    let error = lake.sql("SELECT 1,\n * FROM broken").await.expect_err("its column is gone");
    assert_eq!((error.error_code, error.position), ("INVALID_SQL", Some((2, 9))), "{error:?}");
    assert!(error.detail.starts_with("In the view `broken`: "), "{error}");

    let tables = lake.sql("SHOW TABLES").await.expect("a list");
    assert_eq!(first_texts(&tables, 0), ["broken", "past", "t", "v"]);
    let mut asked = query("SHOW ALL TABLES");
    asked.grants = Grants::Tables(vec![
        (table("raw.hidden"), domain::Access::Read),
        (table("v"), domain::Access::Read),
    ]);
    let rows = lake.queries.query(asked).await.expect("a list");
    assert!(rows.snapshot.is_some());
    let all: Vec<RecordBatch> = rows.batches.try_collect().await.expect("rows");
    assert_eq!(first_texts(&all, 0), ["main", "raw"]);
    assert_eq!(first_texts(&all, 1), ["v", "hidden"]);

    let plan = lake.sql("EXPLAIN SELECT * FROM past, t").await.expect("a plan");
    assert!(first_texts(&plan, 1).concat().contains("hidden"), "{plan:?}");
    let mut asked = query("EXPLAIN SELECT n FROM t WHERE n = $1");
    asked.limit = Some(1);
    let Select::Sql { parameters, .. } = &mut asked.select else { unreachable!() };
    *parameters = Parameters::Positional(vec![Parameter::Number("7".into())]);
    let rows = lake.queries.query(asked).await.expect("a plan");
    assert_eq!(rows.columns.len(), 2);
    let error = lake.sql("EXPLAIN SELECT zz FROM t").await.expect_err("no such column");
    assert_eq!((error.error_code, error.position), ("INVALID_SQL", Some((1, 16))), "{error:?}");

    let mut asked = query("");
    asked.select = Select::table(table("past"));
    assert!(lake.queries.query(asked.clone()).await.is_ok());
    asked.grants = Grants::Tables(vec![(table("past"), domain::Access::Read)]);
    let error = lake.queries.query(asked).await.err().expect("refused");
    assert_eq!(error.error_code, "VIEW_NOT_ALLOWED", "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_takes_a_parameter() {
    let lake = TestLake::new().await;
    lake.create("t", &[("id", "BIGINT")]).await.expect("made");
    let mut asked = query("SELECT count(*) FROM t AT (VERSION => $1)");
    let Select::Sql { parameters, .. } = &mut asked.select else { unreachable!() };
    *parameters = Parameters::Positional(vec![Parameter::Number("1".into())]);
    assert!(lake.queries.query(asked).await.is_ok());
    let error = lake.sql("FROM t AT (VERSION => 99)").await.expect_err("not yet");
    assert_eq!(error.code, Code::Invalid, "{error:?}");
}
