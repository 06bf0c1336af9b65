//! Columns copied by us are those that DuckDB converts.

use arrow_select::concat::concat_batches;

use super::*;
use crate::raw::{ColumnsOut, Connection, Database};

const ROWS: usize = 10_000;

/// All rows of `sql` by DuckDB's conversion and, if every type is one for that, by ours.
fn both(sql: &str) -> (RecordBatch, Option<RecordBatch>) {
    let database = Database::open(&[("threads", "1".to_owned())], None).expect("a database");
    let connection = Connection::open(&database).expect("a connection");
    let prepared = connection.prepare(sql).expect(sql);
    let streaming = prepared.stream().expect(sql);
    let converter = streaming.converter().expect(sql);
    let mut columns = ColumnsOut::new(converter.schema(), &streaming.columns());
    let (mut converted, mut copied) = (Vec::new(), Vec::new());
    while let Some(chunk) = streaming.fetch().expect(sql) {
        converted.push(converter.convert(&chunk).expect(sql));
        if let Some(columns) = &mut columns {
            columns.push(&chunk).expect(sql);
            // Batches of several chunks, the last of what is left.
            if columns.rows() > 3000 {
                copied.push(columns.take().expect(sql));
            }
        }
    }
    let schema = converter.schema();
    let whole = |batches: &[RecordBatch]| concat_batches(schema, batches).expect("one schema");
    let copied = columns.map(|mut columns| {
        copied.push(columns.take().expect(sql));
        whole(&copied)
    });
    (whole(&converted), copied)
}

#[test]
fn each_type_is_as_duckdb_converts_it() {
    let short = "CASE WHEN i % 5 = 0 THEN '' ELSE 'ü' || (i % 997) END";
    let long = "repeat('lang und länger ', 1 + (i % 7)::INTEGER) || i";
    for value in [
        "i % 3 = 0",
        "(i % 200 - 100)::TINYINT",
        "(i % 200)::UTINYINT",
        "(i - 5000)::SMALLINT",
        "i::USMALLINT",
        "(i * -70000)::INTEGER",
        "(i * 70000)::UINTEGER",
        "i * -7000000000",
        "i::UBIGINT * 7000000000",
        "(i / 7)::FLOAT",
        "i / 7",
        "DATE '1969-01-01' + i::INTEGER",
        "TIME '00:00:00.000001' + to_microseconds(i)",
        "TIMESTAMP '1969-12-31 23:59:59.5' + to_microseconds(i * 1000003)",
        "(TIMESTAMP '1969-12-31 23:59:59.5' + to_microseconds(i))::TIMESTAMPTZ",
        "((i % 100 - 50) / 10)::DECIMAL(3,1)",
        "(i - 5000)::DECIMAL(9,2)",
        "(i * -70000)::DECIMAL(18,4)",
        "(i * 7000000000)::DECIMAL(38,10)",
        short,
        long,
        &format!("to_json({long})"),
        &format!("encode({short})"),
        &format!("encode({long})"),
    ] {
        for nulls in ["false", "i % 2 = 0", "i > 4000", "true"] {
            let sql = format!(
                "SELECT CASE WHEN {nulls} THEN NULL ELSE {value} END AS v FROM range({ROWS}) t(i)"
            );
            let (converted, copied) = both(&sql);
            assert_eq!(converted.num_rows(), ROWS);
            assert_eq!(copied.as_ref(), Some(&converted), "{sql}");
        }
    }
}

#[test]
fn many_columns_come_in_their_order() {
    let sql =
        format!("SELECT i AS a, i::VARCHAR AS b, i % 2 = 0 AS c, 1.5 AS d FROM range({ROWS}) t(i)");
    let (converted, copied) = both(&sql);
    assert_eq!(copied, Some(converted));
}

#[test]
fn other_types_are_left_to_duckdb() {
    for value in ["[i]", "{'a': i}", "uuid()", "INTERVAL 1 DAY", "'x'::ENUM('x')", "i::HUGEINT"] {
        let (converted, copied) = both(&format!("SELECT i, {value} AS v FROM range(10) t(i)"));
        assert_eq!((converted.num_rows(), copied), (10, None), "{value}");
    }
}

#[test]
fn what_lies_under_a_null_does_not_go_out() {
    let sql = "SELECT CASE WHEN i % 2 = 0 THEN i + 77 END AS a, CASE WHEN i % 2 = 0 THEN (i + 77)::DECIMAL(9,2) END AS b FROM range(5000) t(i)";
    let (_, copied) = both(sql);
    let copied = copied.expect("both types");
    for column in copied.columns() {
        let data = column.to_data();
        let width = data.buffers()[0].len() / 5000;
        for (row, value) in data.buffers()[0].chunks_exact(width).enumerate() {
            assert_eq!(value.iter().all(|byte| *byte == 0), row % 2 == 1, "row {row}");
        }
    }
}
