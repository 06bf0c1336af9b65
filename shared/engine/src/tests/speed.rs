//! How fast rows go out and in: run by hand, in release, on an idle machine.

use std::time::Instant;

use arrow_ipc::writer::StreamWriter;
use futures::StreamExt;

use super::*;
use crate::raw::{Connection, Database};

/// 6 million rows of TPC-H in a Parquet file of their own.
fn lineitem(lake: &TestLake) -> PathBuf {
    let path = lake.settings.engine.temporary_dir.join("lineitem.parquet");
    let database = Database::open(&[]).expect("a database");
    let connection = Connection::open(&database).expect("a connection");
    let extension = lake.settings.engine.extension_dir.join("tpch.duckdb_extension");
    for sql in [
        format!("LOAD '{}'", extension.display()),
        "CALL dbgen(sf => 1)".to_owned(),
        format!("COPY lineitem TO '{}'", path.display()),
    ] {
        connection.execute(&sql).expect("made");
    }
    path
}

fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).expect("a line");
    peak.split_whitespace().nth(1).expect("kB").parse::<u64>().expect("a number") / 1024
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures; run with --release -- --ignored --nocapture"]
async fn export_and_append() {
    let lake = TestLake::new().await;
    let path = lineitem(&lake);
    let columns = [
        ("l_orderkey", "BIGINT"),
        ("l_partkey", "BIGINT"),
        ("l_suppkey", "BIGINT"),
        ("l_linenumber", "BIGINT"),
        ("l_quantity", "DECIMAL(15,2)"),
        ("l_extendedprice", "DECIMAL(15,2)"),
        ("l_discount", "DECIMAL(15,2)"),
        ("l_tax", "DECIMAL(15,2)"),
        ("l_returnflag", "VARCHAR"),
        ("l_linestatus", "VARCHAR"),
        ("l_shipdate", "DATE"),
        ("l_commitdate", "DATE"),
        ("l_receiptdate", "DATE"),
        ("l_shipinstruct", "VARCHAR"),
        ("l_shipmode", "VARCHAR"),
        ("l_comment", "VARCHAR"),
    ];
    lake.create("lineitem", &columns).await.expect("made");
    let file = std::fs::File::open(&path).expect("a file");
    let schema =
        parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).expect("one");
    let schema = Arc::clone(schema.schema());
    let source = Arc::new(types::File { path, schema });
    lake.append("all", "lineitem", source).await.expect("appended");
    export(&lake).await;
    append(&lake).await;
}

async fn export(lake: &TestLake) {
    let before = memory();
    for _ in 0..4 {
        let started = Instant::now();
        let instance = lake.engine.reading.get().await.expect("one");
        let connection = instance.connect().expect("one");
        connection.execute("BEGIN").expect("begun");
        let prepared = connection.prepare("SELECT * FROM lake.lineitem").expect("prepared");
        let streaming = prepared.stream().expect("rows");
        let mut rows = 0;
        while let Some(chunk) = streaming.fetch().expect("rows") {
            rows += chunk.rows();
        }
        let raw = started.elapsed();
        let started = Instant::now();
        let mut query = query("");
        query.select = Select::Table(table("lineitem"));
        let mut out = lake.queries.query(query).await.expect("rows");
        let mut writer = StreamWriter::try_new(std::io::sink(), &out.schema).expect("a writer");
        let (mut first, mut count, mut batches) = (None, 0, 0);
        while let Some(batch) = out.batches.next().await {
            first.get_or_insert_with(|| started.elapsed());
            let batch = batch.expect("a batch");
            count += batch.num_rows();
            batches += 1;
            writer.write(&batch).expect("written");
        }
        assert_eq!(rows, count);
        println!("raw {raw:?}; stream {:?}, first {first:?}, {batches} batches", started.elapsed());
    }
    println!("memory {} to {} MB", before, memory());
    let started = Instant::now();
    for _ in 0..200 {
        lake.sql("SELECT 42").await.expect("rows");
    }
    println!("SELECT 42: {:?}", started.elapsed() / 200);
    let started = Instant::now();
    for _ in 0..100 {
        let mut query = query("SELECT count(*) FROM lineitem");
        query.limit = Some(10);
        let rows = lake.queries.query(query).await.expect("rows");
        rows.batches.try_collect::<Vec<_>>().await.expect("rows");
    }
    println!("count(*): {:?}", started.elapsed() / 100);
}

async fn append(lake: &TestLake) {
    lake.create("t", &[("id", "BIGINT"), ("b", "VARCHAR")]).await.expect("made");
    let body = writes::ids(0, 100_000);
    let file = types::parquet(lake, &body, "t.parquet");
    let mut times: Vec<Vec<_>> = vec![Vec::new(); 3];
    for round in 0..15 {
        let started = Instant::now();
        let writer = lake.engine.writing.get().await.expect("one").connect().expect("one");
        let path = lake.settings.engine.temporary_dir.join("t.parquet");
        let sql = format!("INSERT INTO lake.t SELECT * FROM read_parquet('{}')", path.display());
        writer.execute(&sql).expect("inserted");
        times[0].push(started.elapsed());
        let started = Instant::now();
        lake.append(&format!("a{round}"), "t", Memory::of(body.clone())).await.expect("appended");
        times[1].push(started.elapsed());
        let started = Instant::now();
        lake.append(&format!("p{round}"), "t", Arc::clone(&file) as _).await.expect("appended");
        times[2].push(started.elapsed());
    }
    for (name, times) in ["INSERT", "Arrow", "Parquet"].iter().zip(&mut times) {
        times.sort();
        println!("{name} {:?}", times[times.len() / 2]);
    }
}
